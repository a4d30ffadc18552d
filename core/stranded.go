package core

import (
	"fmt"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// strandedLimit is how long a copy whose state differs from its master's may be
// in sync in a room that has no master, before it stops: others have the time to
// come back, or to be elected.
const strandedLimit = 10 * time.Second

// StrandedError says that a copy is of no use any more as it runs: its state is
// not what its master made of the same entries, and there is no master to copy it
// from.
type StrandedError struct {
	Node    journal.NodeID
	Durable bool // its journal survives the end of the process
}

// Error says what has happened, and how to go on.
func (e *StrandedError) Error() string {
	text := fmt.Sprintf("the state of this copy, %v, differs from what its master said, and there is no master to copy it from: ", e.Node)
	if e.Durable {
		return text + "start it again, then its state is made anew from its journal"
	}
	return text + "it is in memory only and ends here, with all that no other copy has"
}

// leaveStranded stops a copy whose state differs, that is in sync, and that has
// had no master for too long. It asks for no mastership, so without it the room
// would wait for a claim that never comes, and the relay, for which it is as good
// as any other, would have no reason to say so. A claimant comes and goes; only
// a master that has opened ends the wait.
func (n *Node) leaveStranded() {
	switch {
	case !n.differs || !n.lobby.welcome || n.departure != nil || !n.lobby.register.IsInSync(n.id()) || n.awaitsOthers():
		n.strandedAt = 0
	case n.lobby.seated:
	case n.strandedAt == 0:
		n.strandedAt = n.now
	case n.now.Sub(n.strandedAt) >= strandedLimit:
		n.stopDiffering()
	}
}

// awaitsOthers reports whether nobody may claim before more nodes are here, and
// one that is here may then.
func (n *Node) awaitsOthers() bool {
	w := n.lobby.waiting
	absent := func(id journal.NodeID) bool { return !n.lobby.isPresent(id) }
	return w.All && slices.ContainsFunc(w.For, absent) && !n.firstInSuccession().IsZero()
}

func (n *Node) stopDiffering() {
	n.stop(&StrandedError{Node: n.id(), Durable: n.cfg.Member.Durable})
}
