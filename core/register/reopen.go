package register

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// retryAfter is when to ask again where nothing says how long it takes.
const retryAfter = 100 * time.Millisecond

// Reopening reports whether a room may reopen without any of its in-sync nodes,
// and in how long: every seat is volatile and every one of them is absent. The
// time is 0 once all of them are gone for good.
func Reopening(r Register, absent []Absence) (in time.Duration, ok bool) {
	if r.IsZero() || len(absent) != len(r.InSync) {
		return 0, false
	}
	for _, seat := range r.InSync {
		i := slices.IndexFunc(absent, func(a Absence) bool { return a.Node == seat.Node })
		if i < 0 || !seat.Volatile {
			return 0, false
		}
		in = max(in, absent[i].GoneIn)
	}
	return in, true
}

// Reopen gives the value by which a node outside the in-sync list becomes
// master, because every copy on the list was in memory and is gone. The list
// begins anew with the claimant, and a loss record names who is missing. The
// relay leaves it to the candidates which of them has the best copy.
//
// It refuses with NotYet while the last of them may still return, and with
// NotInSync where one of the copies still exists.
func Reopen(r Register, s Scene, claimant journal.NodeID) (Register, error) {
	in, ok := Reopening(r, s.Absent)
	m, connected := s.member(claimant)
	switch {
	case !connected:
		return r, refuse(Gone, "%v is not connected", claimant)
	case !ok:
		return r, refuse(NotInSync, "%v is not among the %d in-sync nodes, of which %d are connected",
			claimant, len(r.InSync), len(r.InSync)-len(s.Absent))
	case in > 0:
		return r, notYet(in, "the %d in-sync nodes, all in memory only, have %v more to return", len(r.InSync), in)
	}
	missing := make([]journal.NodeID, len(r.InSync))
	for i, seat := range r.InSync {
		missing[i] = seat.Node
	}
	r.InSync, r.Awaiting = []Seat{m.seat()}, false
	r = r.granted(m)
	return r.lost(Loss{Epoch: r.Epoch, At: s.Now, Missing: missing}), nil
}
