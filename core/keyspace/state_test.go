package keyspace

import (
	"fmt"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func TestCommittedReadsLookThroughTheUndo(t *testing.T) {
	s := applied(start(1, set("a", "1"), set("b", "1"), set("c", "1")), start(2, set("c", "2")))
	s.Commit(2)
	s.Apply(start(3, del("a"), set("b", "3"), set("new", "3")))
	s.Apply(start(4, set("a", "4"), del("b"), del("new"), del("never")))

	for _, c := range []struct{ prefix, after, newest, committed string }{
		{"", "", "a=4@4 c=2@2 ", "a=1@1 b=1@1 c=2@2 "},
		{"", "a", "c=2@2 ", "b=1@1 c=2@2 "},
		{"", "b", "c=2@2 ", "c=2@2 "},
		{"b", "", "", "b=1@1 "},
		{"b", "zz", "", ""},
		{"ne", "", "", ""},
		{"c", "c", "", ""},
		{"c", "a", "c=2@2 ", "c=2@2 "},
	} {
		if got := scanned(s.Scan, c.prefix, c.after); got != c.newest {
			t.Errorf("scan %q after %q: %s, want %s", c.prefix, c.after, got, c.newest)
		}
		if got := scanned(s.ScanCommitted, c.prefix, c.after); got != c.committed {
			t.Errorf("committed scan %q after %q: %s, want %s", c.prefix, c.after, got, c.committed)
		}
	}
	if i, ok := s.GetCommitted("b"); !ok || string(i.Value) != "1" || i.Revision != 1 {
		t.Errorf("committed b: %v %t", i, ok)
	}
	if i, ok := s.GetCommitted("new"); ok {
		t.Errorf("new is committed as %v", i)
	}
	for _, key := range []string{"a", "b", "new", "never"} {
		if !s.IsDirty(key) {
			t.Errorf("%s is not dirty", key)
		}
	}
	if s.IsDirty("c") || s.IsDirty("") {
		t.Error("an untouched key is dirty")
	}
}

func TestAScanStopsWhereItsVisitorSays(t *testing.T) {
	s := applied(start(1, set("a", "1"), set("b", "1")))
	for _, committed := range []journal.Index{0, 1} {
		s.Commit(committed)
		visits := 0
		s.Scan("", "", func(journal.Item) bool { visits++; return false })
		if visits != 1 {
			t.Errorf("%d visits", visits)
		}
	}
	s.Apply(start(2, del("a"), del("b")))
	visits := 0
	s.ScanCommitted("", "", func(journal.Item) bool { visits++; return false })
	if visits != 1 {
		t.Errorf("%d committed visits", visits)
	}
}

func TestReservedKeysAreHiddenFromScansButNotFromGet(t *testing.T) {
	s := applied(start(1, set("\x00queue", "1"), set("\x01", "1")))
	for _, prefix := range []string{"", "\x00", "\x00q"} {
		want := ""
		if prefix == "" {
			want = "\x01=1@1 "
		}
		if got := scanned(s.Scan, prefix, ""); got != want {
			t.Errorf("scan %q: %q", prefix, got)
		}
		if got, before := scanned(s.ScanCommitted, prefix, ""), ""; got != before {
			t.Errorf("scan %q before the commit: %q", prefix, got)
		}
	}
	if _, ok := s.Get("\x00queue"); !ok || s.Len() != 2 {
		t.Error("the reserved key is not part of the state")
	}
}

func TestAnEntryThatTouchesAKeyTwiceIsUndoneToBeforeBoth(t *testing.T) {
	s := applied(start(1, set("a", "1")))
	s.Commit(1)
	before := s.Hash()
	s.Apply(start(2, set("a", "2"), del("a"), set("a", "3"), set("b", "1"), del("b")))
	if i, _ := s.GetCommitted("a"); string(i.Value) != "1" {
		t.Errorf("committed a is %s", i.Value)
	}
	s.Undo(1)
	if got := scanned(s.Scan, "", ""); got != "a=1@1 " || s.Hash() != before || s.IsDirty("a") {
		t.Errorf("after the undo: %s, hash %x want %x, dirty %t", got, s.Hash(), before, s.IsDirty("a"))
	}
}

func TestWhatDoesNotFollowPanics(t *testing.T) {
	older := journal.Position{Epoch: journal.Epoch{}, Index: 2}
	for what, p := range map[string]journal.Position{"a gap": at(3), "again": at(1), "an older epoch": older} {
		wantPanic(t, what, func() { applied(start(1)).Apply(journal.Entry{Position: p}) })
	}
	wantPanic(t, "undo of the committed", func() {
		s := applied(start(1), start(2))
		s.Commit(1)
		s.Undo(0)
	})
}

func TestTheCommitMarkStaysBetweenItselfAndApplied(t *testing.T) {
	s := applied(start(1), start(2), start(3))
	for _, c := range []struct{ to, want journal.Index }{{2, 2}, {1, 2}, {0, 2}, {9, 3}, {2, 3}} {
		s.Commit(c.to)
		if s.Committed() != at(c.want) {
			t.Errorf("commit to %d: committed %v, want %d", c.to, s.Committed(), c.want)
		}
	}
	if s.Applied() != at(3) {
		t.Errorf("applied %v", s.Applied())
	}
}

func TestLogicalTimeNeverFallsAndIsUndone(t *testing.T) {
	s := New()
	for i, now := range []journal.Instant{5, 9, 7} {
		s.Apply(journal.Entry{Position: at(journal.Index(i) + 1), Time: now})
	}
	if s.Time() != 9 {
		t.Errorf("time %d, want 9", s.Time())
	}
	s.Undo(1)
	if s.Time() != 5 {
		t.Errorf("time after the undo %d, want 5", s.Time())
	}
}

func TestTheHashTellsStatesApartAndForgetsTheWay(t *testing.T) {
	base := []journal.Entry{start(1, set("a", "1"), set("b", "2")), start(2)}
	sameEnd := []journal.Entry{start(1, set("b", "2"), set("x", "0"), set("a", "1"), del("x")), start(2)}
	if applied(base...).Hash() != applied(sameEnd...).Hash() {
		t.Error("the way to a state is in its hash")
	}
	seen := map[uint64]string{}
	for name, s := range map[string]*State{
		"base":             applied(base...),
		"nothing":          New(),
		"values exchanged": applied(start(1, set("a", "2"), set("b", "1")), start(2)),
		"other revision":   applied(start(1, set("a", "1")), start(2, set("b", "2"))),
		"other time":       applied(start(1, set("a", "1"), set("b", "2")), journal.Entry{Position: at(2), Time: 21}),
		"a client":         applied(wrote(1, 1, 1, 1, set("a", "1"), set("b", "2")), start(2)),
		"other client":     applied(wrote(1, 2, 1, 1, set("a", "1"), set("b", "2")), start(2)),
		"other seq":        applied(wrote(1, 1, 2, 1, set("a", "1"), set("b", "2")), start(2)),
		"other floor":      applied(wrote(1, 1, 1, 0, set("a", "1"), set("b", "2")), start(2)),
		"moved boundary":   applied(start(1, set("a1", ""), set("b", "2")), start(2)),
	} {
		if other, ok := seen[s.Hash()]; ok {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[s.Hash()] = name
	}
}

func TestTheHashIsTheSameOnEverySystem(t *testing.T) {
	e := wrote(1, 7, 3, 2, set("colour", "blue"), set("\x00r", ""))
	if got, want := fmt.Sprintf("%016x", applied(e).Hash()), "effe3971b28bbc5b"; got != want {
		t.Errorf("state hash %s, want %s: copies of an older version would be called damaged", got, want)
	}
}
