package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func noCandidate(c *core.Config) { c.Member.Candidate = false }

// The successor of a takeover has what only an in-sync node that is no candidate
// had. Until that is on the successor's own disk the node stays in the list:
// else the successor could come back without it, alone in the list, and open.
func TestATakenOverListKeepsWhoHasWhatItsMasterHasNotStored(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	x := h.add("x", noCandidate)
	h.advance(time.Second)
	s := h.bring("s")
	if got := h.written(a, set(1, "k", "v", journal.AckAll)); got.Failure != nil || got.Receipt.Copies != 2 {
		t.Fatalf("%+v", got)
	}
	h.crash(a)
	h.connect(s)
	before := s.node.Status().Register
	h.step(s, core.Asked{Frame: frame.TakeOver{Request: 1, Version: before.Version, Successor: s.node.Status().Node}})
	for len(h.queue) > 0 && s.node.Status().Role != frame.RoleMaster {
		next := h.queue[0]
		h.queue = h.queue[1:]
		next()
		s.slow = s.node.Status().Role == frame.RoleClaiming && len(s.stores) == 0
	}
	h.run()
	h.advance(100 * time.Millisecond)
	if got := s.node.Status(); got.Role != frame.RoleMaster || !got.Register.IsInSync(x.node.Status().Node) {
		t.Fatalf("%v, %+v", s, got.Register)
	}
	h.crash(x)
	h.advance(100 * time.Millisecond)
	if !isListed(s.node.Status().Register, x) {
		t.Error("x is off the list, and nobody in it has stored what x has")
	}
	s.slow = false
	h.persist(s)
	h.run()
	if isListed(s.node.Status().Register, x) {
		t.Error("x is still in the list")
	}
	if got := h.get(s, "k", frame.LevelCommitted); got != "v" {
		t.Errorf("k is %q", got)
	}
}

func isListed(r register.Register, x *resident) bool { return r.IsInSync(x.node.Status().Node) }
