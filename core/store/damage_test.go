package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
)

// life is a copy with several segments, a snapshot, orphans and entries behind
// them. It was closed, unless killed is set.
func life(t *testing.T, killed bool) *journal.MemoryDirectory {
	t.Helper()
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{SegmentBytes: 1500})
	write(t, s, meta(1), entries(1, 1, 5))
	write(t, s, orphan(1, 9), entries(1, 6, 10))
	write(t, s, snapshotOf(entries(1, 1, 8).Entries))
	work(t, s)
	for i := journal.Index(11); i <= 40; i++ {
		write(t, s, entries(1, i, i))
	}
	write(t, s, meta(2))
	work(t, s)
	if !killed {
		shut(t, s)
	}
	return dir
}

// Whatever byte of a copy is changed: it comes back as it was, or without an
// identity and with the damage named. It never is the same node with less.
func TestNoFlippedByteMakesTheSameNodeForget(t *testing.T) {
	stride := 1
	if testing.Short() {
		stride = 13
	}
	for _, killed := range []bool{false, true} {
		whole := life(t, killed)
		want, _, err := store.Inspect(whole)
		if err != nil {
			t.Fatal(err)
		}
		all := entries(1, 1, 40).Entries
		for _, name := range names(t, whole) {
			b := content(t, whole, name)
			for at := 0; at < len(b); at += stride {
				dir := clone(t, whole)
				changed := slices.Clone(b)
				changed[at] ^= 1 << (at % 8)
				put(t, dir, name, changed)
				s := store.New(dir, store.Options{})
				got, report, err := s.Load()
				var version *store.VersionError
				if errors.As(err, &version) {
					t.Fatalf("%s, byte %d: a flipped bit is taken for a new format", name, at)
				}
				if err != nil {
					t.Fatalf("%s, byte %d: %v", name, at, err)
				}
				switch {
				case got.Meta.Node.IsZero():
					if len(report.Damage) == 0 || report.Former.IsZero() && len(report.SetAside) == 0 {
						t.Fatalf("%s, byte %d: a new identity, but the report is %+v", name, at, report)
					}
					if got.Snapshot == nil && !isPrefix(got.Entries, all) {
						t.Fatalf("%s, byte %d: what is left is no beginning", name, at)
					}
				case text(got) != text(want):
					t.Fatalf("%s, byte %d: the same node, but its copy is\n%swant\n%s", name, at, text(got), text(want))
				}
				write(t, s, meta(9))
				shut(t, s)
				if again, report, err := store.Inspect(dir); err != nil || len(report.Damage) > 0 || len(again.Entries) != len(got.Entries) {
					t.Fatalf("%s, byte %d: opened again: %v %v", name, at, err, report.Damage)
				}
			}
		}
	}
}

func TestDamageIsNamedByFileByteAndRecord(t *testing.T) {
	dir := life(t, true)
	list := names(t, dir)
	name := list[len(list)-3] // a segment before the newest
	b := content(t, dir, name)
	b[200] ^= 1
	put(t, dir, name, b)
	_, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) != 1 {
		t.Fatalf("%v, damage %v", err, report.Damage)
	}
	var damage *store.DamageError
	if !errors.As(report.Damage[0], &damage) || damage.File != name || damage.Offset == 0 || damage.Offset > 200 || damage.Record == 0 {
		t.Errorf("%+v", report.Damage[0])
	}
	_, _, report = open(t, dir, store.Options{})
	if report.Former != node(1) || !slices.ContainsFunc(report.SetAside, func(n string) bool { return strings.HasPrefix(n, name) }) {
		t.Errorf("%+v", report)
	}
	if kept := report.SetAside[0]; !slices.Contains(names(t, dir), kept) {
		t.Errorf("%s was said to be kept, but there are %v", kept, names(t, dir))
	}
}

func TestAFileThatIsGoneIsDamage(t *testing.T) {
	for _, killed := range []bool{false, true} {
		whole := life(t, killed)
		for _, name := range names(t, whole) {
			dir := clone(t, whole)
			if err := dir.Remove(name); err != nil {
				t.Fatal(err)
			}
			got, report, err := store.Inspect(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Damage) == 0 || !got.Meta.Node.IsZero() {
				t.Errorf("without %s: %v is as it was", name, got.Meta.Node)
			}
		}
	}
}

// A closed journal that has lost its end is damaged; one that was in use has a
// torn tail, and nothing that was told durable may be missing from it.
func TestAFileCutShortIsNeverAShorterJournal(t *testing.T) {
	stride := 1
	if testing.Short() {
		stride = 13
	}
	for _, killed := range []bool{false, true} {
		whole := life(t, killed)
		want, _, err := store.Inspect(whole)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names(t, whole) {
			b := content(t, whole, name)
			for size := 0; size < len(b); size += stride {
				dir := clone(t, whole)
				put(t, dir, name, b[:size])
				got, report, err := store.Inspect(dir)
				if err != nil {
					t.Fatal(err)
				}
				isNewest := name == newestSegment(t, whole)
				if killed && isNewest && len(report.Damage) == 0 {
					continue // nothing on this disk can tell
				}
				if !got.Meta.Node.IsZero() && text(got) != text(want) {
					t.Fatalf("%s cut at %d of %d: the same node with less", name, size, len(b))
				}
			}
		}
	}
}

func newestSegment(t *testing.T, dir journal.Directory) string {
	t.Helper()
	newest := ""
	for _, name := range names(t, dir) {
		if strings.HasSuffix(name, ".journal") {
			newest = max(newest, name)
		}
	}
	return newest
}

func TestATornTailIsCutAndTheJournalGoesOn(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	write(t, s, meta(1), entries(1, 1, 5))
	name := newestSegment(t, dir)
	size := len(content(t, dir, name))
	write(t, s, entries(1, 6, 6))
	whole := content(t, dir, name)
	for end := size; end < len(whole)-8; end++ { // what pads a record is zeros anyway
		torn := clone(t, dir)
		put(t, torn, name, append(slices.Clone(whole[:end]), make([]byte, 64)...))
		s, stored, report := open(t, torn, store.Options{})
		if len(report.Damage) > 0 || stored.Meta.Node != node(1) || len(stored.Entries) != 5 {
			t.Fatalf("torn at %d: %d entries of %v, %+v", end, len(stored.Entries), stored.Meta.Node, report)
		}
		write(t, s, entries(2, 6, 7))
		shut(t, s)
		stored, report, err := store.Inspect(torn)
		if err != nil || len(report.Damage) > 0 || len(stored.Entries) != 7 || stored.Entries[5].Position != entry(2, 6).Position {
			t.Fatalf("torn at %d, then written on: %v %+v", end, err, report)
		}
	}
}
