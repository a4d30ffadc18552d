package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// settle lets the room come to rest and checks that all of it works.
func (h *house) settle(asker *resident, seq uint64, copies uint32) {
	h.t.Helper()
	h.advance(5 * time.Second)
	if got := h.written(asker, set(seq, "settled", "yes", journal.AckAll)); got.Failure != nil || got.Receipt.Copies != copies {
		h.t.Errorf("write to all: %+v, failure %v", got.Receipt, got.Failure)
		for _, r := range h.nodes {
			h.t.Log(r)
		}
	}
}

func TestAReplicaBackBeforeItsRemovalIsCountedOnlyByWhatItHas(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	b.misses = isData
	h.step(a, core.Asked{Frame: set(1, "k", "v", journal.AckAll)})
	h.run()
	h.holdStores = true
	h.crash(b)   // its removal is on its way to the relay's disk
	h.connect(b) // and it is back before that
	if len(a.replies) > 0 {
		t.Errorf("answered while b is on the list and has nothing: %+v", a.replies)
	}
	h.store()
	if len(a.replies) != 1 || a.replies[0].(frame.Written).Receipt.Copies != 2 {
		t.Errorf("answers %+v, wanted one with 2 copies", a.replies)
	}
	b.misses = nil
	h.settle(c, 1, 3)
}

func TestAReplicaBackBeforeTheMasterNoticedKeepsItsSeat(t *testing.T) {
	h := newHouse(t)
	a, b, _ := h.add("a"), h.add("b"), h.add("c")
	version := a.node.Status().Register.Version
	h.connect(b) // the relay sees the new connection before the end of the old one
	h.settle(a, 1, 3)
	if got := a.node.Status().Register.Version; got != version {
		t.Errorf("the register went from version %d to %d", version, got)
	}
}

func TestAnAnswerToAnEarlierMastershipChangesNothing(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	h.holdStores = true
	h.crash(c)   // a asks for its removal
	h.connect(a) // and loses the mastership before the answer
	h.store()
	h.advance(5 * time.Second)
	h.connect(c)
	h.settle(a, 1, 3)
	// Now the other way: the mastership comes back while the request is on its way.
	h.holdStores = true
	h.crash(c)
	master := a
	if b.node.Status().Role == frame.RoleMaster {
		master = b
	}
	h.ask(master, frame.Yield{ID: 1})
	h.store()
	h.connect(c)
	h.settle(b, 1, 3)
}

func TestAHandoverToWhoCannotLeadIsRefused(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	b := h.add("b", func(c *core.Config) { c.Member.Candidate = false })
	for _, test := range []struct {
		name      string
		successor journal.NodeID
		want      frame.Code
	}{
		{"no candidate", b.id(), frame.CodeNotAllowed},
		{"nobody", journal.NodeID{}, frame.CodeNotEnoughReplicas},
		{"absent", journal.NodeID{77}, frame.CodeGone},
	} {
		answer, ok := h.ask(a, frame.Yield{ID: 1, Successor: test.successor}).(frame.Yielded)
		if !ok || answer.Failure == nil || answer.Failure.Code != test.want {
			t.Errorf("%s: %+v", test.name, answer)
		}
	}
	h.settle(a, 1, 2)
}

func TestALeavingMasterTakesItsWritesAlong(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	h.step(a, core.Asked{Frame: set(1, "k", "of the one who leaves", journal.AckAll)})
	h.step(c, core.Asked{Frame: set(1, "l", "of another", journal.AckAll)})
	h.step(a, core.Leave{})
	h.run()
	h.advance(2 * time.Second)
	if got := b.node.Status().Role; got != frame.RoleMaster {
		t.Fatalf("b is %v", got)
	}
	if len(a.replies) != 1 {
		t.Errorf("the one who leaves got %+v", a.replies)
	}
	if got := h.get(b, "k", frame.LevelLatest); got != "of the one who leaves" {
		t.Errorf("b reads %q", got)
	}
	if len(c.replies) != 1 || c.replies[0].(frame.Written).Failure != nil {
		t.Errorf("the other one got %+v", c.replies)
	}
}

func TestLatestWaitsForTheMastershipToOpen(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	h.add("d")
	h.written(a, set(1, "k", "v", journal.AckAll))
	c.misses = isSeal
	h.crash(a)
	h.step(b, core.Asked{Frame: frame.Read{ID: 1, Level: frame.LevelLatest, Key: "k", Exact: true}})
	h.run()
	if b.node.Status().Role != frame.RoleClaiming || len(b.replies) > 0 {
		t.Fatalf("b is %v and has answered %+v", b.node.Status().Role, b.replies)
	}
	h.advance(4 * time.Second)
	if len(b.replies) != 1 || string(b.replies[0].(frame.ReadReply).Items[0].Value) != "v" {
		t.Errorf("answers %+v", b.replies)
	}
}
