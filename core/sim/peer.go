package sim

import (
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
)

// machine is what a peer runs: a node or a client.
type machine interface {
	Step(now journal.Instant, in core.Input) []core.Effect
}

// peer is the host of one machine: its connection, its clock, its alarm. What
// a node has besides, a copy and a disk, is in [node].
type peer struct {
	w    *World
	name string
	id   journal.NodeID
	life int // rises with every start and crash: what was planned for an earlier life is void

	machine machine           // nil while it is down
	perform func(core.Effect) // what only nodes ask for; nil for nothing
	kill    func()            // what a crash does to it; nil for a client
	started func()            // after each successful connection attempt or start; nil for nothing
	onReply func(core.Replied)

	seq uint64 // of the newest write its application asked for since the start
	ids uint64 // of the newest other request

	conn  *conn  // nil while there is none
	other *relay // where it connects to; nil for the world's one relay
	conns uint64

	ahead    time.Duration // its clock before the world's
	wall     time.Duration // the same of its machine, whose clock its own follows forward alone
	drift    int64         // by which it runs faster, in millionths; negative: slower
	lateness time.Duration // its alarms ring at multiples of this; 0 for in time
	wakeAt   journal.Instant
	wakeSeq  uint64

	pausedUntil      journal.Instant
	pausedByHand     bool
	backlog          []core.Input
	unreachableUntil journal.Instant // no connection can be made before

	crashAfter int // effects of the next step that are still performed; -1 for all
}

// relay is where the next connection goes.
func (p *peer) relay() *relay {
	if p.other != nil {
		return p.other
	}
	return p.w.relay
}

func (p *peer) isUp() bool { return p.machine != nil }

func (p *peer) isPaused() bool { return p.pausedByHand || p.w.now < p.pausedUntil }

// clock is the time as the machine sees it.
func (p *peer) clock() journal.Instant { return p.clockAt(p.w.now) }

// setClock sets the clock of the machine forward or back.
func (p *peer) setClock(by time.Duration) {
	p.wall += by
	if p.wall > p.ahead {
		p.ahead = p.wall
		if p.wakeAt != 0 {
			p.setAlarm(p.wakeAt)
		}
	}
}

// clockAt is what the clock shows at a moment of the world.
func (p *peer) clockAt(t journal.Instant) journal.Instant {
	return t.Add(p.ahead) + journal.Instant(int64(t.Sub(p.w.began))/1_000_000*p.drift)
}

func (p *peer) nextConn() uint64 {
	p.conns++
	return p.conns
}

// step gives the machine one input, unless it is paused: then it waits.
func (p *peer) step(in core.Input) {
	if !p.isUp() {
		return
	}
	if p.isPaused() {
		p.backlog = append(p.backlog, in)
		return
	}
	p.w.inputs++
	effects := p.w.options.bug.out(p.machine.Step(p.clock(), p.w.options.bug.in(in)))
	p.w.trace.step(p.w.now, p.name, in, effects)
	p.w.god.beforeEffects(p, effects)
	life := p.life
	for i, e := range effects {
		if p.crashAfter == i {
			p.crashAfter = -1
			p.w.hits[CrashBetweenEffects]++
			p.kill()
			return
		}
		p.effect(e)
		if p.life != life {
			return
		}
	}
	p.w.god.afterStep(p, in, effects)
}

// effect performs what every machine asks for.
func (p *peer) effect(e core.Effect) {
	switch e := e.(type) {
	case core.Send:
		if p.conn != nil {
			p.w.net.send(p.conn, true, envelope{e.Head, e.Frame})
		}
	case core.WakeAt:
		p.setAlarm(e.At)
	case core.Disconnect:
		if c := p.conn; c != nil {
			p.conn = nil
			p.w.net.closeByPeer(c)
			p.w.after(0, streamNet, p.ifSameLife(func() { p.lost(c) }))
		}
	case core.Refuse:
		p.w.refusals++
	case core.Replied:
		if p.onReply != nil {
			p.onReply(e)
		}
	case core.Store, core.Orphaned, core.Alarm, core.Stop, core.Gone:
	}
	if p.perform != nil {
		p.perform(e)
	}
}

func (p *peer) ifSameLife(do func()) func() {
	life := p.life
	return func() {
		if p.life == life {
			do()
		}
	}
}

// setAlarm plans the machine's Wake. A throttled tab's alarms ring late.
func (p *peer) setAlarm(at journal.Instant) {
	p.wakeAt = at
	p.wakeSeq++
	if at == 0 {
		return
	}
	due := p.w.now.Add(max(0, at.Sub(p.clockAt(p.w.now))))
	if p.lateness > 0 && !p.w.healing {
		late := due + journal.Instant(p.lateness) - 1
		late -= late % journal.Instant(p.lateness)
		if late > due {
			p.w.hits[LateAlarm]++
		}
		due = late
	}
	seq := p.wakeSeq
	p.w.at(due, streamWake, p.ifSameLife(func() {
		switch {
		case p.wakeSeq != seq:
		case p.clockAt(p.w.now) < at: // a slow clock
			p.setAlarm(at)
		default:
			p.wakeAt = 0
			p.step(core.Wake{})
		}
	}))
}

// pause stops the machine for a while. Then everything that came meanwhile is
// there at once.
func (p *peer) pause(d time.Duration) {
	p.pausedUntil = p.w.now.Add(d)
	p.w.at(p.pausedUntil, streamNemesis, p.ifSameLife(p.resume))
}

func (p *peer) resume() {
	if p.isPaused() {
		return
	}
	backlog := p.backlog
	p.backlog = nil
	if len(backlog) > 1 && p.w.net.chance.hit(500) {
		backlog = []core.Input{core.Batch{Inputs: backlog}} // as a host that has waited does
	}
	life := p.life
	for _, in := range backlog {
		if p.life != life {
			return
		}
		p.step(in)
	}
}

func (p *peer) connected(c *conn) {
	p.step(core.Connected{Conn: c.number})
}

func (p *peer) received(c *conn, e envelope) {
	p.step(core.Received{Conn: c.number, Head: e.head, Frame: e.frame})
}

// disconnected is the news that a connection is gone.
func (p *peer) disconnected(c *conn) {
	if p.conn == c {
		p.conn = nil
	}
	p.lost(c)
}

func (p *peer) dialFailed(c *conn) { p.lost(c) }

func (p *peer) lost(c *conn) {
	p.step(core.Disconnected{Conn: c.number})
	if p.conn == nil && p.isUp() && !p.w.byHand {
		p.redial()
	}
}

// redial connects again after a pause with jitter.
func (p *peer) redial() {
	pause := p.w.net.chance.between(20*time.Millisecond, 600*time.Millisecond)
	p.w.after(pause, streamNet, p.ifSameLife(func() {
		if p.conn == nil {
			p.w.net.dial(p)
		}
	}))
}

// end stops the machine and its connection, as the end of a process does.
func (p *peer) end() {
	p.life++
	p.machine = nil
	p.backlog, p.pausedUntil, p.pausedByHand = nil, 0, false
	p.wakeAt, p.crashAfter = 0, -1
	if c := p.conn; c != nil {
		p.conn = nil
		c.peerOpen = false
		p.w.net.cut(c, 100*time.Millisecond)
	}
}
