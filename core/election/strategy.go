package election

import (
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Strategy decides who asks for the mastership. It never decides who has it:
// that is the register's compare-and-swap, so a wrong Strategy costs time and
// never safety.
type Strategy interface {
	// Name is the value of the room's election setting.
	Name() string

	// Judge gives the verdict and the moment to ask again even if nothing
	// happens. It is asked only while the room has no master, and must not
	// keep v.Present.
	Judge(v View) Verdict
}

// View is what a node knows while the room has no master.
type View struct {
	Now      journal.Instant
	Self     register.Member
	Register register.Register
	Present  []register.Member // everybody connected, Self included, by NodeID
	Last     journal.Position

	// Since is when this node learnt that there is no master.
	Since journal.Instant

	// Witnessed is true if this node was connected when the master left. If it
	// is false, the node has just connected and others may be about to.
	Witnessed bool
}

// Verdict is what a strategy wants.
type Verdict struct {
	Claim bool
	Again journal.Instant // ask again then, if not before; zero: only when something changes
}
