package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// withoutIdentity is what storage gives back that may have forgotten something.
func withoutIdentity(s core.Stored) core.Stored {
	s.Meta.Node = journal.NodeID{}
	return s
}

// as gives a node another fresh identity than its place in the house.
func as(id byte) func(*core.Config) {
	return func(cfg *core.Config) { cfg.Member.Node, cfg.Client = journal.NodeID{id}, journal.ClientID{id} }
}

func TestACopyWithoutIdentityIsNotTheOneThatWasInSync(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	h.writes(a, 1, 6)
	h.crash(a)
	h.advance(time.Second)
	h.writes(b, 1, 2)
	h.crash(b) // alone in sync

	back := h.bringBack("b", withoutIdentity(storedOf(t, b.records)), as(9))
	h.connect(back)
	h.advance(3 * time.Second)
	if s := back.node.Status(); s.Role != frame.RoleJoining || s.Node != (journal.NodeID{9}) || s.Incarnation != 1 {
		t.Errorf("%v; it should wait for the copy that was in sync", back)
	}
	for _, f := range back.sent {
		if _, ok := f.(frame.Claim); ok {
			t.Error("it asked for the mastership")
		}
	}
	if waiting := back.node.Status().Waiting.For; len(waiting) != 1 || waiting[0] != b.node.Status().Node {
		t.Errorf("the room waits for %v", waiting)
	}
}

func TestACopyWithoutIdentityIsBroughtUpByCuttingWhereItParts(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	h.writes(a, 1, 3)
	b.misses = func(f frame.Frame) bool { _, ok := f.(frame.Replicate); return ok }
	c.misses = b.misses
	if w := h.written(a, set(4, "k", "alone", journal.AckAsync)); w.Failure != nil {
		t.Fatal(w.Failure)
	}
	h.crash(a)
	b.misses, c.misses = nil, nil
	h.advance(time.Second)
	h.writes(b, 1, 3)

	back := h.bringBack("a", withoutIdentity(storedOf(t, a.records)), as(9))
	h.connect(back)
	h.advance(3 * time.Second)
	if back.node.Status().Last != b.node.Status().Last || !h.isInSync(back) {
		t.Errorf("it has not been brought up: %v, %v", back, b)
	}
	orphans := back.node.Orphans()
	if len(orphans) != 1 || string(orphans[0].Entry.Changes[0].Value) != "alone" {
		t.Errorf("it keeps %v", orphans)
	}

	// Orphans and the floor of epochs outlive the next loss of identity.
	h.crash(back)
	stored := core.Stored{Orphans: orphans, Meta: core.Meta{Accepted: back.node.Status().Epoch}}
	again := h.bringBack("a", stored, as(10))
	if got := again.node.Orphans(); len(got) != 1 || again.node.Status().Epoch != stored.Meta.Accepted {
		t.Errorf("it keeps %v and has accepted epoch %v", got, again.node.Status().Epoch)
	}
}

func TestACopyWithAJournalNeverBeginsASecondHistory(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.writes(a, 1, 3)
	h.crash(a)
	stored := storedOf(t, a.records)
	for name, meta := range map[string]core.Meta{
		"nothing but the journal was readable": {},
		"the register was":                     {Register: stored.Meta.Register},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t) // with a relay that has no register
			left := stored
			left.Meta = meta
			back := h.bringBack("a", left, as(9))
			h.connect(back)
			h.advance(time.Second)
			r, waiting := h.room.Register(), h.room.Waiting()
			if !r.Awaiting || r.Epoch.Number <= stored.Meta.Accepted.Number || len(waiting.For) != 1 || waiting.For[0] != a.node.Status().Node {
				t.Errorf("register %+v, waiting %+v; wanted an epoch above %v that awaits a", r, waiting, stored.Meta.Accepted)
			}
			if got := back.node.Status().Epoch; got != stored.Meta.Accepted {
				t.Errorf("epoch %v is accepted, wanted %v", got, stored.Meta.Accepted)
			}

			h.connect(h.bringBack("a", stored)) // the copy itself: it was only away
			h.advance(3 * time.Second)
			if !h.isInSync(back) || h.get(back, "k", frame.LevelLatest) != "v" {
				t.Errorf("it has not come together: %v, %+v", back, h.room.Register())
			}
		})
	}
}

func TestAnOldMetaIsRaisedToTheJournal(t *testing.T) {
	losses := []register.Loss{{Epoch: journal.Epoch{Number: 1, Master: journal.NodeID{5}}, At: 1}}
	old := core.Meta{Register: register.Register{
		Version: 9, Epoch: journal.Epoch{Number: 2, Master: journal.NodeID{5}},
		InSync: []register.Seat{{Node: journal.NodeID{5}}}, Losses: losses,
	}}
	newest := journal.Epoch{Number: 4, Master: journal.NodeID{6}}
	h := newHouse(t)
	r := h.bringBack("a", core.Stored{Meta: old, Entries: []journal.Entry{{Position: journal.Position{Epoch: newest, Index: 1}}}})
	h.connect(r)
	got := h.room.Register()
	if r.node.Status().Epoch != newest || got.Epoch.Number != 5 || !got.IsInSync(newest.Master) || len(got.Losses) != 1 {
		t.Errorf("accepted %v, register %+v", r.node.Status().Epoch, got)
	}
}
