package register

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// Anew gives the value by which a room whose copies are all gone begins again
// with one that was made from a backup. It is not the relay that takes it but
// that copy, as the newest it has seen: a relay without a register adopts it,
// awaits nobody but that node, and grants it the next epoch, above everything
// that r and accepted tell of. The loss record is what lets an older copy that
// turns up after all give way, also where it had committed more.
//
// For a relay that has a value of the same room it is an old one, since the
// version is the first, and so nothing comes of it: the node joins as any other.
// The zero value comes back where nothing has ever been granted.
func Anew(r Register, accepted journal.EpochNumber, node journal.NodeID, at journal.Instant) Register {
	number := max(accepted, r.Epoch.Number)
	if number == 0 {
		return Register{}
	}
	missing := make([]journal.NodeID, len(r.InSync))
	for i, seat := range r.InSync {
		missing[i] = seat.Node
	}
	// One is raised by the adoption, and one by the claim.
	lost := Loss{Epoch: journal.Epoch{Number: number + 2, Master: node}, At: at, Missing: missing}
	losses := append(slices.Clone(r.Losses), lost)
	return Register{
		Version: 1,
		Epoch:   journal.Epoch{Number: number},
		InSync:  []Seat{{Node: node}},
		Losses:  losses[max(0, len(losses)-MaxLosses):],

		Settings: r.Settings,
	}
}
