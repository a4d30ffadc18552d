package sim

import (
	"fmt"
	"reflect"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/wire"
)

// World is everything there is in a run. [Run] drives one from a seed;
// the scenarios drive one by hand.
type World struct {
	options  Options
	plan     plan
	now      journal.Instant
	began    journal.Instant
	agenda   agenda
	trace    *trace
	names    *names
	election register.Election // that the room is to have
	steady   bool              // by the options, so nobody changes it
	counted  *Measured         // nil unless something is being measured
	byHand   bool
	healing  bool // no more faults, no more requests
	busy     int  // events of this moment

	net        net
	diskChance chance
	relay      *relay
	nodes      []*node
	clients    []*peer
	users      []*user
	god        *god
	nemesis    *nemesis
	failure    *Failure
	given      bool // up: a copy with a wrong state is master, and that is the room's state now

	stats
}

// stats are the counters while the run goes on.
type stats struct {
	hits                                         Hits
	inputs, refusals, operations, answered       int
	entries, cuts, orphans, lost, installs       int
	stops, takeovers, linearized, lastRegistered int
	alarms                                       int
	sessionCuts                                  int
	resolved, degraded                           int
	expired                                      int
}

// epoch0 is when every run begins.
var epoch0 = journal.Instant(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())

// byHandSegment is how large a segment of a journal is in scenarios.
const byHandSegment = 30_000

func newWorld(o Options, byHand bool) *World {
	w := &World{options: o, now: epoch0, began: epoch0, names: newNames(), byHand: byHand}
	w.steady = o.Election != ""
	w.plan = w.options.draw()
	if byHand {
		w.plan = plan{segment: byHandSegment} // so that a new fault changes no scenario
	}
	w.trace = newTrace(w.names, epoch0, o.Trace)
	w.god = newGod(w)
	w.diskChance = newChance(o.Seed, "disk")
	w.net = net{
		w: w, chance: newChance(o.Seed, "net"), replays: newChance(o.Seed, "replays"),
		least: 100 * time.Microsecond, mean: 2 * time.Millisecond,
	}
	w.net.mean = w.net.chance.between(500*time.Microsecond, 60*time.Millisecond)
	w.relay = newRelay(w)
	var err error
	if w.election, err = register.ParseElection(w.options.Election); err != nil {
		w.fail("options", err.Error())
	}
	return w
}

func (w *World) at(t journal.Instant, stream int, do func()) {
	w.agenda.add(max(t, w.now), stream, do)
}

func (w *World) after(d time.Duration, stream int, do func()) { w.at(w.now.Add(d), stream, do) }

// runUntil lets everything happen up to a moment, or until something is wrong
// or enough is true.
func (w *World) runUntil(t journal.Instant, enough func() bool) bool {
	for w.failure == nil && !w.given && len(w.agenda.events) > 0 && w.agenda.events[0].at <= t {
		e := w.agenda.next()
		if e.at > w.now {
			w.now, w.busy = e.at, 0
		}
		if w.busy++; w.busy > busyMax {
			w.failf("progress", "%d things have happened at one moment", w.busy)
		}
		e.do()
		if enough != nil && enough() {
			return true
		}
	}
	w.now = max(w.now, t)
	return false
}

// busyMax is how much may happen at one moment: beyond it somebody goes round
// in circles.
const busyMax = 20_000

// addNode makes a place for a node. It is not started.
func (w *World) addNode(name string, durable bool) *node {
	n := &node{peer: peer{w: w, name: name, crashAfter: -1}, durable: durable, visible: true}
	n.perform, n.kill = n.performOwn, func() { w.crash(n) }
	n.disk.least, n.disk.mean = 50*time.Microsecond, w.diskChance.between(100*time.Microsecond, 8*time.Millisecond)
	w.nodes = append(w.nodes, n)
	return n
}

// addClient makes a peer without a copy.
func (w *World) addClient(name string) *peer {
	p := &peer{w: w, name: name, crashAfter: -1, id: w.names.id(name, 1)}
	w.clients = append(w.clients, p)
	return p
}

func (w *World) startClient(p *peer, id journal.ClientID) {
	made, err := core.NewClient(core.Config{
		Room:   roomName,
		Member: register.Member{Node: p.id, Name: p.name, Kind: register.KindClient, Visible: true},
		Client: id,
	})
	if err != nil {
		w.failf("start", "%s: %v", p.name, err)
		return
	}
	p.life++
	p.machine = made
	w.net.dial(p)
}

// clientID names one start of an application, by its host and a number.
func (w *World) clientID(name string, start int) journal.ClientID {
	var id journal.ClientID
	label := fmt.Sprintf("%s!%d", name, start)
	copy(id[:], label)
	w.names.nodes[journal.NodeID(id)] = label
	return id
}

func (w *World) usersOf(n *node, do func(*user)) {
	for _, u := range w.users {
		if u.node == n {
			do(u)
		}
	}
}

// mastershipRegistered counts takeovers.
func (w *World) mastershipRegistered(r register.Register) {
	if c := w.god.copies[r.Epoch.Master]; c != nil && c.spoilt {
		w.given = true
	}
	if !r.Epoch.Master.IsZero() {
		w.lastRegistered++
		w.takeovers = w.lastRegistered - 1
		if w.nemesis != nil && !w.healing {
			w.nemesis.storm(r.Epoch.Master)
		}
	}
}

// throughWire is the way of a frame from one process to another. It must come
// out as it went in.
func (w *World) throughWire(e envelope) envelope {
	if !w.plan.wire {
		return e
	}
	message, err := wire.Encode(e.head, e.frame)
	if err != nil {
		w.failf("wire", "%T cannot be sent: %v", e.frame, err)
		return e
	}
	head, f, err := wire.Decode(message)
	if err != nil {
		w.failf("wire", "%T cannot be read: %v", e.frame, err)
		return e
	}
	if a, b := w.sameText(e), w.sameText(envelope{head, f}); a != b {
		w.failf("wire", "%s came out as %s", a, b)
	}
	return envelope{head, f}
}

// sameText is a frame in words, for comparing.
func (w *World) sameText(e envelope) string {
	t := text{names: w.names, full: true}
	t.to(e.head.To).say(" ").name(e.head.From).say(" ").frame(e.head.Epoch, e.frame)
	return string(t.buf) + reflect.TypeOf(e.frame).Name()
}

func (w *World) fail(check, text string) {
	if w.failure == nil {
		w.failure = &Failure{Check: check, Text: text, At: w.now}
		w.trace.note(w.now, "god", "FAILURE ", check, ": ", text)
	}
}

func (w *World) failf(check, format string, args ...any) { w.fail(check, fmt.Sprintf(format, args...)) }

// master is the node that acts as open master now; nil if none does.
func (w *World) master() *node {
	var found *node
	for _, n := range w.nodes {
		if c := w.god.copies[n.id]; c != nil && c.running && c.role == frame.RoleMaster {
			if found == nil || n.core.Status().Epoch.Compare(found.core.Status().Epoch) > 0 {
				found = n
			}
		}
	}
	return found
}
