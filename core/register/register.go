package register

import (
	"cmp"
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// Version counts the changes of a register. 0 means that the room has no
// history: nobody has ever been its master.
type Version uint64

// Seat is one place in the in-sync list.
type Seat struct {
	Node     journal.NodeID
	Volatile bool // the copy is in memory only and ends with its node

	// Incarnation is the newest one of which it is known that it had every
	// committed entry. A copy that comes back as an older one is a backup, or a
	// clone: it lacks what this one has acknowledged. 0 stands for none.
	Incarnation journal.Incarnation
}

// Register is the value under compare-and-swap. The master is Epoch.Master;
// a zero Epoch.Master with a version above 0 means that nobody is. Values are
// immutable: rules return a new one and share no slices that they change.
type Register struct {
	Version Version
	Epoch   journal.Epoch

	// InSync holds every copy that has all committed entries, in order of age.
	// While there is a master it is in the list.
	InSync []Seat

	// Awaiting is true after the relay lost its register and adopted one from a
	// node: no claim is granted until every node of InSync is present. The list
	// may be some versions old, and hold copies that were taken off it since. So
	// it stays true until a master has brought all of them up to its own copy,
	// and says so: see [Amendment].
	Awaiting bool

	// Losses lists the masterships that began without any complete copy, the
	// newest last; at most [MaxLosses].
	Losses []Loss

	// Settings are kept through every other change, and through an adoption.
	Settings Settings
}

// MaxLosses is how many loss records a register keeps.
const MaxLosses = 16

// Loss records that a mastership began although no in-sync copy was present.
type Loss struct {
	Epoch   journal.Epoch    // the mastership that began unclean
	At      journal.Instant  // by the relay's clock
	Missing []journal.NodeID // the in-sync nodes that were not there
	Taken   bool             // somebody asked for it by a takeover; else the room reopened by itself
}

// Compare orders registers by how new they are: epoch number, then version.
func (r Register) Compare(other Register) int {
	return cmp.Or(cmp.Compare(r.Epoch.Number, other.Epoch.Number), cmp.Compare(r.Version, other.Version))
}

// isAdopted reports whether a value came from a node, and nobody was granted the
// mastership since.
func (r Register) isAdopted() bool { return r.Awaiting && r.Epoch.Master.IsZero() }

// IsZero reports whether the room has no history.
func (r Register) IsZero() bool { return r.Version == 0 }

// IsInSyncAs reports whether node has a seat, and is known there as this
// incarnation or a later one.
func (r Register) IsInSyncAs(node journal.NodeID, incarnation journal.Incarnation) bool {
	return slices.ContainsFunc(r.InSync, func(s Seat) bool { return s.Node == node && s.Incarnation >= incarnation })
}

// Outdates reports whether m is an older incarnation of its copy than the one
// that is in sync. It must not count as that copy.
func (r Register) Outdates(m Member) bool {
	return slices.ContainsFunc(r.InSync, func(s Seat) bool { return s.Node == m.Node && s.outdates(m) })
}

func (s Seat) outdates(m Member) bool { return m.Incarnation < s.Incarnation }

// seat is the place in the list of a member that has every committed entry.
func (m Member) seat() Seat {
	return Seat{Node: m.Node, Volatile: !m.Durable, Incarnation: m.Incarnation}
}

// IsInSync reports whether node has a seat in the in-sync list.
func (r Register) IsInSync(node journal.NodeID) bool {
	return slices.ContainsFunc(r.InSync, func(s Seat) bool { return s.Node == node })
}
