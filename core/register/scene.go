package register

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// Scene is what a rule must know of the moment in which it judges.
type Scene struct {
	Now     journal.Instant
	Present []Member // everybody connected, by NodeID

	// Held is true while the connection that the mastership was granted to is
	// alive. A master that came back by a new connection does not hold it.
	Held bool

	// OpenIn is how long the volatile candidates of a new room still wait for a
	// durable one; 0 when they have waited long enough.
	OpenIn time.Duration

	// Absent lists the in-sync nodes that are not connected.
	Absent []Absence
}

// Absence says when an in-sync node that is not connected counts as gone for
// good, if its copy is volatile. A durable copy is never gone.
type Absence struct {
	Node   journal.NodeID
	GoneIn time.Duration // 0: it is gone
}

// member finds a connected node.
func (s Scene) member(node journal.NodeID) (Member, bool) {
	return find(s.Present, node)
}

func find(members []Member, node journal.NodeID) (Member, bool) {
	i, found := slices.BinarySearchFunc(members, node, func(m Member, id journal.NodeID) int {
		return m.Node.Compare(id)
	})
	if !found {
		return Member{}, false
	}
	return members[i], true
}
