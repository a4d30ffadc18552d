package sim

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// note takes a position that the user has written or seen into its session.
func (u *user) note(p journal.Position) {
	if p.Compare(u.token) > 0 {
		u.token = p
	}
}

// inSession makes a read wait for what this user has written or seen.
func (u *user) inSession(f *frame.Read) {
	f.Least, f.Wait = u.token, u.chance.between(10*time.Millisecond, 3*time.Second)
}

// checkSession: what is read covers what the session had written or seen before.
// Where it cannot any more the reader is told so, and how far the two agree: its
// session goes on from there.
func (u *user) checkSession(asked frame.Read, got frame.ReadReply) {
	g := u.w.god
	if got.Failure == nil {
		if at := g.known[got.Position]; !asked.Least.IsZero() && common(at, g.known[asked.Least]) != g.known[asked.Least] {
			g.fail("session", "%s read at %v, and had written or seen %v", u.name, got.Position, asked.Least)
		}
		u.note(got.Position)
		return
	}
	if got.Failure.Code != frame.CodeSessionCut {
		return
	}
	least, shared := g.known[asked.Least], got.Failure.Position
	if least == nil || shared.Compare(asked.Least) >= 0 || !shared.IsZero() && g.known[shared] == nil {
		// It need not be in the session's past: the copy knows that only by its end.
		g.fail("session", "%s is cut off from %v at %v, which is not before it", u.name, asked.Least, shared)
		return
	}
	if g.isCommitted(least) && !least.atRisk {
		g.fail("session", "%s is cut off from %v, which is committed", u.name, asked.Least)
	}
	g.w.sessionCuts++
	if u.token == asked.Least || g.isCutOff(u.token) {
		u.token = got.Failure.Position
	}
}

// isCutOff reports whether a position is out of the history.
func (g *god) isCutOff(p journal.Position) bool {
	i := int(p.Index)
	return i > 0 && i <= len(g.commits) && g.commits[i-1] != g.known[p]
}
