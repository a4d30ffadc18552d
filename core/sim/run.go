package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
)

// healWithin is how long, once the faults have stopped, everything may take to
// come together: the longest waits are the relay's patience with volatile nodes
// it has not seen since its start, and a few masterships that do not come off.
const healWithin = 120 * time.Second

// quiet is how long nothing may change after that.
const quiet = 8 * time.Second

// Run runs one world from its seed to its end. The same options give the same
// result, on every system.
func Run(o Options) Result {
	w := newWorld(o, false)
	if w.failure != nil {
		return w.result(0)
	}
	w.populate()
	w.nemesis = newNemesis(w)
	w.nemesis.work()
	newElector(w).work()
	for _, u := range w.users {
		u.work()
	}
	w.runUntil(w.now.Add(w.options.Duration), nil)
	if w.given {
		return w.result(0)
	}
	healed := w.heal()
	if w.given {
		w.failure = nil // nobody has waited for the end
		return w.result(healed)
	}
	if w.failure == nil {
		w.checkStates()
	}
	if w.failure == nil {
		w.god.checkAccounts()
		w.god.checkWatches()
	}
	if w.failure == nil {
		w.checkLinearizable()
	}
	return w.result(healed)
}

// populate makes the nodes, the clients and their users.
func (w *World) populate() {
	c := newChance(w.options.Seed, "people")
	for i := range w.options.Nodes {
		n := w.addNode(string(rune('a'+i)), !c.hit(w.plan.volatile))
		n.prio = int32(c.IntN(3))
		n.disk.options.Lazy = n.durable && c.hit(w.plan.lazy)
		if w.plan.has(ClockSkew) {
			n.wall = c.between(0, pick(c, time.Second, 24*time.Hour))
			w.hits[ClockSkew]++
		}
		if w.plan.has(ClockDrift) && c.hit(500) {
			n.drift = int64(c.IntN(200_001)) - 100_000 // a tenth: more than any clock, and soon apart
			w.hits[ClockDrift]++
		}
		if w.plan.has(LateAlarm) && !n.durable && c.hit(300) {
			n.lateness = pick(c, 200*time.Millisecond, time.Second)
		}
	}
	for i := range 3 {
		name := fmt.Sprintf("u%d", i+1)
		u := &user{
			w: w, name: name, chance: newChance(w.options.Seed, "work "+name),
			every: w.options.Duration / 135, pipeline: 1 + c.IntN(4),
		}
		if c.hit(600) {
			u.node = pick(c, w.nodes...)
			u.peer = &u.node.peer
		} else {
			u.peer = w.addClient("c" + name)
			u.client = w.clientID(name, 1)
		}
		w.users = append(w.users, u)
	}
	for _, n := range w.nodes {
		n.started = func() { w.usersOf(n, func(u *user) { u.hostStarted(w.clientID(n.name, n.starts)) }) }
		n.onReply = func(e core.Replied) { w.usersOf(n, func(u *user) { u.replied(e) }) }
		w.after(c.between(0, 300*time.Millisecond), streamNemesis, n.start)
	}
	for _, u := range w.users {
		if u.node == nil {
			u.peer.onReply = u.replied
			w.startClient(u.peer, u.client)
		}
	}
}

// heal ends all faults and waits until everything has come together.
func (w *World) heal() time.Duration {
	w.healing = true
	began := w.now
	w.trace.note(w.now, "world", "no more faults")
	w.net.burstUntil, w.net.mean = w.now, 5*time.Millisecond
	w.relay.relieve()
	for _, n := range w.nodes {
		n.unreachableUntil, n.disk.slowUntil, n.crashAfter = w.now, 0, -1
		n.disk.relieve()
		w.release(&n.peer)
		w.after(time.Millisecond, streamNemesis, n.start)
		w.after(5*time.Second, streamNemesis, n.start) // one that was leaving
	}
	for _, p := range w.clients {
		p.unreachableUntil = w.now
		w.release(p)
	}
	w.after(6*time.Second, streamNemesis, func() {})
	if w.runUntil(w.now.Add(6*time.Second), nil); w.failure != nil {
		return 0
	}
	if !w.isTogether() && !w.runUntil(began.Add(healWithin), w.isTogether) && w.failure == nil {
		w.failf("convergence", "%v after the last fault: %s", healWithin, w.whyApart())
	}
	healed := w.now.Sub(began)
	epoch := w.god.reg.Epoch
	w.runUntil(w.now.Add(quiet), nil)
	switch {
	case w.failure != nil:
	case w.god.reg.Epoch != epoch:
		w.failf("convergence", "the mastership changed from epoch %v to %v though nothing was wrong", epoch, w.god.reg.Epoch)
	case !w.isTogether() && !w.runUntil(w.now.Add(time.Second), w.isTogether): // a key may just expire
		w.failf("convergence", "it came together and fell apart: %s", w.whyApart())
	case !w.isTold():
		w.runUntil(w.now.Add(time.Second), w.isTold) // what has expired may be on its way to a client
	}
	return healed
}

