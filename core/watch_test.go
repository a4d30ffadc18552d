package core_test

import (
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
