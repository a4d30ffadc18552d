package register

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// MaxSeats is how long the in-sync list may get: as many as a room may have nodes.
const MaxSeats = 1000

// Amendment is a change of the in-sync list that the master asks for.
type Amendment struct {
	Version Version       // the value it changes
	Epoch   journal.Epoch // the mastership it is made under
	Add     []Addition
	Remove  []journal.NodeID

	// Settled says that every node of the list as it becomes has all committed
	// entries: an adopted list awaits nobody any more.
	Settled bool
}

// Addition names a node together with the incarnation that has caught up.
type Addition struct {
	Node        journal.NodeID
	Incarnation journal.Incarnation
}

// Amend gives the value with the in-sync list changed as the master asks. Nodes
// that are on the list already keep their place, and their seat notes the
// incarnation that is added; new ones come last. The whole
// of it is made or nothing: the master counts with the list it has asked for.
//
// s.Held must mean that the asker's own connection holds the mastership. It
// refuses with Stale, NotAllowed or Gone.
func Amend(r Register, s Scene, a Amendment) (Register, error) {
	if err := current(r, s, a.Version, a.Epoch); err != nil {
		return r, err
	}
	seats := make([]Seat, 0, len(r.InSync)+len(a.Add))
	for _, seat := range r.InSync {
		if !slices.Contains(a.Remove, seat.Node) {
			seats = append(seats, seat)
		}
	}
	if slices.Contains(a.Remove, r.Epoch.Master) {
		return r, refuse(NotAllowed, "%v is the master, and stays in sync with itself", r.Epoch.Master)
	}
	for _, add := range a.Add {
		m, ok := s.member(add.Node)
		switch {
		case slices.Contains(a.Remove, add.Node):
			return r, refuse(NotAllowed, "%v is both added and removed", add.Node)
		case !ok || m.Incarnation != add.Incarnation || !m.HasCopy():
			return r, refuse(Gone, "%v is not connected with a copy as incarnation %d", add.Node, add.Incarnation)
		case !r.Settings.Admits(m):
			return r, keptOut(m)
		case slices.ContainsFunc(seats, func(s Seat) bool { return s.Node == add.Node }):
			seats = renewed(seats, m)
		default:
			seats = append(seats, m.seat())
		}
	}
	if len(seats) > MaxSeats {
		return r, refuse(NotAllowed, "%d in-sync nodes, of at most %d", len(seats), MaxSeats)
	}
	r.Version++
	r.InSync = seats
	r.Awaiting = r.Awaiting && !a.Settled
	return r, nil
}

// current refuses what does not come from the holder of the mastership or was
// not made for this very value.
func current(r Register, s Scene, version Version, epoch journal.Epoch) error {
	switch {
	case !s.Held || epoch != r.Epoch:
		return refuse(Stale, "epoch %v of %v is not held by who asks; the register is at epoch %v of %v",
			epoch, epoch.Master, r.Epoch, r.Epoch.Master)
	case version != r.Version:
		return staleVersion(r, version)
	}
	return nil
}
