package relay

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/room"
	"github.com/understudy-dev/understudy/core/wire"
)

// step gives the room one input and does what it asks for.
func (o *owner) step(in room.Input) {
	for _, e := range o.room.Step(o.relay.now(), in) {
		o.perform(e)
	}
	if _, conn, ok := o.room.Master(); ok && conn != o.master {
		o.master = conn
		epoch := o.room.Register().Epoch
		o.relay.cfg.Log.Info("new master", keyRoom, o.name, keyEpoch, epoch.String(), keyMaster, epoch.Master.String())
	}
	for len(o.slow) > 0 {
		c := o.slow[0]
		o.slow = o.slow[1:]
		if o.conns[c.id] == nil {
			continue
		}
		o.relay.counts.refuse("too slow")
		c.cut(refused(frame.CodeTooSlow, fmt.Sprintf("more than %d bytes wait for this connection", o.relay.cfg.QueueMaxBytes)))
		o.drop(c, "too slow")
		o.step(room.Lost{Conn: c.id, Reason: "too slow"})
	}
}

func (o *owner) perform(e room.Effect) {
	switch e := e.(type) {
	case room.Send:
		o.send(e)
	case room.Pass:
		message := e.Body.([]byte) // as received put it there
		for _, conn := range e.Conns {
			o.deliver(o.conns[conn], message)
		}
	case room.Store:
		o.store(e)
	case room.Close:
		if c := o.conns[e.Conn]; c != nil {
			o.drop(c, e.Text)
			c.shut(ended(e.Code, e.Text))
		}
	case room.WakeAt:
		o.setAlarm(e.At)
	case room.Refuse:
		if c := o.conns[e.Conn]; c != nil {
			o.refuse(c, e.Err)
		}
	}
}

func (o *owner) setAlarm(at journal.Instant) {
	o.alarm.Stop()
	if at != 0 {
		o.alarm.Reset(max(0, at.Sub(o.relay.now())))
	}
}

// store saves a register: memory at once, files beside the owner, which goes on
// forwarding and waits for the end in its loop.
func (o *owner) store(e room.Store) {
	o.storing = &e
	save := func() {
		began := time.Now()
		err := o.relay.registers.save(o.name, e.Register)
		o.relay.counts.saved(time.Since(began))
		o.stored <- err
	}
	if o.relay.cfg.Dir == "" {
		save()
		return
	}
	go save()
}

func (o *owner) takeStored() register.Version {
	version := o.storing.Register.Version
	o.storing = nil
	return version
}

// deliver queues a message for a connection, or notes that it is too slow.
func (o *owner) deliver(c *conn, message []byte) {
	if c == nil {
		return
	}
	if !c.send(message) {
		o.slow = append(o.slow, c)
		return
	}
	o.relay.counts.sent(len(message))
}

// encoded is a frame with its message.
type encoded struct {
	frame   frame.Frame
	message []byte
}

// send encodes a frame of the room's own. A frame for everybody is encoded once.
func (o *owner) send(e room.Send) {
	if !isSame(o.last.frame, e.Frame) {
		message, err := wire.Encode(frame.Head{}, e.Frame)
		if err != nil {
			// Everything in it came through wire, or from us.
			panic(fmt.Sprintf("relay: a frame that can't be encoded: %v", err))
		}
		o.last = encoded{e.Frame, message}
	}
	o.deliver(o.conns[e.Conn], o.last.message)
}

// isSame reports whether two frames are equal, for those that go to everybody.
func isSame(a, b frame.Frame) bool {
	switch b := any(b).(type) { // of the few it may be
	case frame.Joined, frame.Left, frame.Ping:
		return any(a) == b
	case frame.Changed:
		a, ok := a.(frame.Changed)
		return ok && a.Seated == b.Seated && a.Register.Version == b.Register.Version
	}
	return false
}

// refuse counts what was not acted on and logs the first of a kind of each
// connection.
func (o *owner) refuse(c *conn, err error) {
	kind := kindOf(err)
	o.relay.counts.refuse(kind)
	if !c.logged[kind] {
		c.logged[kind] = true
		o.relay.cfg.Log.Warn("refused", keyRoom, o.name, keyConn, c.id, keyAddress, c.address, keyKind, kind, keyErr, err)
	}
}
