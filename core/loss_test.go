package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func inMemory(c *core.Config) { c.Member.Durable = false }

// A room whose copies were all in memory and are gone begins anew with whoever
// is there. A copy that comes back after all gives up what it had committed.
func TestACopyGivesUpWhatTheRoomHasLost(t *testing.T) {
	for _, test := range []struct {
		name string
		keep int // bytes of the journal at hand
	}{
		{"with its journal at hand", 0},
		{"with a compacted journal", 1000},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t)
			keep := func(c *core.Config) { c.KeepBytes = test.keep }
			a := h.add("a", inMemory, keep)
			h.advance(time.Second)
			for i := range uint64(20) {
				h.written(a, set(i+1, "old", "a value of some length", journal.AckAll))
			}
			h.crash(a)
			h.advance(4 * time.Second)
			b := h.add("b", inMemory)
			h.advance(2 * time.Second)
			for i := range uint64(25) {
				if got := h.written(b, set(i+1, "new", "b", journal.AckAll)); got.Failure != nil {
					t.Fatalf("%v: %v", b, got.Failure)
				}
			}
			if losses := b.node.Status().Register.Losses; len(losses) != 1 {
				t.Errorf("losses %+v", losses)
			}
			h.ask(a, frame.Watch{ID: 1, Level: frame.LevelCommitted})
			a.replies = nil
			h.connect(a)
			h.advance(4 * time.Second)
			if got, want := a.node.Status().Commit, b.node.Status().Commit; got != want {
				t.Fatalf("a has committed %v, b %v; refused %v", got, want, a.refused)
			}
			if got := h.get(a, "old", frame.LevelCommitted); got != "no such key" {
				t.Errorf("a reads %q", got)
			}
			if got := h.get(a, "new", frame.LevelCommitted); got != "b" {
				t.Errorf("a reads %q", got)
			}
			if len(a.node.Orphans()) == 0 {
				t.Error("what a gave up is nowhere")
			}
		})
	}
}

func TestAWatchIsToldOfALossBeforeAnythingElse(t *testing.T) {
	h := newHouse(t)
	a := h.add("a", inMemory)
	h.advance(time.Second)
	h.written(a, set(1, "k", "old", journal.AckAll))
	h.step(a, core.Asked{Frame: frame.Watch{ID: 1, Level: frame.LevelCommitted}})
	h.crash(a)
	h.advance(4 * time.Second)
	b := h.add("b", inMemory)
	h.advance(2 * time.Second)
	h.written(b, set(1, "k", "new", journal.AckAll))
	a.replies = nil
	h.connect(a)
	h.advance(time.Second)
	if len(a.replies) == 0 {
		t.Fatal("the watch got nothing")
	}
	first := a.replies[0].(frame.Changes)
	if !first.Gap || len(first.Events) > 0 || len(first.Items) != 1 || string(first.Items[0].Value) != "new" {
		t.Errorf("first came %+v", first)
	}
}
