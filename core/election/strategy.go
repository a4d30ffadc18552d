package election

import (
	"math/rand/v2"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Strategy decides who asks for the mastership. It never decides who has it:
// that is the register's compare-and-swap, so a wrong Strategy costs time and
// never safety.
//
// One Strategy lives for one vacancy at one node: it remembers what it has said
// and heard, and is made anew for the next.
type Strategy interface {
	// Name is the value of the room's election setting.
	Name() string

	// Judge gives the verdict, what to say to other nodes, and the moment to ask
	// again even if nothing happens. It is asked after every step while the room
	// has no master, whether this node may claim at the moment or not, and must
	// not keep v.Present or v.Heard.
	Judge(v View) Verdict
}

// New returns a strategy at the beginning of a vacancy; of an election that is
// not known, Succession. Chance is used by those that wait at random.
func New(e register.Election, chance *rand.Rand) Strategy {
	switch e {
	case register.ElectBully:
		return &Bully{}
	case register.ElectRing:
		return &Ring{}
	case register.ElectVote:
		return &Vote{chance: chance}
	case register.ElectSuccession:
	}
	return Succession{}
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

	// Heard is what others have said since Judge was asked last, in the order in
	// which it came. All of it is about the epoch number that is vacant now.
	Heard []Message
}

// Message is something said to one other node, or by it.
type Message struct {
	Peer  journal.NodeID // who gets it; in View.Heard who said it
	Elect frame.Elect    // Number is set by who sends it
}

// Verdict is what a strategy wants.
type Verdict struct {
	// Claim says that this node is to ask for the mastership. It stays true until
	// the node has been granted it, or the strategy changes its mind.
	Claim bool
	Again journal.Instant // ask again then, if not before; zero: only when something changes
	Send  []Message       // in this order
}
