package sim

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// verifySome asks what became of one of the writes that the user has a position
// of: it was answered, or its outcome is unknown. Now and then the epoch is
// named by its number alone, as a printed receipt does.
func (u *user) verifySome() {
	if len(u.calls) == 0 {
		return
	}
	c := pick(u.chance, u.calls...)
	if c.written == nil {
		return
	}
	at := c.written.Receipt.Position
	if failure := c.written.Failure; failure != nil {
		at = failure.Position
	}
	if at.IsZero() {
		return
	}
	if u.chance.hit(200) {
		at.Epoch.Master = journal.NodeID{}
	}
	u.peer.ids++
	u.ask(u.whom(frame.LevelLocal), frame.Verify{ID: u.peer.ids, Position: at})
}

// checkVerdict: what is called kept is committed, and what is called orphaned is
// not, then or ever after. Where a room has begun anew without a complete copy,
// those that have not heard of it go on saying what was true before.
func (g *god) checkVerdict(f frame.Verified) {
	k := g.known[f.Position]
	switch {
	case f.Verdict == frame.VerdictKept && (k == nil || !k.committed):
		g.fail("receipts", "%v is called kept and is not committed", f.Position)
	case f.Verdict != frame.VerdictOrphaned || k == nil || g.unclean > 0:
	case k.committed:
		g.fail("receipts", "%v is called orphaned and is committed", f.Position)
	default:
		k.ruledOut = true
	}
}
