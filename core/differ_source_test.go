package core_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// withSnapshot is what one has stored, with a snapshot before the entries.
func withSnapshot(t *testing.T, records []core.Record) core.Stored {
	t.Helper()
	var s core.Stored
	for _, r := range records {
		switch r := r.(type) {
		case core.SaveMeta:
			s.Meta = r.Meta
		case core.Append:
			s.Entries = append(s.Entries, r.Entries...)
		case core.SaveSnapshot:
			s.Snapshot, s.History = r.Snapshot, r.History
			s.Entries = slices.DeleteFunc(s.Entries, func(e journal.Entry) bool { return e.Position.Index <= r.Snapshot.At().Index })
		case core.Cut, core.SaveOrphans, core.DropOrphans:
			t.Fatalf("%T among the records", r)
		}
	}
	return s
}

// strayedHouse is a room whose master is gone and has not heard that the state
// of b differs, the first of its in-sync nodes, none of which is a candidate. The
// journals of all begin behind a snapshot.
func strayedHouse(t *testing.T, others ...string) (h *house, b *resident) {
	h = newHouse(t)
	small := func(c *core.Config) { c.KeepBytes = 1000 }
	names := append([]string{"b"}, others...)
	a := h.add("a", small)
	copies := []*resident{}
	for _, name := range names {
		copies = append(copies, h.add(name, small, noCandidate))
	}
	h.writes(a, 1, 70)
	again := func(r *resident, change ...func(*core.Config)) *resident {
		stored := withSnapshot(t, r.records)
		if stored.Snapshot == nil || len(stored.Entries) < 2 {
			t.Fatalf("%s has no snapshot, or all is in it: %v, %d", r.name, stored.Snapshot != nil, len(stored.Entries))
		}
		if r.name == "b" {
			for i := range stored.Entries {
				stored.Entries[i].Changes = slices.Clone(stored.Entries[i].Changes)
				for k := range stored.Entries[i].Changes {
					stored.Entries[i].Changes[k].Value = []byte("another")
				}
			}
		}
		return h.bringBack(r.name, stored, append(change, small, as(byte(len(h.nodes)+1)))...)
	}
	h.crash(a)
	for _, r := range copies {
		h.crash(r)
	}
	for i, r := range copies {
		copies[i] = again(r, noCandidate)
		h.connect(copies[i])
	}
	a = again(a)
	a.misses = func(f frame.Frame) bool { _, isDiffers := f.(frame.Differs); return isDiffers }
	h.connect(a)
	for i := 0; i < 100 && len(copies[0].alarms) == 0; i++ {
		h.advance(10 * time.Millisecond)
	}
	h.crash(a)
	if len(copies[0].alarms) != 1 || !h.isInSync(copies[0]) {
		t.Fatalf("b does not differ, or is not in sync: %v, %v, %v", copies[0].alarms, a, copies[0])
	}
	return h, copies[0]
}

// takeOver makes a newcomer master by hand.
func (h *house) takeOver() *resident {
	h.t.Helper()
	s := h.add("s")
	h.step(s, core.Asked{Frame: frame.TakeOver{
		Request: 1, Version: s.node.Status().Register.Version, Successor: s.node.Status().Node,
	}})
	h.run()
	return s
}

func TestACopyWithAnotherStateGivesAClaimantNoSnapshot(t *testing.T) {
	h, _ := strayedHouse(t)
	s := h.takeOver()
	if got := h.get(s, "k", frame.LevelLocal); got == "another" {
		t.Error("what b makes of its journal is the room's now")
	}
	why := func(err error) bool { return strings.Contains(err.Error(), "can't supply what it sealed") }
	if got := s.node.Status(); got.Role == frame.RoleMaster || !slices.ContainsFunc(s.refused, why) {
		t.Errorf("%v, refused %v", s, s.refused)
	}
}

func TestAClaimantPassesOverACopyWithAnotherState(t *testing.T) {
	h, b := strayedHouse(t, "c")
	s := h.takeOver()
	if got := h.get(s, "k", frame.LevelCommitted); got != "v" {
		t.Errorf("s has %q", got)
	}
	if got := s.node.Status(); got.Role != frame.RoleMaster || !slices.ContainsFunc(b.sent, isRefusedSupply) {
		t.Errorf("%v, b was not asked: %v", s, s.refused)
	}
}

func isRefusedSupply(f frame.Frame) bool {
	s, ok := f.(frame.Supply)
	return ok && s.Refused
}

func TestACopyWithAnotherStateIsNoMasterByATakeover(t *testing.T) {
	h, b := strayedHouse(t)
	h.step(b, core.Asked{Frame: frame.TakeOver{
		Request: 1, Version: b.node.Status().Register.Version, Successor: b.node.Status().Node,
	}})
	h.run()
	var stranded *core.StrandedError
	if !errors.As(b.stopped, &stranded) || !stranded.Durable {
		t.Fatalf("b goes on: %v, %v", b, b.stopped)
	}
	if got := b.stopped.Error(); !strings.Contains(got, "start it again") {
		t.Errorf("it says %q", got)
	}
}

// A claimant that can't use what it has comes and goes, and each time there is a
// master for a moment.
func TestClaimantsThatComeAndGoKeepNoCopyWithAnotherStateAlive(t *testing.T) {
	h, b := strayedHouse(t)
	s := h.takeOver()
	for range 30 {
		if h.advance(500 * time.Millisecond); s.conn == 0 && b.stopped == nil {
			h.connect(s)
		}
	}
	if b.stopped == nil {
		t.Errorf("b goes on: %v; %v", b, s)
	}
}

func TestACopyInMemoryWithAnotherStateSaysThatItEnds(t *testing.T) {
	err := &core.StrandedError{Node: journal.NodeID{1}}
	if got := err.Error(); strings.Contains(got, "start it again") || !strings.Contains(got, "in memory only") {
		t.Errorf("it says %q", got)
	}
}
