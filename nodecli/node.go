package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

type nodeCommand struct {
	Dir         string `placeholder:"DIR" xor:"copy" help:"Keep the copy in this folder (default: in the user's data directory, one folder per room and name)."`
	Memory      bool   `xor:"copy" help:"Keep the copy in memory: it ends with the node."`
	Fsync       string `placeholder:"WHEN" enum:",always,interval,never" default:"" help:"When writes are synced to the disk: always before they are promised (default), at an interval of a second, or never before the end."`
	Name        string `placeholder:"NAME" help:"What people call the node (default: the name it had, or a friendly one)."`
	Priority    int32  `placeholder:"N" default:"0" help:"Nodes of a higher priority come first when a new master is found (default ${default}; may be below 0)."`
	NoCandidate bool   `help:"Never be master: only hold a copy, which counts for acknowledgements as any other."`
	ReadyFile   string `placeholder:"FILE" help:"Write the node's id to this file once it has joined and can be read."`
}

// Help returns examples.
func (nodeCommand) Help() string {
	return `Examples:

    understudy node
    understudy node --name brisk-otter --room game
    understudy node --dir /var/lib/understudy/kite --relay wss://relay.example.org/ws
    understudy node --memory
    understudy node --priority 10
    understudy node --no-candidate

A node that is started again on its folder is the same node: one without --dir and --name takes the first folder of the room
that no other process has. With --fsync interval or never, a node that was killed comes back as another one, because it may
have forgotten what it promised; and a room that only such nodes were in is begun anew by the first to come after them all.

Never restore a copy with cp or from a disk image: it would be an older state under an id that has promised more, and the room
refuses it. understudy export makes a backup of a stopped node's copy, and understudy import a copy of that.

SIGINT or SIGTERM makes the node hand over what it is master of, close its copy and leave; a second one ends it at once.`
}

// Run joins and stays until interrupted.
func (cmd *nodeCommand) Run(ctx context.Context, sh *shell) error {
	if err := checkName(cmd.Name); err != nil {
		return err
	}
	if cmd.NoCandidate && cmd.Priority != 0 {
		return misused("--priority: a node that is no candidate comes nowhere")
	}
	if cmd.Memory && cmd.Fsync != "" {
		return misused("--fsync: a copy in --memory is never synced")
	}
	if err := withdraw("--ready-file", cmd.ReadyFile); err != nil {
		return err
	}
	transport, err := sh.transport()
	if err != nil {
		return err
	}
	log := sh.logger("info").host()
	copied, err := cmd.openCopy(sh.Room, log)
	if err != nil {
		return onDisk(fmt.Errorf("node: %w", err))
	}
	node, err := startNode(ctx, host.Config{
		Room: sh.Room, Name: cmp.Or(cmd.Name, friendlyName()), Transport: transport, Logger: log, Pause: rejoin,
		Priority: cmd.Priority, Spectator: cmd.NoCandidate,
	}, copied)
	if err != nil {
		return onDisk(fmt.Errorf("node: %w", err))
	}
	defer warnOfLosses(node, log)()
	err = cmd.stay(ctx, sh, node, copied)
	closeErr := leave(node)
	if err != nil {
		return err
	}
	if closeErr == nil && copied != nil {
		log(host.LogInfo, "the copy is closed", "dir", copied.Dir())
	}
	return closed(closeErr)
}

// openCopy opens the folder of the copy; nil stands for memory.
func (cmd *nodeCommand) openCopy(room string, log host.Logger) (*disk.Disk, error) {
	if cmd.Memory {
		return nil, nil
	}
	config := disk.Config{Dir: cmd.Dir, Room: room, Node: cmd.Name, Logger: log}
	if cmd.Fsync != "" {
		var err error
		if config.Fsync, err = disk.ParseFsync(cmd.Fsync); err != nil {
			return nil, err
		}
	}
	if cmd.Dir != "" {
		return openIn(config)
	}
	nodes, err := nodesDir()
	if err != nil {
		return nil, err
	}
	return openBelow(nodes, config)
}

// startNode starts a node on a copy that was opened, and closes that if it does
// not start. Without one the copy is in memory.
func startNode(ctx context.Context, config host.Config, copied *disk.Disk) (*host.Node, error) {
	if copied == nil {
		return host.Start(ctx, config)
	}
	config.Storage, config.Name = copied, copied.Label().Node
	node, err := host.Start(ctx, config)
	if err != nil {
		return nil, errors.Join(err, copied.Close())
	}
	return node, nil
}

func whereCopy(copied *disk.Disk) string {
	if copied == nil {
		return "in memory"
	}
	return "in " + copied.Dir()
}

// rejoin is how a node that runs for long tries again to reach its relay.
var rejoin = host.Pause{Max: 5 * time.Second}

// stay joins, says so, and returns when the node is told to go or stops.
func (cmd *nodeCommand) stay(ctx context.Context, sh *shell, node *host.Node, copied *disk.Disk) error {
	joining := &waiting{sh: sh, node: node, copied: copied}
	if err := joining.readable(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to go before it had joined
		}
		if stopped(node) {
			return ended(node)
		}
		return doing("node", err)
	}
	s := node.State()
	fmt.Fprintf(sh.err, "understudy: node %v joined room %s at %s as %v, copy %s\n",
		memberName{s.Node, s.Name}, word(sh.Room), sh.RelayURL, s.Role, whereCopy(copied))
	if err := announce("--ready-file", cmd.ReadyFile, s.Node.String()); err != nil {
		return err
	}
	defer warnOfVacancies(node, sh.logger("info").host())()
	select {
	case <-ctx.Done():
		return nil
	case <-node.Done():
		return ended(node)
	}
}

func stopped(node *host.Node) bool {
	select {
	case <-node.Done():
		return true
	default:
		return false
	}
}

// ended says why a node has stopped by itself: its storage has failed, or
// another one has its id, or its state was found to be wrong.
func ended(node *host.Node) error {
	err := doing("node", node.Err())
	if _, stranded := errors.AsType[*core.StrandedError](err); stranded {
		return withHint(err, exitFailed, "where that happens again its disk, or its memory, does not keep what it is given")
	}
	if _, refused := errors.AsType[*frame.Failure](err); refused || err == nil {
		return err
	}
	return onDisk(err)
}

// leaveTimeout is how long a node may take to hand over.
const leaveTimeout = 3 * time.Second

// leave returns what went wrong with closing the copy.
func leave(node *host.Node) error {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	return node.Close(ctx)
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
