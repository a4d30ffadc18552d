package sim

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// checkGranted checks a change of the register by who is connected at that
// moment, as the relay sees it.
func (g *god) checkGranted(r *relay, was, next register.Register) {
	if isTaken(was, next) {
		g.w.hits[Takeover]++
		g.checkTaken(r, was, next)
	}
	if was.Settings.NoVolatile && next.Settings.NoVolatile {
		for _, seat := range next.InSync {
			if c := g.copies[seat.Node]; c != nil && !c.durable && !was.IsInSync(seat.Node) {
				g.fail("settings", "%s, a copy in memory, was added to the list of a room that keeps such copies out", c.name)
			}
		}
	}
}

// isTaken reports whether a mastership begins with a loss that somebody asked for.
func isTaken(was, next register.Register) bool {
	n := len(next.Losses)
	return next.Epoch != was.Epoch && n > 0 && next.Losses[n-1].Taken && next.Losses[n-1].Epoch == next.Epoch
}

// checkTaken: nobody is made master by hand while one is connected who could
// become it by itself; and all who were complete and are not there are named.
func (g *god) checkTaken(r *relay, was, next register.Register) {
	present := map[journal.NodeID]bool{}
	for _, c := range r.order {
		if !c.greeted || !c.member.HasCopy() || !was.IsInSync(c.member.Node) {
			continue
		}
		present[c.member.Node] = true
		if c.member.Node == next.Epoch.Master || !c.member.Candidate || was.Outdates(c.member) || was.Awaiting && was.IsInSync(next.Epoch.Master) {
			continue
		}
		if !was.Settings.NoVolatile || c.member.Durable {
			g.fail("takeover", "%s was made master by hand while %s, in sync, is connected",
				g.w.names.of(next.Epoch.Master), c.peer.name)
		}
	}
	named := next.Losses[len(next.Losses)-1].Missing
	for _, seat := range was.InSync {
		if !present[seat.Node] && seat.Node != next.Epoch.Master && !slices.Contains(named, seat.Node) {
			g.fail("takeover", "%s was made master by hand, and the loss record does not name %s, which was in sync",
				g.w.names.of(next.Epoch.Master), g.w.names.of(seat.Node))
		}
	}
}
