package host

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Node is a running node: a copy of a room, and the requests of a [Session].
// It joins and leaves the relay by itself for as long as it is open; being
// without a relay is a state and not an error.
type Node struct {
	*Session
	board *board
}

// Open joins a room with a copy and returns when the copy is complete enough to
// be read: the node is a replica that has heard from the master, or the master
// itself. If ctx ends first, the node is closed again and the error says what
// was missing: [ErrNoRelay] or [ErrNoMaster].
func Open(ctx context.Context, config Config) (*Node, error) {
	n, err := Start(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := n.Ready(ctx); err != nil {
		return nil, errors.Join(err, n.Close(ctx))
	}
	return n, nil
}

// Start is Open without the wait: it returns when the storage is loaded, and
// the node goes on to join by itself.
func Start(ctx context.Context, config Config) (*Node, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	config = config.withDefaults()
	stored, err := config.Storage.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the copy: %w", err)
	}
	client := journal.ClientID(randomID())
	machine, err := newMachine(config, client, stored)
	if err != nil {
		return nil, errors.Join(err, config.Storage.Close())
	}
	b := newBoard(machine.Status())
	r := newRunner(runnerConfig{
		machine: machine, client: client, board: b, storage: config.Storage,
		transport: config.Transport, log: config.Logger, pause: config.Pause,
	})
	r.start()
	return &Node{Session: &Session{room: config.Room, runner: r}, board: b}, nil
}

func newMachine(config Config, client journal.ClientID, stored core.Stored) (*core.Node, error) {
	id := randomID() // for storage without an identity: it never promised anything
	name := config.Name
	if name == "" {
		name = id.String()
		if !stored.Meta.Node.IsZero() {
			name = stored.Meta.Node.String()
		}
	}
	return core.New(core.Config{
		Member: register.Member{
			Node: id, Name: name, Kind: config.Kind,
			Candidate: !config.Spectator, Priority: config.Priority,
			Durable: config.Storage.Durable(), Visible: !config.Hidden,
		},
		Room: config.Room, Client: client, Seed: rand.Uint64(),
		Storage: config.Storage.Name(),
	}, stored)
}

// Ready waits until the copy can be read, as Open does. The node stays open
// whatever the error.
func (n *Node) Ready(ctx context.Context) error {
	readable := func(s core.Status) bool {
		// Until something of the present epoch is committed here, a copy that has
		// just been loaded does not know what of it is.
		return (s.Role == frame.RoleReplica || s.Role == frame.RoleMaster) && s.Commit.Epoch == s.Epoch
	}
	err := n.board.await(ctx, n.runner.ended, readable)
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil:
		return n.runner.endError()
	}
	why := n.runner.whyAlone(context.Cause(ctx))
	return why
}

// State returns how the node stands. It does not wait; what is shared in it
// must not be modified.
func (n *Node) State() core.Status { return n.board.status() }

// OnStatus calls f whenever the node's status has changed, with the newest one:
// changes in quick succession come as one. f is called from one goroutine and
// may make requests. A call that is under way when stop is called goes on.
func (n *Node) OnStatus(f func(core.Status)) (stop func()) { return n.board.follow(f) }

// OnAlarm calls f with what should never be and was found: a [core.DifferError],
// where this copy's state is not what another one has made of the same entries.
// The node mends what it can by itself; somebody should look at the disks. f is
// called as by [Node.OnStatus].
func (n *Node) OnAlarm(f func(error)) (stop func()) {
	return n.board.subscribe(&subscriber{tell: func(core.Status) {}, alarm: f})
}

// Appear says whether the tab is on screen. Nodes on screen come first in the
// succession.
func (n *Node) Appear(visible bool) {
	n.runner.tell(core.Appeared{Visible: visible})
}

// Leave hands the mastership over, if the node has it, says goodbye and ends
// the node. If ctx ends before a successor has caught up, the node resigns
// without waiting for one and the error is that of ctx.
func (n *Node) Leave(ctx context.Context) error { return n.runner.leave(ctx) }

// Close leaves the room as [Node.Leave] does, closes the storage and returns
// when nothing of the node runs any more. Its error is the storage's; closing
// again returns the same.
func (n *Node) Close(ctx context.Context) error {
	return n.runner.close(ctx)
}

// OnOrphans calls f with the writes that failovers have rolled back and that this
// node keeps: first with those that nobody has resolved yet, then with each that
// comes, once. f is called from one goroutine and may make requests. A call that
// is under way when stop is called goes on.
func (n *Node) OnOrphans(f func([]journal.Orphan)) (stop func()) {
	s, stop := n.board.subscribeOrphans(f)
	n.runner.tellEvent(look(func(m machine) {
		if node, ok := m.(*core.Node); ok {
			n.board.begin(s, node.Orphans())
		}
	}))
	return stop
}

// randomID takes from the runtime's generator, which the system seeds with 256
// bits: an id must not repeat, and is no secret. Package crypto/rand would cost
// every tab 50 kB.
func randomID() journal.NodeID {
	var id journal.NodeID
	binary.NativeEndian.PutUint64(id[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(id[8:], rand.Uint64())
	return id
}
