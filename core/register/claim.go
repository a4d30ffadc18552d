package register

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// Claim gives the value by which a connected node becomes the master of the
// next epoch. The in-sync list stays as it is, and awaited if it is, but for the
// two cases in which it begins anew with the claimant alone: a new room, and
// [Reopen].
//
// It refuses with NotAllowed, Outdated, Stale, MasterHere, StillAwaits, NotYet
// or NotInSync, in this order.
func Claim(r Register, s Scene, claimant journal.NodeID, number journal.EpochNumber) (Register, error) {
	m, ok := s.member(claimant)
	switch {
	case !ok:
		return r, refuse(Gone, "%v is not connected", claimant)
	case !m.CanLead():
		return r, refuse(NotAllowed, "%v is no candidate", claimant)
	case !r.Settings.Admits(m):
		return r, keptOut(m)
	case r.Outdates(m):
		return r, refuse(Outdated, "incarnation %d of %v is older than the one that is in sync", m.Incarnation, claimant)
	case number != r.Epoch.Number+1:
		return r, refuse(Stale, "the next epoch is %d, not %d", r.Epoch.Number+1, number)
	case s.Held:
		return r, refuse(MasterHere, "%v, the master of epoch %v, is connected", r.Epoch.Master, r.Epoch)
	case r.IsZero():
		return open(s, m)
	case r.Awaiting && len(s.Absent) > 0:
		return awaited(r, s, claimant)
	case r.IsInSync(claimant):
		return r.granted(m), nil
	}
	return Reopen(r, s, claimant)
}

// CanLead reports whether the member may be master at all.
func (m Member) CanLead() bool { return m.Candidate && m.HasCopy() }

// open makes the first value of a room. A durable candidate gets it at once; a
// volatile one only when no durable one is there and it has waited for one.
func open(s Scene, m Member) (Register, error) {
	if !m.Durable {
		durable := slices.IndexFunc(s.Present, func(o Member) bool { return o.CanLead() && o.Durable })
		if durable >= 0 {
			return Register{}, notYet(max(s.OpenIn, retryAfter), "%v, which keeps its copy, opens this room", s.Present[durable].Node)
		}
		if s.OpenIn > 0 {
			return Register{}, notYet(s.OpenIn, "a new room waits %v more for a node that keeps its copy", s.OpenIn)
		}
	}
	first := Register{InSync: []Seat{m.seat()}}
	return first.granted(m), nil
}

// awaited judges a claim while nodes of an adopted in-sync list are missing.
func awaited(r Register, s Scene, claimant journal.NodeID) (Register, error) {
	if _, ok := Reopening(r, s.Absent); ok {
		return Reopen(r, s, claimant)
	}
	return r, refuse(StillAwaits, "%d of the %d in-sync nodes of an adopted register are missing", len(s.Absent), len(r.InSync))
}

// granted is the next value, with the mastership of the next epoch at m, which
// is in the list.
func (r Register) granted(m Member) Register {
	r.Version++
	r.Epoch = journal.Epoch{Number: r.Epoch.Number + 1, Master: m.Node}
	r.InSync = renewed(r.InSync, m)
	return r
}

// renewed is the list with a seat as its present copy has it: the incarnation,
// and whether that one is durable, which is chosen at each start.
func renewed(list []Seat, m Member) []Seat {
	i := slices.IndexFunc(list, func(s Seat) bool { return s.Node == m.Node })
	if i < 0 || list[i].Incarnation >= m.Incarnation {
		return list
	}
	list = slices.Clone(list)
	list[i].Incarnation, list[i].Volatile = m.Incarnation, !m.Durable
	return list
}
