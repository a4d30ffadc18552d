package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// seen returns the keys that a watch of r has shown.
func (r *resident) seen() []string {
	var keys []string
	for _, f := range r.replies {
		if changes, ok := f.(frame.Changes); ok {
			for _, e := range changes.Events {
				keys = append(keys, e.Key)
			}
		}
	}
	return keys
}

func TestAWatchBegunBeforeTheRoomIsOpenSeesTheFirstWrite(t *testing.T) {
	h := newHouse(t)
	volatile := func(c *core.Config) { c.Member.Durable = false }
	a := h.add("a", volatile) // it has to wait before it may claim
	h.step(a, core.Asked{Frame: frame.Watch{ID: 1, Prefix: "", Level: frame.LevelCommitted}})
	h.step(a, core.Asked{Frame: set(1, "colour", "blue", journal.AckAsync)})
	h.advance(time.Second)
	if got := a.seen(); len(got) != 1 || got[0] != "colour" {
		t.Errorf("the watch showed %q", got)
	}
}

func TestAWatchBegunByAnEmptyCopySeesWhatItsNodeWritesAndNothingOlder(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.written(a, set(1, "old", "x", journal.AckAsync))
	b := h.bring("b")
	h.step(b, core.Asked{Frame: frame.Watch{ID: 1, Prefix: "", Level: frame.LevelCommitted}})
	h.step(b, core.Asked{Frame: set(1, "new", "y", journal.AckAll)})
	h.connect(b)
	if got := b.seen(); len(got) != 1 || got[0] != "new" {
		t.Errorf("the watch showed %q", got)
	}
}

// changes returns what a watch of r was sent, and forgets it.
func (r *resident) changes() []frame.Changes {
	var all []frame.Changes
	for _, f := range r.replies {
		if changes, ok := f.(frame.Changes); ok {
			all = append(all, changes)
		}
	}
	r.replies = nil
	return all
}

func TestWhatAWatchHasToCatchUpWithComesInParts(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.written(a, set(1, "k", "v", journal.AckAll))
	from := a.node.Status().Commit
	large := strings.Repeat(".", frame.ValueMaxBytes/2)
	for i := range uint64(5) {
		h.written(a, set(i+2, "k", large, journal.AckAll))
	}
	a.replies = nil
	h.also(a, core.Asked{Frame: frame.Watch{ID: 1, Prefix: "k", Level: frame.LevelCommitted, From: from}})
	parts, events := 0, 0
	for {
		got := a.changes()
		if len(got) != 1 || len(got[0].Events) > 2 {
			t.Fatalf("part %d: %d frames", parts, len(got))
		}
		parts++
		events += len(got[0].Events)
		if !got[0].More {
			break
		}
		h.also(a, core.Asked{Frame: frame.Proceed{ID: 1}})
	}
	if parts != 5 || events != 5 {
		t.Errorf("%d changes came in %d parts", events, parts)
	}
	h.also(a, core.Asked{Frame: frame.Proceed{ID: 1}})
	if got := a.changes(); len(got) != 0 {
		t.Errorf("there is nothing more, and %+v came", got)
	}
}

func TestAWatchInWhichNothingChangesIsToldHowFarItIs(t *testing.T) {
	h := newHouse(t)
	a := h.add("a", func(c *core.Config) { c.KeepBytes = 4000 })
	h.also(a, core.Asked{Frame: frame.Watch{ID: 1, Prefix: "quiet", Level: frame.LevelCommitted}})
	a.replies = nil
	for i := range uint64(100) {
		h.also(a, core.Asked{Frame: set(i+1, "k", strings.Repeat(".", 100), journal.AckAll)})
	}
	got := a.changes()
	last := a.node.Status().Commit
	if len(got) == 0 || len(got) > 30 || last.Index-got[len(got)-1].Through.Index > 30 {
		t.Errorf("%d times it was told, of %d entries", len(got), last.Index)
	}
}
