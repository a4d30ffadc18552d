package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/nodecli/disk"
	"github.com/understudy-dev/understudy/nodecli/relay"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

type demoCommand struct {
	Listen    string `placeholder:"HOST:PORT" default:"${address}" help:"Where to listen (default ${default}); port 0 takes a free one."`
	Nodes     int    `placeholder:"N" default:"1" help:"How many native nodes to run (default ${default})."`
	Dir       string `placeholder:"DIR" help:"Keep registers and copies in this folder (default: in memory)."`
	NoBrowser bool   `help:"Open no browser."`
	AddrFile  string `placeholder:"FILE" help:"Write HOST:PORT to this file once page and nodes are there."`
}

// demoNodesMax is enough to see an election, and little enough to be read.
const demoNodesMax = 32

// Help returns examples.
func (demoCommand) Help() string {
	return `Examples:

    understudy demo
    understudy demo --nodes 3
    understudy demo --nodes 3 --dir demo-data
    understudy demo --no-browser --listen 127.0.0.1:0 --addr-file addr

Everything is in memory and ends with the demo, unless it is given a --dir. Run from a checkout, it compiles the tab's part first, which needs Go.`
}

// Run shows the demo until interrupted.
func (cmd *demoCommand) Run(ctx context.Context, sh *shell) error {
	if cmd.Nodes < 0 || cmd.Nodes > demoNodesMax {
		return misused("--nodes: %d is not between 0 and %d", cmd.Nodes, demoNodesMax)
	}
	if err := withdraw("--addr-file", cmd.AddrFile); err != nil {
		return err
	}
	listener, err := listen(ctx, cmd.Listen)
	if err != nil {
		return err
	}
	page, err := demoSite(ctx, sh)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	config := relay.Config{Site: page, Log: sh.logger("warn").Logger}
	if cmd.Dir != "" {
		config.Dir = filepath.Join(cmd.Dir, "relay")
	}
	server, err := relay.New(config)
	if err != nil {
		err = withHint(fmt.Errorf("relay: %w", err), exitFailed, "another --dir, or none, begins another room")
		return errors.Join(err, listener.Close())
	}
	at := reachable(listener.Addr())
	// The relay ends behind the nodes, which have to say goodbye.
	relayContext, stopRelay := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- server.Serve(relayContext, listener) }()
	err = cmd.show(ctx, sh, at, served)
	stopRelay()
	return errors.Join(err, <-served)
}

// show runs the nodes, says what there is to see, and waits for the end. What
// it takes from served it puts back.
func (cmd *demoCommand) show(ctx context.Context, sh *shell, at string, served chan error) (err error) {
	nodes, err := cmd.startNodes(ctx, sh, at)
	defer func() {
		if closeErr := leaveAll(nodes); err == nil {
			err = closeErr
		}
	}()
	if err != nil {
		if ctx.Err() != nil {
			return nil // told to end before it had begun
		}
		return err
	}
	if len(nodes) > 0 { // one of them tells it for all
		defer warnOfLosses(nodes[0], sh.logger("warn").host())()
	}
	page := "http://" + at + "/"
	if sh.Room != defaultRoom {
		page += "?room=" + url.QueryEscape(sh.Room)
	}
	if err := cmd.invite(sh, at, page, nodes); err != nil {
		return err
	}
	if err := announce("--addr-file", cmd.AddrFile, at); err != nil {
		return err
	}
	if !cmd.NoBrowser {
		if err := openBrowser(page); err != nil {
			fmt.Fprintf(sh.err, "hint: open %s yourself: no browser could be started (%v)\n", page, err)
		}
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-served:
		served <- nil
		return fmt.Errorf("relay: %w", err)
	}
}

// startNodes starts the nodes and waits until all can be read.
func (cmd *demoCommand) startNodes(ctx context.Context, sh *shell, at string) ([]*host.Node, error) {
	transport, err := socket.New("ws://" + at + "/ws")
	if err != nil {
		return nil, err
	}
	limited, cancel := sh.limited(ctx)
	defer cancel()
	var nodes []*host.Node
	for range cmd.Nodes {
		copied, err := cmd.openCopy(sh)
		if err != nil {
			return nodes, onDisk(fmt.Errorf("node: %w", err))
		}
		node, err := startNode(ctx, host.Config{
			Room: sh.Room, Name: friendlyName(), Transport: transport, Logger: sh.logger("warn").host(), Pause: rejoin,
		}, copied)
		if err != nil {
			return nodes, onDisk(fmt.Errorf("node: %w", err))
		}
		nodes = append(nodes, node)
	}
	for _, node := range nodes {
		if err := node.Ready(limited); err != nil {
			return nodes, doing("node "+node.State().Name, err)
		}
	}
	return nodes, nil
}

// openCopy opens the folder of the next node; nil stands for memory.
func (cmd *demoCommand) openCopy(sh *shell) (*disk.Disk, error) {
	if cmd.Dir == "" {
		return nil, nil
	}
	return openBelow(filepath.Join(cmd.Dir, "nodes"), disk.Config{Room: sh.Room, Logger: sh.logger("warn").host()})
}

// leaveAll lets the nodes leave, all at once. The error is of copies that could
// not be closed.
func leaveAll(nodes []*host.Node) error {
	var leaving sync.WaitGroup
	errs := make([]error, len(nodes))
	for i, node := range nodes {
		leaving.Go(func() { errs[i] = closed(leave(node)) })
	}
	leaving.Wait()
	return errors.Join(errs...)
}
