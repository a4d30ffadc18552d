package sim

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/room"
)

// relay is the host of the room: its connections, its alarm, and the disk with
// the register.
type relay struct {
	w       *World
	room    *room.Room
	chance  chance
	life    int
	stored  register.Register // what the disk has
	writing []register.Register
	conns   map[uint64]*conn
	order   []*conn // the same, oldest first
	wakeAt  journal.Instant
	wakeSeq uint64

	downUntil journal.Instant

	view    relayView
	past    []register.Register // what the disk had, the oldest first
	granted journal.EpochNumber // the newest epoch that has had a master
	places  int                 // for connections; 0: as many as a relay has
}

func newRelay(w *World) *relay {
	r := &relay{w: w, chance: newChance(w.options.Seed, "relay")}
	r.start()
	return r
}

func (r *relay) isDown() bool { return r.w.now < r.downUntil }

func (r *relay) start() {
	r.life++
	r.conns, r.order, r.writing = map[uint64]*conn{}, nil, nil
	r.room = room.New(room.Config{Name: roomName, Register: r.stored, Started: r.w.now, NodesMax: r.places})
}

// restart ends the process and starts it again after a while. A register on
// its way to the disk may have got there or not.
func (r *relay) restart(after time.Duration) {
	if len(r.writing) > 0 && r.chance.hit(500) {
		r.save(r.writing[0])
	}
	for _, c := range r.order {
		c.relayOpen = false
		r.w.net.cut(c, 200*time.Millisecond)
	}
	r.start()
	r.downUntil = r.w.now.Add(after)
}

// regress restarts the relay with another value than the one it had stored.
func (r *relay) regress(value register.Register, after time.Duration) {
	r.stored, r.writing = value, nil // of what was on its way nobody has heard
	r.view = relayView{own: value, amnesiac: true}
	r.restart(after)
}

// relieve ends the want of places.
func (r *relay) relieve() {
	if r.places != 0 {
		r.places = 0
		r.restart(0)
	}
}

func (r *relay) opened(c *conn) {
	c.life = r.life
	r.conns[c.id] = c
	r.order = append(r.order, c)
}

// received takes one frame of a connection. Frames of one that the relay has
// closed may still come: its reader had them already.
func (r *relay) received(c *conn, e envelope) {
	if r.isDown() || c.life != r.life {
		return
	}
	hello, isHello := e.frame.(frame.Hello)
	switch {
	case isHello && !c.greeted:
		c.greeted, c.member = true, hello.Member
		r.step(room.Arrived{Conn: c.id, Hello: hello})
	case e.head.To.Group == frame.GroupRelay:
		r.step(room.Received{Conn: c.id, Head: e.head, Frame: e.frame})
	default:
		_, replicate := e.frame.(frame.Replicate)
		r.step(room.Forwarded{Conn: c.id, Head: e.head, Replicate: replicate, Body: e.frame})
	}
}

func (r *relay) closed(c *conn, reason string) {
	if r.conns[c.id] != c {
		return
	}
	r.drop(c)
	r.step(room.Lost{Conn: c.id, Reason: reason})
}

func (r *relay) drop(c *conn) {
	delete(r.conns, c.id)
	for i, other := range r.order {
		if other == c {
			r.order = append(r.order[:i], r.order[i+1:]...)
			return
		}
	}
}

func (r *relay) step(in room.Input) {
	r.w.inputs++
	effects := r.room.Step(r.w.now, in)
	r.w.trace.relayStep(r.w.now, in, effects, r.connName)
	for _, e := range effects {
		r.perform(e)
	}
}

func (r *relay) connName(id uint64) string {
	if c := r.conns[id]; c != nil {
		return c.peer.name
	}
	return "a closed connection"
}

func (r *relay) perform(e room.Effect) {
	switch e := e.(type) {
	case room.Send:
		if f, ok := e.Frame.(frame.Refused); ok && f.Code == frame.CodeFull {
			r.w.hits[RoomFull]++
		}
		r.send(e.Conn, envelope{frame.Head{}, e.Frame})
	case room.Pass:
		for _, id := range e.Conns {
			r.send(id, envelope{e.Head, e.Body.(frame.Frame)})
		}
	case room.Store:
		r.store(e.Register)
	case room.Close:
		if c := r.conns[e.Conn]; c != nil {
			r.drop(c)
			r.w.net.closeByRelay(c)
		}
	case room.WakeAt:
		r.setAlarm(e.At)
	case room.Refuse:
		r.w.refusals++
	}
}

func (r *relay) send(id uint64, e envelope) {
	if c := r.conns[id]; c != nil {
		r.w.net.send(c, false, e)
	}
}

func (r *relay) store(value register.Register) {
	was := r.stored
	if n := len(r.writing); n > 0 {
		was = r.writing[n-1]
	}
	r.w.god.checkGranted(r, was, value)
	r.writing = append(r.writing, value)
	latency := time.Duration(0)
	if !r.w.byHand {
		latency = r.chance.skewed(100*time.Microsecond, 2*time.Millisecond)
	}
	r.w.after(latency, streamDisk, r.ifSameLife(r.finishStore))
}

func (r *relay) finishStore() {
	value := r.writing[0]
	r.writing = r.writing[1:]
	r.save(value)
	r.step(room.Stored{Version: value.Version})
}

func (r *relay) save(value register.Register) {
	r.stored = value
	r.past = append(r.past, value)
	if !value.Epoch.Master.IsZero() {
		r.granted = value.Epoch.Number
	}
	r.w.god.registered(&r.view, value)
}

func (r *relay) ifSameLife(do func()) func() {
	life := r.life
	return func() {
		if r.life == life && !r.isDown() {
			do()
		}
	}
}

func (r *relay) setAlarm(at journal.Instant) {
	r.wakeAt = at
	r.wakeSeq++
	if at == 0 {
		return
	}
	seq := r.wakeSeq
	r.w.at(max(at, r.w.now), streamWake, r.ifSameLife(func() {
		if r.wakeSeq == seq {
			r.wakeAt = 0
			r.step(room.Wake{})
		}
	}))
}
