package sim

import (
	"io"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Options say what is run. What is zero is drawn from the seed.
type Options struct {
	Seed uint64

	// Nodes is how many nodes there are, 1 to [NodesMax]. 0: 3 to 5.
	Nodes int

	// Duration is how long there are faults, in simulated time. 0: 15 to 40 s.
	Duration time.Duration

	// Without are the kinds of fault that must not happen. Of the others each
	// seed draws some, and their rates.
	Without Faults

	// Election is the room's. "": each seed draws one.
	Election string

	// Trace gets every input and effect as a line; nil for none.
	Trace io.Writer

	KeepBytes int // of the journals; 0: the default, or a small one in some seeds
	MaxValue  int // bytes of a value, drawn; in a few seeds a frame holds only a few

	bug bug // of every node

	plant func(journal.Directory) journal.Directory // a bug between store and disk; nil for none
}

// NodesMax is how many nodes a run can have.
const NodesMax = 20

// Failure is the first thing that was found wrong.
type Failure struct {
	Check string          // which promise is broken
	Text  string          // how
	At    journal.Instant // when
}

// Result is what a run has shown.
type Result struct {
	Options Options // with what was drawn
	Digest  uint64  // of every input and effect
	Failure *Failure
	Tail    []string // the last lines of the trace, of a run that failed
	Stats   Stats
}

// Stats count what happened in a run.
type Stats struct {
	Hits        Hits
	Operations  int // requests of users
	Writes      int
	Answered    int // writes that were answered ok
	Unknown     int // writes whose outcome nobody told
	Entries     int // that were ever made
	Committed   int
	Takeovers   int  // masterships after the first
	Orphans     int  // final ones, by entry
	Resolved    int  // orphans that were replayed or discarded
	Alarms      int  // of states that differ
	GivenUp     bool // a copy with a wrong state became master before anybody saw it
	SessionCuts int  // sessions whose past is not in the history
	Degraded    int  // writes that made do with fewer copies
	Lost        int  // answered writes whose every copy lost its storage
	Unclean     int  // masterships that began without any complete copy
	Linearized  int  // operations given to Porcupine
	Inputs      int  // of nodes, clients and the relay
	Refusals    int
	Installs    int           // snapshots that replaced a journal
	Expired     int           // keys that an expiry took away
	Healed      time.Duration // from the last fault to everything being together
}

// bug is a mistake of every node, for tests of the checks: it hears something
// else than it was told, or does something else than it should. nil for none.
type bug struct {
	hears func(frame.Frame) frame.Frame
	does  func(core.Effect) core.Effect
}

// in is an input as a node with the bug takes it.
func (b bug) in(in core.Input) core.Input {
	if b.hears == nil {
		return in
	}
	switch in := in.(type) {
	case core.Asked:
		in.Frame = b.hears(in.Frame)
		return in
	case core.Received:
		in.Frame = b.hears(in.Frame)
		return in
	case core.Batch, core.Connected, core.Disconnected, core.Persisted, core.StoreFailed, core.Wake,
		core.Forget, core.Appeared, core.Leave:
	}
	return in
}

// out are the effects of a node with the bug.
func (b bug) out(effects []core.Effect) []core.Effect {
	for i := range effects {
		if b.does != nil {
			effects[i] = b.does(effects[i])
		}
	}
	return effects
}

// plan is what a seed draws: rates, latencies, who is what.
type plan struct {
	weights  [faultCount]int
	every    time.Duration // between two faults
	wire     bool          // every frame goes through core/wire
	volatile int           // nodes out of a thousand
	lazy     int           // of the others, those that do not sync, out of a thousand
	segment  int64         // bytes of a segment of the journal
	ahead    int64         // bytes of zeros that are written ahead
	storms   int           // new masterships out of a thousand that are hit while they begin
}

// has reports whether the seed has drawn a kind of fault.
func (p *plan) has(f Fault) bool { return p.weights[f] > 0 }

// draw fills in what the options leave open, and the plan.
func (o *Options) draw() plan {
	c := newChance(o.Seed, "plan")
	var p plan
	nodes, duration := 3+c.IntN(3), c.between(15*time.Second, 40*time.Second)
	if o.Nodes == 0 {
		o.Nodes = nodes
	}
	if o.Duration == 0 {
		o.Duration = duration
	}
	for f := range p.weights {
		// Some faults are absent, some rare, some common: swarm testing.
		p.weights[f] = pick(c, 0, 1, 3, 10)
		if o.Without.Has(Fault(f)) {
			p.weights[f] = 0
		}
	}
	p.every = c.between(300*time.Millisecond, 2500*time.Millisecond)
	p.wire = c.hit(100)
	p.storms = pick(c, 0, 200, 600)
	p.segment, p.ahead = pick[int64](c, 700, 4_000, 30_000, 1<<20), pick[int64](c, 0, 0, 1000)
	if share := pick(c, 0, 0, 200, 500); p.has(LazySync) {
		p.lazy = share
	}
	if share := pick(c, 0, 200, 500, 1000); p.has(LostCopy) {
		p.volatile = share
	}
	o.MaxValue = pick(c, 30, 30, 30, 30, 30, 30, 300, 300, 300, 400_000)
	if keep := 500 + c.IntN(4000); c.hit(500) && p.has(Snapshot) && o.KeepBytes == 0 {
		o.KeepBytes = keep
	}
	if o.Election == "" {
		o.Election = pick(newChance(o.Seed, "election"), elections...).String()
	}
	if byHand := c.hit(200); !byHand {
		p.weights[Disaster], p.weights[Takeover] = 0, 0 // they leave less to check
	} else if p.has(Disaster) {
		p.weights[Disaster] *= 3
		if !o.Without.Has(Takeover) {
			p.weights[Takeover] = max(1, p.weights[Takeover])
		}
	}
	if wrong := c.hit(250); !wrong {
		p.weights[WrongState] = 0 // it excuses what is read meanwhile
	} else {
		p.weights[WrongState] *= 3
	}
	if amnesia := c.hit(150); !amnesia {
		p.weights[RegisterLost], p.weights[RegisterOld] = 0, 0
	} else if p.has(RegisterLost) || p.has(RegisterOld) {
		p.keepCopies()
	}
	return p
}

// keepCopies leaves out what ends a copy for good: where the relay has lost its
// register, the room rightly waits for every copy of the newest list.
func (p *plan) keepCopies() {
	for _, f := range []Fault{LostCopy, LazySync, DiskFailure, SyncFailure, BitFlip, LostSector, StaleSector, ShortFile, LostFile, WrongState, Disaster, Takeover} {
		p.weights[f] = 0
	}
	p.volatile, p.lazy = 0, 0
}

// deadAfter is when the relay gives up a silent node.
const deadAfter = frame.DeadAfter
