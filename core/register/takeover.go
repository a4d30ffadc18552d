package register

import (
	"slices"
	"strings"

	"github.com/understudy-dev/understudy/core/journal"
)

// TakeOver gives the value by which a connected node becomes master of the next
// epoch because somebody has asked for it: for a room that can't go on by itself.
// The node need be neither in sync nor a candidate. The list begins anew with it
// and with those in-sync nodes that are present; they are awaited, so that the
// mastership does not open without what they have. A loss record names the
// in-sync nodes that were missing, if there were any.
//
// s.Held must mean that the mastership is held, by whomever. It refuses with
// NotAllowed, Stale, MasterHere, Gone, Outdated or InSyncHere.
func TakeOver(r Register, s Scene, version Version, successor journal.NodeID) (Register, error) {
	m, connected := s.member(successor)
	switch {
	case r.IsZero():
		return r, refuse(NotAllowed, "the room has no history yet: its first node opens it by itself")
	case version != r.Version:
		return r, staleVersion(r, version)
	case s.Held:
		return r, refuse(MasterHere, "%v, the master of epoch %v, is connected", r.Epoch.Master, r.Epoch)
	case !connected || !m.HasCopy():
		return r, refuse(Gone, "%v is not connected with a copy", successor)
	case r.Outdates(m):
		return r, refuse(Outdated, "incarnation %d of %v is older than the one that is in sync", m.Incarnation, successor)
	case !r.Settings.Admits(m):
		return r, refuse(NotAllowed, "%v; a node that keeps its copy can take over: start one, and it gets what the copies present have", keptOut(m))
	}
	if better := r.betterThan(m, s.Present); len(better) > 0 {
		return r, refuse(InSyncHere, "in sync and present: %s", texts(better))
	}
	present := []Seat{m.seat()}
	var missing []journal.NodeID
	for _, seat := range r.InSync {
		here, ok := s.member(seat.Node)
		switch {
		case seat.Node == successor:
		case ok && !seat.outdates(here):
			present = append(present, seat)
		default:
			missing = append(missing, seat.Node)
		}
	}
	r.InSync, r.Awaiting = present, len(present) > 1
	r = r.granted(m)
	if len(missing) > 0 {
		r = r.lost(Loss{Epoch: r.Epoch, At: s.Now, Missing: missing, Taken: true})
	}
	return r, nil
}

// betterThan lists the in-sync nodes present that stand in the way of a takeover
// by m: those that may claim by themselves. An adopted list lets nobody claim, so
// there it is any of them, if m is not one itself.
func (r Register) betterThan(m Member, present []Member) []journal.NodeID {
	if r.Awaiting && r.IsInSync(m.Node) {
		return nil
	}
	var better []journal.NodeID
	for _, o := range present {
		if o.Node != m.Node && r.IsInSync(o.Node) && !r.Outdates(o) && (r.Awaiting || r.MayLead(o)) {
			better = append(better, o.Node)
		}
	}
	return better
}

// lost is the value with one more loss record; the oldest ones go.
func (r Register) lost(l Loss) Register {
	r.Losses = append(slices.Clone(r.Losses), l)
	r.Losses = r.Losses[max(0, len(r.Losses)-MaxLosses):]
	return r
}

func texts(nodes []journal.NodeID) string {
	words := make([]string, len(nodes))
	for i, n := range nodes {
		words[i] = n.String()
	}
	return strings.Join(words, ", ")
}
