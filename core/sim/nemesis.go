package sim

import (
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// nemesis makes the faults.
type nemesis struct {
	w      *World
	chance chance
	total  int // of the weights of what it may do
	yields uint64

	requests      uint64 // of an operator
	disasterUntil journal.Instant
}

// acts are the faults that are made at a moment; the others follow from them
// or are properties of a seed.
var acts = []struct {
	fault Fault
	do    func(*nemesis)
}{
	{Crash, (*nemesis).crash},
	{CrashBetweenEffects, (*nemesis).crashBetween},
	{PowerCut, (*nemesis).cutPower},
	{DiskFailure, (*nemesis).failDisk},
	{SyncFailure, (*nemesis).failSync},
	{WriteFailure, (*nemesis).failWrite},
	{DiskFull, (*nemesis).fillDisk},
	{BitFlip, (*nemesis).flipBit},
	{LostSector, (*nemesis).loseSector},
	{StaleSector, (*nemesis).misdirect},
	{ShortFile, (*nemesis).shortenFile},
	{LostFile, (*nemesis).loseFile},
	{WrongState, (*nemesis).spoilState},
	{SlowDisk, (*nemesis).slowDisk},
	{Cut, (*nemesis).cut},
	{HalfOpen, (*nemesis).halfOpen},
	{Unreachable, (*nemesis).unreachable},
	{Partition, (*nemesis).partition},
	{Jam, (*nemesis).jam},
	{DelayBurst, (*nemesis).burst},
	{Pause, (*nemesis).pause},
	{LongPause, (*nemesis).longPause},
	{ClockJump, (*nemesis).jump},
	{ClockBack, (*nemesis).setBack},
	{RelayRestart, (*nemesis).restartRelay},
	{RegisterLost, (*nemesis).loseRegister},
	{RegisterOld, (*nemesis).restoreRegister},
	{RoomFull, (*nemesis).fillRoom},
	{Leave, (*nemesis).leave},
	{LeaveAtOnce, (*nemesis).leaveAtOnce},
	{Handover, (*nemesis).handover},
	{Disaster, (*nemesis).disaster},
	{Takeover, (*nemesis).takeOver},
	{Hidden, (*nemesis).hide},
}

func newNemesis(w *World) *nemesis {
	n := &nemesis{w: w, chance: newChance(w.options.Seed, "nemesis")}
	for _, a := range acts {
		n.total += w.plan.weights[a.fault]
	}
	return n
}

// work plans the next fault.
func (n *nemesis) work() {
	if n.total == 0 {
		return
	}
	n.w.after(n.chance.skewed(10*time.Millisecond, n.w.plan.every), streamNemesis, func() {
		if n.w.healing {
			return
		}
		draw := n.chance.IntN(n.total)
		for _, a := range acts {
			if draw -= n.w.plan.weights[a.fault]; draw < 0 {
				n.w.trace.note(n.w.now, "nemesis", a.fault.String())
				a.do(n)
				break
			}
		}
		n.work()
	})
}

// storm hits a mastership while it begins: with what it has found out and
// appended, but not committed.
func (n *nemesis) storm(master journal.NodeID) {
	if n.total == 0 || !n.chance.hit(n.w.plan.storms) {
		return
	}
	n.w.after(n.chance.skewed(time.Millisecond, 200*time.Millisecond), streamNemesis, func() {
		c := n.w.god.copies[master]
		if n.w.healing || !c.running {
			return
		}
		v := c.node
		switch n.chance.IntN(4) {
		case 0:
			if n.w.plan.has(Crash) {
				n.w.hits[Crash]++
				n.w.crash(v)
			}
		case 1:
			if v.conn != nil && n.w.plan.has(Cut) {
				n.w.hits[Cut]++
				n.w.net.cut(v.conn, 300*time.Millisecond)
			}
		case 2:
			if v.conn != nil && n.w.plan.has(Unreachable) {
				n.w.hits[Unreachable]++
				n.isolate(&v.peer)
			}
		default:
			if !v.isPaused() && n.w.plan.has(LongPause) {
				n.w.hits[LongPause]++
				v.pause(n.chance.between(deadAfter, 2*deadAfter))
			}
		}
	})
}

// victim is a running node, the master more often than others; nil if none runs.
func (n *nemesis) victim() *node {
	if m := n.w.master(); m != nil && n.chance.hit(450) {
		return m
	}
	v := pick(n.chance, n.w.nodes...)
	if !v.isUp() {
		return nil
	}
	return v
}

// revive starts a node again after a while, however it ended.
func (n *nemesis) revive(v *node) {
	back := n.chance.skewed(20*time.Millisecond, 2*time.Second)
	n.w.after(back, streamNemesis, v.ifSameLife(v.start))
}

func (n *nemesis) crash() {
	if v := n.victim(); v != nil {
		n.w.hits[Crash]++
		n.w.crash(v)
	}
}

func (n *nemesis) crashBetween() {
	if v := n.victim(); v != nil && v.crashAfter < 0 {
		v.crashAfter = n.chance.IntN(4)
		n.w.after(100*time.Millisecond, streamNemesis, v.ifSameLife(func() { v.crashAfter = -1 }))
	}
}

// link is a victim's connection: now and then a client's.
func (n *nemesis) link() *conn {
	if len(n.w.clients) > 0 && n.chance.hit(200) {
		return pick(n.chance, n.w.clients...).conn
	}
	if v := n.victim(); v != nil {
		return v.conn
	}
	return nil
}

func (n *nemesis) cut() {
	if c := n.link(); c != nil {
		n.w.hits[Cut]++
		n.w.net.cut(c, 300*time.Millisecond)
	}
}

func (n *nemesis) halfOpen() {
	if c := n.link(); c != nil {
		n.w.hits[HalfOpen]++
		n.w.net.cut(c, 8*time.Second)
	}
}

func (n *nemesis) unreachable() {
	if c := n.link(); c != nil {
		n.w.hits[Unreachable]++
		n.isolate(c.peer)
	}
}

func (n *nemesis) isolate(p *peer) {
	p.unreachableUntil = n.w.now.Add(n.chance.skewed(200*time.Millisecond, 3*time.Second))
	if p.conn != nil {
		n.w.net.cut(p.conn, pick(n.chance, 50*time.Millisecond, time.Second, 5*time.Second))
	}
}

func (n *nemesis) partition() {
	for _, v := range n.w.nodes {
		if v.isUp() && n.chance.hit(500) {
			n.w.hits[Partition]++
			n.isolate(&v.peer)
		}
	}
}

func (n *nemesis) jam() {
	c := n.link()
	if c == nil {
		return
	}
	q := pick(n.chance, &c.up, &c.down)
	until := n.w.now.Add(n.chance.skewed(50*time.Millisecond, pick(n.chance, 300*time.Millisecond, 4*time.Second)))
	q.jammed = max(q.jammed, until)
	if len(q.waiting) > 0 {
		n.w.hits[Jam]++
	}
}

func (n *nemesis) burst() {
	n.w.net.burstUntil = n.w.now.Add(n.chance.skewed(100*time.Millisecond, time.Second))
}

func (n *nemesis) pause() {
	if v := n.victim(); v != nil && !v.isPaused() {
		n.w.hits[Pause]++
		v.pause(n.chance.between(20*time.Millisecond, deadAfter*9/10))
	}
}

func (n *nemesis) longPause() {
	if v := n.victim(); v != nil && !v.isPaused() {
		n.w.hits[LongPause]++
		v.pause(n.chance.between(deadAfter, 4*deadAfter))
	}
}

// jump sets a machine's clock forward. Its process follows at once.
func (n *nemesis) jump() {
	if v := n.victim(); v != nil {
		n.w.hits[ClockJump]++
		v.setClock(n.chance.between(time.Millisecond, pick(n.chance, time.Second, time.Hour)))
	}
}

// setBack sets a machine's clock back. Its next process begins with that; the
// present one goes on as if nothing were.
func (n *nemesis) setBack() {
	if v := n.victim(); v != nil {
		v.setClock(-n.chance.between(time.Millisecond, pick(n.chance, time.Second, time.Hour)))
	}
}

func (n *nemesis) leave() { n.goodbye(Leave, false) }

func (n *nemesis) leaveAtOnce() { n.goodbye(LeaveAtOnce, true) }

func (n *nemesis) goodbye(f Fault, now bool) {
	if v := n.victim(); v != nil && !v.isPaused() {
		n.w.hits[f]++
		v.step(core.Leave{Now: now})
	}
}

func (n *nemesis) handover() {
	m := n.w.master()
	if m == nil {
		return
	}
	n.yields++
	to := journal.NodeID{}
	if n.chance.hit(700) {
		to = pick(n.chance, n.w.nodes...).id
	}
	n.w.hits[Handover]++
	m.step(core.Asked{Frame: frame.Yield{ID: 1<<40 + n.yields, Successor: to, Wait: time.Second}})
}

func (n *nemesis) hide() {
	if v := n.victim(); v != nil {
		n.w.hits[Hidden]++
		v.visible = !v.visible
		v.step(core.Appeared{Visible: v.visible})
	}
}
