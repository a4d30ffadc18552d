package core_test

import (
	"errors"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// alteredHouse is a room of a, b and c, in which b has come back with another
// value of k than the others have, and no part of a snapshot reaches it.
func alteredHouse(t *testing.T) (h *house, a, b, c *resident) {
	h = newHouse(t)
	a, b, c = h.add("a"), h.add("b"), h.add("c")
	h.writes(a, 1, 3)
	stored := storedOf(t, b.records)
	for i := range stored.Entries {
		for k := range stored.Entries[i].Changes {
			stored.Entries[i].Changes = []journal.Change{stored.Entries[i].Changes[k]}
			stored.Entries[i].Changes[k].Value = []byte("another")
		}
	}
	h.crash(b)
	b = h.bringBack("b", stored, func(cfg *core.Config) { cfg.Client = journal.ClientID{9} })
	b.misses = func(f frame.Frame) bool { _, isChunk := f.(frame.Chunk); return isChunk }
	h.connect(b)
	h.advance(2 * time.Second)
	return h, a, b, c
}

func TestACopyWithAnotherStateIsOfNoUseUntilItIsMadeAnew(t *testing.T) {
	h, a, b, _ := alteredHouse(t)
	if h.isInSync(b) {
		t.Error("b is in sync")
	}
	for _, level := range []frame.Level{frame.LevelLocal, frame.LevelCommitted, frame.LevelSession} {
		if got := h.get(b, "k", level); got == "another" || got == "v" {
			t.Errorf("b answers with %q", got)
		}
	}
	w := set(4, "other", "v", journal.AckOne)
	w.Ack = 2
	if got := h.written(a, w); got.Failure == nil || got.Failure.Code != frame.CodeNotEnoughReplicas {
		t.Errorf("b counts for %+v", got)
	}
	var differ *core.DifferError
	if len(b.alarms) != 1 || !errors.As(b.alarms[0], &differ) || differ.Node != a.node.Status().Node || differ.Here == differ.There {
		t.Errorf("alarms of b: %v", b.alarms)
	}
	if len(a.alarms) != 1 || !errors.As(a.alarms[0], &differ) || differ.Node != b.node.Status().Node {
		t.Errorf("alarms of a: %v", a.alarms)
	}
	if a.node.Status().Differed != 1 || b.node.Status().Differed != 1 {
		t.Errorf("a counts %d, b %d", a.node.Status().Differed, b.node.Status().Differed)
	}
}

func TestACopyWithAnotherStateIsMadeAnewAsTheNodeItIs(t *testing.T) {
	h, a, b, _ := alteredHouse(t)
	before := b.node.Status()
	h.writes(a, 4, 5)
	b.misses = nil
	h.advance(35 * time.Second) // the first part is asked for again
	after := b.node.Status()
	if !h.isInSync(b) || after.Role != frame.RoleReplica || after.Last != a.node.Status().Last {
		t.Fatalf("b has not come back: %v, %v", b, b.refused)
	}
	if after.Node != before.Node || after.Incarnation != before.Incarnation {
		t.Errorf("b is another node now: %+v", after)
	}
	if got := h.get(b, "k", frame.LevelCommitted); got != "v" {
		t.Errorf("b has %q", got)
	}
}
