package sim

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// Measured is what one election took: from the moment the relay has lost the
// master's connection until another node is master and takes writes.
type Measured struct {
	Took     time.Duration // simulated
	Messages int           // of the election: what strategies say to each other, claims, and the relay's answers
	Seals    int           // Seal and Sealed, each as often as it is received
	Frames   int           // everything that was received meanwhile, but for pings and pongs
}

// MeasureMax is how many nodes [Measure] can have.
const MeasureMax = 26

// Measure makes a room of nodes that keep their copies, lets them come together
// and kills the master at some moment. There are no other faults: what differs
// from seed to seed is the moment, who is master, and how long frames and disks
// take. The same arguments give the same result, on every system.
func Measure(e register.Election, nodes int, seed uint64) (Measured, error) {
	if nodes < 2 || nodes > MeasureMax {
		return Measured{}, fmt.Errorf("%d nodes: 2 to %d can be measured", nodes, MeasureMax)
	}
	w := newWorld(Options{Seed: seed, Nodes: nodes, Without: AllFaults, Election: e.String()}, false)
	c := newChance(seed, "measure")
	elector := newElector(w)
	for i := range nodes {
		n := w.addNode(string(rune('a'+i)), true)
		w.after(c.between(0, 300*time.Millisecond), streamNemesis, n.start)
	}
	w.after(time.Second, streamWork, elector.work)
	set := func() bool { return w.relay.stored.Settings.Election == e && w.isTogether() }
	if !w.runUntil(w.now.Add(healWithin), set) {
		return Measured{}, w.unmeasured("come together")
	}
	w.runUntil(w.now.Add(c.between(0, time.Second)), nil)
	old := w.master()
	w.crash(old)
	vacant := func() bool {
		_, _, seated := w.relay.room.Master()
		return !seated
	}
	if !w.runUntil(w.now.Add(healWithin), vacant) {
		return Measured{}, w.unmeasured("lose their master")
	}
	began := w.now
	w.counted = &Measured{}
	if !w.runUntil(w.now.Add(healWithin), func() bool { return w.master() != nil }) {
		return Measured{}, w.unmeasured("find a new master")
	}
	w.counted.Took = w.now.Sub(began)
	return *w.counted, nil
}

func (w *World) unmeasured(what string) error {
	if w.failure != nil {
		return fmt.Errorf("%s: %s", w.failure.Check, w.failure.Text)
	}
	return fmt.Errorf("the nodes did not %s within %v: %s", what, healWithin, w.whyApart())
}

// count counts a frame that is put on its way, up to the relay or down to a
// peer: once for each that gets it.
func (m *Measured) count(up bool, e envelope) {
	if m == nil || up && e.head.To.Group != frame.GroupRelay {
		return // it is counted on its way down
	}
	switch e.frame.(type) {
	case frame.Ping, frame.Pong:
		return
	case frame.Elect, frame.Claim, frame.Answer:
		m.Messages++
	case frame.Seal, frame.Sealed:
		m.Seals++
	default:
	}
	m.Frames++
}