// isTold reports whether a room that has come together has told its watches, too.
func (w *World) isTold() bool {
	return w.isTogether() && !slices.ContainsFunc(w.users, func(u *user) bool { return w.god.missedBy(u) != nil })
}

// release ends the pause of a peer and the jams of its connection.
func (w *World) release(p *peer) {
	p.pausedUntil, p.lateness = w.now, 0
	p.resume()
	if c := p.conn; c != nil {
		c.up.jammed, c.down.jammed = w.now, w.now
		c.up.planned, c.down.planned = false, false
		w.net.plan(c, true)
		w.net.plan(c, false)
	}
}

func (w *World) isTogether() bool { return w.whyApart() == "" }

// whyApart says what is missing to a room that has come together: one open
// master, every node in sync and equal, no request without its answer.
func (w *World) whyApart() string {
	m := w.master()
	if m == nil {
		return "there is no open master"
	}
	last := m.core.Status()
	for _, n := range w.nodes {
		if !n.isUp() {
			return n.name + " is not running"
		}
		s := n.core.Status()
		switch {
		case s.Epoch != last.Epoch:
			return fmt.Sprintf("%s is in epoch %v, the master in %v", n.name, s.Epoch, last.Epoch)
		case s.Last != last.Last || s.Commit != last.Last:
			return fmt.Sprintf("%s ends at %v and has committed %v, the master ends at %v", n.name, s.Last, s.Commit, last.Last)
		case w.relay.stored.IsInSync(n.id) != w.isAdmitted(n):
			return n.name + " is not in sync, or should not be"
		case s.Role != frame.RoleMaster && s.Role != frame.RoleReplica:
			return fmt.Sprintf("%s is %v", n.name, s.Role)
		}
	}
	for _, u := range w.users {
		if len(u.open) > 0 {
			return fmt.Sprintf("%s waits for an answer to %T", u.name, u.open[0].asked)
		}
	}
	return ""
}

// isAdmitted reports whether the room's settings let a node be in sync.
func (w *World) isAdmitted(n *node) bool {
	return !w.relay.stored.Settings.NoVolatile || n.isDurable()
}

func (w *World) result(healed time.Duration) Result {
	r := Result{Options: w.options, Digest: w.trace.digest.Sum64(), Failure: w.failure}
	if w.failure != nil {
		r.Tail = w.trace.newest()
	}
	w.hits[Snapshot] = w.installs
	r.Stats = Stats{
		Hits: w.hits, Operations: w.operations, Answered: w.answered, Entries: w.entries,
		Committed: len(w.god.commits), Takeovers: w.takeovers, Orphans: w.orphans, Lost: w.lost,
		Unclean: w.god.unclean, Linearized: w.linearized, Inputs: w.inputs, Refusals: w.refusals,
		Installs: w.installs, Healed: healed, Expired: w.expired, SessionCuts: w.sessionCuts, Alarms: w.alarms, GivenUp: w.given, Resolved: w.resolved, Degraded: w.degraded,
	}
	for _, u := range w.users {
		for _, c := range u.calls {
			if _, ok := c.asked.(frame.Write); ok {
				r.Stats.Writes++
				if c.isUnknown() {
					r.Stats.Unknown++
				}
			}
		}
	}
	return r
}
