package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestThreeNodesAgreeOnAWriteToAll(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	for _, r := range h.nodes {
		t.Log(r)
	}
	w := h.written(b, set(1, "colour", "blue", journal.AckAll))
	if w.Failure != nil || w.Receipt.Copies != 3 || w.Receipt.Durable != 3 {
		t.Fatalf("write through a replica: %+v, failure %v", w.Receipt, w.Failure)
	}
	for _, r := range []*resident{a, b, c} {
		if got := h.get(r, "colour", frame.LevelCommitted); got != "blue" {
			t.Errorf("%s reads %q, wanted blue", r.name, got)
		}
		if got := h.get(r, "colour", frame.LevelLatest); got != "blue" {
			t.Errorf("%s reads latest %q, wanted blue", r.name, got)
		}
	}
}

func TestASuccessorTakesOverAndKeepsWhatWasAcked(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	h.written(b, set(1, "colour", "blue", journal.AckOne))
	h.crash(a)
	w := h.written(c, set(1, "colour", "red", journal.AckOne))
	if w.Failure != nil || w.Receipt.Position.Epoch.Number != 2 {
		t.Fatalf("write after the takeover: %+v, failure %v\n%v\n%v", w.Receipt, w.Failure, b, c)
	}
	if got := h.get(c, "colour", frame.LevelLatest); got != "red" {
		t.Errorf("c reads %q, wanted red", got)
	}
	if got := b.node.Status().Role; got != frame.RoleMaster {
		t.Errorf("b is %v, wanted master", got)
	}
}

func TestAHandoverPassesTheMastershipWithoutLoss(t *testing.T) {
	h := newHouse(t)
	a, b, _ := h.add("a"), h.add("b"), h.add("c")
	h.written(a, set(1, "colour", "blue", journal.AckAsync))
	answer, ok := h.ask(a, frame.Yield{ID: 1, Successor: b.node.Status().Node}).(frame.Yielded)
	if !ok || answer.Failure != nil || answer.Epoch.Number != 2 {
		t.Fatalf("handover: %+v", answer)
	}
	if got := h.get(a, "colour", frame.LevelLatest); got != "blue" {
		t.Errorf("a reads %q, wanted blue", got)
	}
}

func TestTooFewReplicasRefuseAWriteBeforeItIsMade(t *testing.T) {
	h := newHouse(t)
	a, _ := h.add("a"), h.add("b")
	last := a.node.Status().Last
	w := h.written(a, set(1, "colour", "red", 2))
	if w.Failure == nil || w.Failure.Code != frame.CodeNotEnoughReplicas || w.Failure.Text != "2 replicas wanted, 1 in sync" {
		t.Errorf("failure %+v", w.Failure)
	}
	if got := a.node.Status().Last; got != last {
		t.Errorf("the journal went from %v to %v", last, got)
	}
}

func TestALateNodeCatchesUpBySnapshot(t *testing.T) {
	h := newHouse(t)
	small := func(c *core.Config) { c.KeepBytes = 1000 }
	a := h.add("a", small)
	for i := range uint64(200) {
		h.written(a, set(i+1, "k"+string(rune('a'+i%26)), "some value that takes room", journal.AckAsync))
	}
	b := h.add("b", small)
	h.advance(time.Second)
	if got, want := b.node.Status().Last, a.node.Status().Last; got != want {
		t.Fatalf("b ends at %v, a at %v; refused at a %v, at b %v", got, want, a.refused, b.refused)
	}
	if got := h.get(b, "ka", frame.LevelCommitted); got != "some value that takes room" {
		t.Errorf("b reads %q", got)
	}
	if got := len(a.node.Status().Register.InSync); got != 2 {
		t.Errorf("%d nodes in sync, wanted 2", got)
	}
}
