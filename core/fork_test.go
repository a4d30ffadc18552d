package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// A relay has lost its register, and somebody who knows nothing of the room
// comes before those who do: for him it is a new room, and he opens it.
func TestANewRoomOnARelayThatLostItsRegisterGivesWayToTheOldOne(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.writes(a, 1, 3)
	h.crash(a)
	h.connect(a)
	h.advance(time.Second)
	h.crash(a) // after its second mastership

	h = newHouse(t)
	stranger := h.add("s", as(8))
	if w := h.written(stranger, set(1, "new", "1", journal.AckAll)); w.Failure != nil {
		t.Fatal(w.Failure)
	}
	back := h.bringBack("a", storedOf(t, a.records), func(cfg *core.Config) { cfg.Client = journal.ClientID{9} })
	h.connect(back)
	h.advance(3 * time.Second)
	if back.node.Status().Role != frame.RoleMaster || h.get(back, "k", frame.LevelLatest) != "v" {
		t.Fatalf("the old room has not come back: %v, register %+v", back, h.room.Register())
	}
	if !h.isInSync(stranger) || stranger.node.Status().Last != back.node.Status().Last {
		t.Errorf("the stranger has not joined it: %v, %v; %v", stranger, back, stranger.refused)
	}
	orphans := stranger.node.Orphans()
	if len(orphans) != 1 || orphans[0].Entry.Changes[0].Key != "new" {
		t.Errorf("what it had written is not kept as an orphan: %v", orphans)
	}
	if losses := h.room.Register().Losses; len(losses) != 1 {
		t.Errorf("that a write of all was lost is not on record: %v", losses)
	}
}
