package sim

import (
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// elections are the ways to find a new master.
var elections = []register.Election{
	register.ElectSuccession, register.ElectBully, register.ElectRing, register.ElectVote,
}

// elector is somebody who sees to it that the room elects as it is to. Where the
// options leave it to the seed he changes his mind now and then in some seeds,
// whether there is a master or not.
type elector struct {
	w      *World
	chance chance
	fickle bool
	asked  uint64
}

// electAgain is how long the elector waits before he asks the relay again.
const electAgain = 500 * time.Millisecond

func newElector(w *World) *elector {
	c := newChance(w.options.Seed, "elector")
	return &elector{w: w, chance: c, fickle: c.hit(400) && !w.steady}
}

// work asks until the room has the setting, and goes on for as long as there
// are faults.
func (e *elector) work() {
	if e.w.healing {
		return
	}
	if e.fickle && e.chance.hit(100) {
		e.w.election = pick(e.chance, elections...)
	}
	e.ask()
	e.w.after(electAgain, streamWork, e.work)
}

// ask lets a node's application ask for the setting, if the room has another
// one. That is refused where the register has changed meanwhile.
func (e *elector) ask() {
	r := e.w.relay.stored
	if r.IsZero() || r.Settings.Election == e.w.election {
		return
	}
	n := pick(e.chance, e.w.nodes...)
	if n.isPaused() {
		return
	}
	settings := r.Settings
	settings.Election = e.w.election
	e.asked++
	n.step(core.Asked{Frame: frame.Configure{Request: 1<<50 + e.asked, Version: r.Version, Settings: settings}})
}
