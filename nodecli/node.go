package main

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

type nodeCommand struct {
	Memory    bool   `help:"Keep the copy in memory. The default, and so far the only kind."`
	Name      string `placeholder:"NAME" help:"What people call the node (default: a friendly name)."`
	ReadyFile string `placeholder:"FILE" help:"Write the node's id to this file once it has joined and can be read."`
}

// Help returns examples.
func (nodeCommand) Help() string {
	return `Examples:

    understudy node
    understudy node --name brisk-otter --room game
    understudy node --relay wss://relay.example.org/ws

The copy is in memory. SIGINT or SIGTERM makes the node hand over what it is master of, and leave; a second one ends
it at once.`
}

// Run joins and stays until interrupted.
func (cmd *nodeCommand) Run(ctx context.Context, sh *shell) error {
	if cmd.Name == "" {
		cmd.Name = friendlyName()
	}
	if err := checkName(cmd.Name); err != nil {
		return err
	}
	if err := withdraw("--ready-file", cmd.ReadyFile); err != nil {
		return err
	}
	transport, err := sh.transport()
	if err != nil {
		return err
	}
	node, err := host.Start(ctx, host.Config{
		Room: sh.Room, Name: cmd.Name, Transport: transport, Logger: sh.logger("info").host(), Pause: rejoin,
	})
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	err = cmd.stay(ctx, sh, node)
	leave(node)
	return err
}

// rejoin is how a node that runs for long tries again to reach its relay.
var rejoin = host.Pause{Max: 5 * time.Second}

// stay joins, says so, and returns when the node is told to go or stops.
func (cmd *nodeCommand) stay(ctx context.Context, sh *shell, node *host.Node) error {
	if err := sh.readable(ctx, node); err != nil {
		if ctx.Err() != nil {
			return nil // told to go before it had joined
		}
		return doing("node", err)
	}
	s := node.State()
	fmt.Fprintf(sh.err, "understudy: node %v joined room %s at %s as %v\n",
		memberName{s.Node, s.Name}, word(sh.Room), sh.RelayURL, s.Role)
	if err := announce("--ready-file", cmd.ReadyFile, s.Node.String()); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case <-node.Done():
		return doing("node", node.Err())
	}
}

// readable waits until the node's copy can be read. For the relay it waits no
// longer than --timeout; a room that has no master may be waiting for others,
// and is waited for.
func (sh *shell) readable(ctx context.Context, node *host.Node) error {
	limited, cancel := sh.limited(ctx)
	err := node.Ready(limited)
	cancel()
	if err == nil || !node.State().Connected {
		return err
	}
	whom := ""
	for _, id := range node.State().Waiting.For {
		whom += " " + id.String()
	}
	if whom != "" {
		whom = ", and waits for" + whom
	}
	fmt.Fprintf(sh.err, "understudy: room %s has no master yet%s\n", word(sh.Room), whom)
	return node.Ready(ctx)
}

// leaveTimeout is how long a node may take to hand over.
const leaveTimeout = 3 * time.Second

func leave(node *host.Node) {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	_ = node.Close(ctx) // memory has nothing to flush, and nothing else can fail
}

func checkName(name string) error {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	switch {
	case len(name) > frame.NodeNameMaxBytes:
		return misused("--name: %d bytes, of at most %d", len(name), frame.NodeNameMaxBytes)
	case strings.ContainsFunc(name, unprintable):
		return misused("--name: %q has characters that can't be printed", name)
	}
	return nil
}
