package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestAMasterWhoseDiskIsStuckLetsAnotherOneTakeOver(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	a.slow = true
	h.step(c, core.Asked{Frame: set(1, "k", "v", journal.AckOne)})
	h.run()
	if len(c.replies) > 0 {
		t.Errorf("answered although the master has not stored it: %+v", c.replies)
	}
	h.advance(4500 * time.Millisecond)
	if got := a.node.Status().Role; got != frame.RoleMaster {
		t.Errorf("a is %v before its limit", got)
	}
	h.advance(time.Second)
	if got := b.node.Status().Role; got != frame.RoleMaster {
		t.Errorf("b is %v", got)
	}
	if got := h.get(b, "k", frame.LevelLatest); got != "v" {
		t.Errorf("b reads %q", got)
	}
}

func TestAMasterAloneWaitsForItsDisk(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	a.slow = true
	w := set(1, "k", "v", journal.AckAsync)
	w.Wait = time.Minute
	h.step(a, core.Asked{Frame: w})
	h.advance(20 * time.Second)
	a.slow = false
	h.persist(a)
	h.run()
	if len(a.replies) != 1 || a.replies[0].(frame.Written).Failure != nil {
		t.Errorf("answers %+v", a.replies)
	}
}

func TestNothingIsPromisedByAListThatIsNotStored(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	b.misses = isData
	h.step(a, core.Asked{Frame: set(1, "k", "v", journal.AckAll)})
	h.run()
	a.slow = true
	h.crash(b) // the list becomes a alone, which a has to store
	if got := a.node.Status().Register.InSync; len(got) != 1 {
		t.Fatalf("in sync are %+v", got)
	}
	if len(a.replies) > 0 {
		t.Errorf("answered by a list that is not stored: %+v", a.replies)
	}
	h.persist(a)
	h.run()
	if len(a.replies) != 1 {
		t.Errorf("answers %+v", a.replies)
	}
}

func TestANodeGivesBackASeatThatItDoesNotFill(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	before := a.node.Status().Register
	before.Version++ // the same epoch, which a has left when it slept
	h.step(a, core.Connected{Conn: 50})
	h.step(a, core.Received{Conn: 50, Frame: frame.Welcome{
		Version: 1, Register: before, Seated: true, Members: a.node.Status().Members, DeadAfter: frame.DeadAfter,
	}})
	if a.node.Status().Connected {
		t.Error("a keeps the connection that holds the seat")
	}
}
