package relay

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/room"
)

// inboxMax is how many events wait for a room's owner; then readers wait, and
// through their sockets the senders.
const inboxMax = 256

// owner is the goroutine that owns one open room: only it steps the room.
type owner struct {
	relay *Relay
	name  string
	room  *room.Room
	conns map[uint64]*conn // those the room knows, or is about to

	inbox    chan event
	stored   chan error    // the end of the save under way; holds one
	stopping chan struct{} // closed to end the room
	done     chan struct{} // closed when it has ended: nobody reads the inbox any more

	storing *room.Store // on its way to the disk
	alarm   *time.Timer
	idle    *time.Timer // runs while nobody is connected
	slow    []*conn     // whose queue ran over in the step under way
	last    encoded     // what was sent last, which often goes to several
	master  uint64      // as it was logged last

	entering int  // on their way into the inbox with a hello; guarded by Relay.mu
	stopped  bool // guarded by Relay.mu
}

// event is one thing for the owner to do: an input of a connection, a message
// of it that can't be one, or a question about the room.
type event struct {
	conn    *conn
	in      room.Input
	refused error
	ask     func(*room.Room)
}

// open makes the owner of a room. Relay.mu is held.
func (r *Relay) open(name string) *owner {
	o := &owner{
		relay: r, name: name, conns: map[uint64]*conn{},
		inbox: make(chan event, inboxMax), stored: make(chan error, 1),
		stopping: make(chan struct{}), done: make(chan struct{}),
		alarm: time.NewTimer(time.Hour), idle: time.NewTimer(r.idleAfter),
	}
	o.alarm.Stop()
	r.rooms[name] = o
	r.running.Add(1)
	go o.run()
	return o
}

// put gives an event to the owner, unless the room has ended.
func (o *owner) put(e event) {
	select {
	case o.inbox <- e:
	case <-o.done:
	}
}

// stop asks the room to end. Relay.mu is held.
func (o *owner) stop() {
	if !o.stopped {
		o.stopped = true
		close(o.stopping)
	}
}

func (o *owner) run() {
	defer o.relay.running.Done()
	defer close(o.done)
	defer o.alarm.Stop()
	defer o.idle.Stop()
	value, err := o.relay.registers.load(o.name)
	if err != nil {
		o.fail(err)
		return
	}
	o.room = room.New(room.Config{
		Name: o.name, Register: value, Started: o.relay.instant(o.relay.began), NodesMax: o.relay.cfg.NodesMax,
		PingEvery: o.relay.cfg.PingEvery, DeadAfter: o.relay.cfg.DeadAfter,
	})
	for {
		select {
		case e := <-o.inbox:
			o.handle(e)
			o.drain()
		case <-o.alarm.C:
			o.step(room.Wake{})
		case err := <-o.stored:
			if err != nil {
				o.fail(err)
				return
			}
			o.step(room.Stored{Version: o.takeStored()})
		case <-o.idle.C:
			if o.close() {
				return
			}
		case <-o.stopping:
			o.end()
			return
		}
	}
}

// drain handles what has piled up meanwhile without looking at the rest of the
// world each time.
func (o *owner) drain() {
	for range inboxMax {
		select {
		case e := <-o.inbox:
			o.handle(e)
		default:
			return
		}
	}
}

// handle does one event. What a connection sent before the room closed it, and
// the owner reads after that, is dropped.
func (o *owner) handle(e event) {
	if e.ask != nil {
		e.ask(o.room)
		return
	}
	if hello, ok := e.in.(room.Arrived); ok {
		o.arrive(e.conn, hello)
		return
	}
	if o.conns[e.conn.id] == nil {
		return
	}
	if e.refused != nil {
		o.refuse(e.conn, e.refused)
		return
	}
	if lost, ok := e.in.(room.Lost); ok {
		o.drop(e.conn, lost.Reason)
	}
	o.step(e.in)
}

func (o *owner) arrive(c *conn, in room.Arrived) {
	o.relay.mu.Lock()
	o.entering--
	o.relay.mu.Unlock()
	o.idle.Stop()
	o.conns[c.id] = c
	o.step(in)
	if o.conns[c.id] != nil {
		m := in.Hello.Member
		if !m.HasCopy() {
			c.passage = slog.LevelDebug
		}
		o.relay.cfg.Log.Log(context.Background(), c.passage, "joined", keyRoom, o.name, keyNode, m.Node.String(), keyName, m.Name, keyKind, m.Kind.String(),
			keyConn, c.id, keyAddress, c.address)
	}
}

// drop forgets a connection; the last one starts the wait for an idle room.
func (o *owner) drop(c *conn, reason string) {
	delete(o.conns, c.id)
	if len(o.conns) == 0 {
		o.idle.Reset(o.relay.idleAfter)
	}
	o.relay.cfg.Log.Log(context.Background(), c.passage, "left", keyRoom, o.name, keyConn, c.id, keyAddress, c.address, keyReason, reason)
}

// close ends an idle room: its register is kept, and the next hello opens it
// again.
func (o *owner) close() bool {
	o.relay.mu.Lock()
	defer o.relay.mu.Unlock()
	if o.entering > 0 || len(o.conns) > 0 || o.storing != nil || !o.room.IsIdle(o.relay.now()) {
		o.idle.Reset(o.relay.idleAfter)
		return false
	}
	delete(o.relay.rooms, o.name)
	return true
}

// end tells everybody that the relay goes down, and waits for the disk.
func (o *owner) end() {
	o.step(room.Shutdown{})
	o.leave(closeShutdown)
	if o.storing == nil {
		return
	}
	if err := <-o.stored; err != nil {
		o.relay.cfg.Log.Error("the register could not be stored", keyRoom, o.name, keyErr, err)
	}
}

// fail ends a room whose register can't be read or written. What the disk holds
// is what the next hello finds: a value that was asked for and not answered.
func (o *owner) fail(err error) {
	o.relay.cfg.Log.Error("the room is closed", keyRoom, o.name, keyErr, err)
	o.leave(refused(frame.CodeShutdown, fmt.Sprintf("room %q: %v", o.name, err)))
}

// leave takes the room from the open ones and closes whoever is in it or on the
// way in.
func (o *owner) leave(how *closing) {
	o.relay.mu.Lock()
	defer o.relay.mu.Unlock()
	delete(o.relay.rooms, o.name)
	for c := range o.relay.conns { // order does not matter: all of them are closed
		if c.owner == o {
			c.shut(how)
		}
	}
}
