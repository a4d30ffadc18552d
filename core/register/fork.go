package register

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// Outlives reports whether an offered value tells of another history than that
// of r, which counts instead of it. r must be what this relay itself has made
// since it started, from nothing: by somebody who knew nothing of the room, and
// came before those who do. So no value of its own line has a higher epoch
// number. A room that has seen more masters since than the one before stands.
func Outlives(r, offered Register) bool {
	return !r.IsZero() && !r.Awaiting && offered.Epoch.Number > r.Epoch.Number
}

// GiveWay gives the value by which r, a second history of the room, ends in
// favour of the offered one: adopted as by [Adopt], and with a loss record of what
// was promised by r meanwhile. Because of it the copies of r may start over; what
// they give up becomes orphans.
func GiveWay(r, offered Register, at journal.Instant) Register {
	next, _ := Adopt(r, offered)
	missing := make([]journal.NodeID, len(r.InSync))
	for i, seat := range r.InSync {
		missing[i] = seat.Node
	}
	// The loss is that of the epoch that is offered, whose master has a name. It is
	// above all epochs of r.
	lost := Loss{Epoch: offered.Epoch, At: at, Missing: missing}
	if lost.Epoch.Master.IsZero() {
		lost.Epoch.Master = offered.InSync[0].Node
	}
	next.Losses = allLosses(offered.Losses, []Loss{lost})
	return next
}

// allLosses lists the newest of two lists of losses, by epoch.
func allLosses(a, b []Loss) []Loss {
	all := slices.Clone(a)
	for _, l := range b {
		if !slices.ContainsFunc(a, func(other Loss) bool { return other.Epoch == l.Epoch }) {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(x, y Loss) int { return x.Epoch.Compare(y.Epoch) })
	return all[max(0, len(all)-MaxLosses):]
}
