package election

import (
	"cmp"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Times that all strategies have in common.
const (
	// returnGrace is how long a node that has just connected waits for in-sync
	// nodes that may be connecting too: after a restart of the relay the best
	// copy need not be back first.
	returnGrace = 500 * time.Millisecond

	// lastResort is how long a strategy has to agree on a claimant. After that
	// they claim in the order of succession, whatever has been said: a message
	// that gets lost, or a node that is there and says nothing, costs this much.
	// It is longer than the relay's patience with a silent node.
	lastResort = 5 * time.Second

	// backOffMax is how often a strategy doubles its patience.
	backOffMax = 4
)

// field is everybody who may be elected, as one of them sees it: present,
// candidates, and in sync.
type field struct {
	View
	order  []journal.NodeID  // in succession
	turn   int               // this node's place in order
	rivals []register.Member // by NodeID, Self included
	ready  journal.Instant   // not before that does this node begin
}

// survey finds out who may be elected. Where that does not depend on the
// strategy the verdict is given, and settled is true.
func survey(v View) (f field, verdict Verdict, settled bool) {
	if v.Register.IsZero() {
		return f, openRoom(v), true
	}
	f = field{View: v, order: register.Succession(v.Register.InSync, admitted(v), journal.NodeID{}), ready: v.Since}
	if len(f.order) == 0 {
		return f, reopen(v), true
	}
	f.turn = slices.Index(f.order, v.Self.Node)
	if f.turn < 0 {
		return f, Verdict{}, true
	}
	if !v.Witnessed && len(f.order) < len(v.Register.InSync) {
		f.ready = v.Since.Add(returnGrace)
	}
	for _, m := range v.Present {
		if slices.Contains(f.order, m.Node) {
			f.rivals = append(f.rivals, m)
		}
	}
	return f, Verdict{}, false
}

// admitted is who of those present the room lets be master, by NodeID.
func admitted(v View) []register.Member {
	members := make([]register.Member, 0, len(v.Present))
	for _, m := range v.Present {
		if v.Register.Settings.Admits(m) {
			members = append(members, m)
		}
	}
	return members
}

// openRoom claims a room that nobody has ever been master of: a durable node at
// once, a volatile one when no durable one has come for a while.
func openRoom(v View) Verdict {
	if v.Self.Durable {
		return claimAt(v, v.Since)
	}
	return claimAt(v, v.Since.Add(frame.OpenAfter))
}

// reopen asks for a room whose complete copies are all absent. The relay grants
// it only where all of them were volatile and are gone for good, and says when
// to ask again.
func reopen(v View) Verdict {
	allVolatile := !slices.ContainsFunc(v.Register.InSync, func(s register.Seat) bool { return !s.Volatile })
	if !allVolatile {
		return Verdict{}
	}
	return claimAt(v, v.Since)
}

func claimAt(v View, at journal.Instant) Verdict {
	if v.Now < at {
		return Verdict{Again: at}
	}
	return Verdict{Claim: true}
}

// close gives the verdict of a strategy that talks: no claim before this node
// is ready, and one in any case when the talk has led to nothing.
func (f *field) close(claim bool, again journal.Instant, send []Message) Verdict {
	end := f.ready.Add(lastResort + time.Duration(f.turn)*successionStagger)
	claim = claim && f.Now >= f.ready || f.Now >= end
	if again <= f.Now || again > end {
		again = end
	}
	if f.Now < f.ready {
		again = min(again, f.ready)
	}
	if claim {
		again = 0
	}
	return Verdict{Claim: claim, Again: again, Send: send}
}

// find returns a rival, and false for anybody else.
func (f *field) find(id journal.NodeID) (register.Member, bool) {
	i, found := slices.BinarySearchFunc(f.rivals, id, func(m register.Member, id journal.NodeID) int {
		return m.Node.Compare(id)
	})
	if !found {
		return register.Member{}, false
	}
	return f.rivals[i], true
}

// about begins a message about a candidate.
func about(m register.Member, kind frame.ElectKind) frame.Elect {
	return frame.Elect{Kind: kind, Priority: m.Priority, Node: m.Node}
}

// rank orders candidates by priority and then by id, the highest last.
func rank(a, b register.Member) int {
	return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.Node.Compare(b.Node))
}

// roll is who could be elected at some moment, to find out whether that changed.
type roll []register.Member

// isSame reports whether nobody has come, gone, come back or got another rank.
func (r roll) isSame(rivals []register.Member) bool {
	return slices.EqualFunc(r, rivals, func(a, b register.Member) bool {
		return a.Node == b.Node && a.Priority == b.Priority && a.Incarnation == b.Incarnation
	})
}

// backOff is a patience that has been disappointed that many times.
func backOff(patience time.Duration, times int) time.Duration {
	return patience << min(times, backOffMax)
}
