package register

import (
	"cmp"
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// Passing is a master's wish to pass the mastership on.
type Passing struct {
	Version   Version       // the value it changes
	Epoch     journal.Epoch // the mastership it ends
	Successor journal.NodeID
}

// Handover gives the value by which the named node, or with a zero Successor
// the first in succession, is master of the next epoch. The list stays as it
// is: the old master is in sync until the new one has found out that it is not.
//
// s.Held must mean that the asker's own connection holds the mastership. It
// refuses with Stale, NotAllowed, NotInSync or Gone.
func Handover(r Register, s Scene, p Passing) (Register, error) {
	if err := current(r, s, p.Version, p.Epoch); err != nil {
		return r, err
	}
	if r.Awaiting && len(s.Absent) > 0 {
		return r, refuse(Gone, "%d of the %d in-sync nodes of an adopted register are missing", len(s.Absent), len(r.InSync))
	}
	successor := p.Successor
	if successor.IsZero() {
		heirs := r.Heirs(s.Present, r.Epoch.Master)
		if len(heirs) == 0 {
			return r, refuse(Gone, "of %d in-sync nodes no other candidate is connected", len(r.InSync))
		}
		first, _ := s.member(heirs[0])
		return r.granted(first), nil
	}
	m, ok := s.member(successor)
	switch {
	case successor == r.Epoch.Master:
		return r, refuse(NotAllowed, "%v is the master already", successor)
	case !r.IsInSync(successor):
		return r, refuse(NotInSync, "%v is not among the %d in-sync nodes", successor, len(r.InSync))
	case !ok || r.Outdates(m):
		return r, refuse(Gone, "%v is not connected as the copy that is in sync", successor)
	case !m.CanLead():
		return r, refuse(NotAllowed, "%v is no candidate", successor)
	case !r.Settings.Admits(m):
		return r, keptOut(m)
	}
	return r.granted(m), nil
}

// Succession lists who of the in-sync list may become master now, the first
// first: the connected candidates, durable before volatile, visible before
// hidden, higher priority, then age, which is the order of the list. present is
// sorted by NodeID. A non-zero master is left out.
func Succession(list []Seat, present []Member, master journal.NodeID) []journal.NodeID {
	type heir struct {
		seat   Seat
		member Member
	}
	var heirs []heir
	for _, seat := range list {
		if m, ok := find(present, seat.Node); ok && m.CanLead() && !seat.outdates(m) && seat.Node != master {
			heirs = append(heirs, heir{seat, m})
		}
	}
	slices.SortStableFunc(heirs, func(a, b heir) int {
		return cmp.Or(
			firstTrue(!a.seat.Volatile, !b.seat.Volatile),
			firstTrue(a.member.Visible, b.member.Visible),
			cmp.Compare(b.member.Priority, a.member.Priority),
		)
	})
	nodes := make([]journal.NodeID, len(heirs))
	for i, h := range heirs {
		nodes[i] = h.seat.Node
	}
	return nodes
}

// firstTrue orders true before false.
func firstTrue(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
