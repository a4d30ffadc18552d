package election

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Times of [Succession].
const (
	// successionStagger is how long each one waits for the one before it.
	successionStagger = 200 * time.Millisecond

	// returnGrace is how long a node that has just connected waits for in-sync
	// nodes that may be connecting too: after a restart of the relay the best
	// copy need not be back first.
	returnGrace = 500 * time.Millisecond
)

// Succession lets the first present node of the in-sync list claim, at once;
// the next ones follow after a stagger each, should it fail to. It is the
// default: no message is needed, because everybody has the same list.
type Succession struct{}

var _ Strategy = Succession{}

// Name returns "succession".
func (Succession) Name() string { return "succession" }

// Judge claims when it is this node's turn.
func (Succession) Judge(v View) Verdict {
	if v.Register.IsZero() {
		return openRoom(v)
	}
	order := register.Succession(v.Register.InSync, v.Present, journal.NodeID{})
	if len(order) == 0 {
		return reopen(v)
	}
	turn := slices.Index(order, v.Self.Node)
	if turn < 0 {
		return Verdict{}
	}
	at := v.Since.Add(time.Duration(turn) * successionStagger)
	if !v.Witnessed && len(order) < len(v.Register.InSync) {
		at = at.Add(returnGrace)
	}
	return claimAt(v, at)
}

// openRoom claims a room that nobody has ever been master of: a durable node at
// once, a volatile one when no durable one has come for a while.
func openRoom(v View) Verdict {
	if v.Self.Durable {
		return claimAt(v, v.Since)
	}
	return claimAt(v, v.Since.Add(frame.OpenAfter))
}

// reopen asks for a room whose complete copies are all absent. The relay grants
// it only where all of them were volatile and are gone for good, and says when
// to ask again.
func reopen(v View) Verdict {
	allVolatile := !slices.ContainsFunc(v.Register.InSync, func(s register.Seat) bool { return !s.Volatile })
	if !allVolatile {
		return Verdict{}
	}
	return claimAt(v, v.Since)
}

func claimAt(v View, at journal.Instant) Verdict {
	if v.Now < at {
		return Verdict{Again: at}
	}
	return Verdict{Claim: true}
}
