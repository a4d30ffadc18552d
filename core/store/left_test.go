package store_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
	"github.com/understudy-dev/understudy/core/wire"
)

// tight is a directory that has room for so many bytes.
type tight struct {
	*journal.MemoryDirectory
	t     *testing.T
	bytes int
}

type tightFile struct {
	journal.File
	dir *tight
}

var errFull = errors.New("no space left on device")

func (d *tight) Open(name string, create bool) (journal.File, error) {
	file, err := d.MemoryDirectory.Open(name, create)
	return tightFile{file, d}, err
}

func (f tightFile) WriteAt(p []byte, offset int64) (int, error) {
	if size(f.dir.t, f.dir.MemoryDirectory)+len(p) > f.dir.bytes {
		return 0, errFull
	}
	return f.File.WriteAt(p, offset)
}

// A snapshot that has filled the disk is left half written. The next start needs
// room for its own files, and takes it from what nobody needs.
func TestAStartOnAFullDiskFirstRemovesWhatNobodyNeeds(t *testing.T) {
	for _, left := range []string{"0000000009.snapshot.new", "0000000009.snapshot", "state.new"} {
		dir := life(t, true)
		if slices.Contains(names(t, dir), left) {
			t.Fatalf("%s is needed", left)
		}
		put(t, dir, left, make([]byte, 100_000))
		full := &tight{MemoryDirectory: dir, t: t, bytes: size(t, dir) + 100}
		s, stored, report := open(t, full, store.Options{})
		if stored.Meta.Node != node(1) || len(report.Damage) > 0 {
			t.Errorf("%v, %v", stored.Meta.Node, report.Damage)
		}
		write(t, s, entries(1, 41, 41))
		shut(t, s)
	}
}

// noted is a directory that keeps a copy of itself from before a snapshot gets
// its name.
type noted struct {
	*journal.MemoryDirectory
	t      *testing.T
	before *journal.MemoryDirectory
}

func (d *noted) Replace(from, to string) error {
	if strings.HasSuffix(to, ".snapshot") {
		d.before = clone(d.t, d.MemoryDirectory)
	}
	return d.MemoryDirectory.Replace(from, to)
}

// A large snapshot takes longer than some give a process to end.
func TestAKillWhileAClosePutsASnapshotDownCostsNoIdentity(t *testing.T) {
	dir := &noted{MemoryDirectory: journal.NewMemoryDirectory(), t: t}
	s, _, _ := open(t, dir, store.Options{Lazy: true})
	write(t, s, meta(1), entries(1, 1, 9), snapshotOf(entries(1, 1, 8).Entries))
	shut(t, s)
	for _, d := range []*journal.MemoryDirectory{dir.before, dir.MemoryDirectory} {
		stored, report, err := store.Inspect(d)
		if err != nil || stored.Meta.Node != node(1) || !report.Closed || len(report.Damage) > 0 || lastOf(stored).Index != 9 {
			t.Errorf("%v: %v up to %v, %+v", err, stored.Meta.Node, lastOf(stored), report)
		}
		_, stored, _ = open(t, d, store.Options{Lazy: true})
		if stored.Meta.Node != node(1) {
			t.Error("it is another node")
		}
	}
}

// What a new segment begins with stands nowhere else once the old ones are gone.
func TestDamageAtTheBeginningOfANewSegmentIsNoticed(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	all := entries(1, 1, 8).Entries
	write(t, s, meta(1), orphan(1, 90), orphan(1, 91), core.Append{Entries: all}, snapshotOf(all))
	for range 4 { // killed as soon as the segment is there that stands on the snapshot
		if _, err := s.Work(); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(names(t, dir), "0000000003.journal") {
			break
		}
	}
	want, _, err := store.Inspect(dir)
	if err != nil || want.Snapshot == nil {
		t.Fatalf("%v, %s", err, text(want))
	}
	for _, without := range []bool{false, true} { // the segments before
		whole := clone(t, dir)
		if without {
			for _, name := range []string{"0000000001.journal", "0000000002.journal"} {
				if err := whole.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		name := newestSegment(t, whole)
		b := content(t, whole, name)
		for at := range b {
			changed := clone(t, whole)
			c := slices.Clone(b)
			c[at] ^= 1
			put(t, changed, name, c)
			got, report, err := store.Inspect(changed)
			if err != nil || len(report.Damage) == 0 && text(got) != text(want) {
				t.Fatalf("byte %d: %v, without damage it is\n%s", at, err, text(got))
			}
			s, _, _ := open(t, changed, store.Options{})
			write(t, s, meta(9))
			shut(t, s)
			if _, report, err := store.Inspect(changed); err != nil || len(report.Damage) > 0 {
				t.Fatalf("byte %d, opened again: %v %v", at, err, report.Damage)
			}
		}
	}
}

func TestAFirstSegmentWithNothingReadableInItIsDamage(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	open(t, dir, store.Options{})
	name := newestSegment(t, dir)
	put(t, dir, name, content(t, dir, name)[:headBytes])
	b := content(t, dir, "state")
	records := recordsOf(t, dir, "state")
	records[0].Payload = wire.AppendNumber(nil, 0) // as it was before that segment
	put(t, dir, "state", rebuilt(b[:headBytes], records))
	_, _, report := open(t, dir, store.Options{})
	if len(report.Damage) == 0 {
		t.Error("it is taken for a whole one")
	}
}

func TestACutAtAnyIndexIsRead(t *testing.T) {
	dir := life(t, true)
	name := newestSegment(t, dir)
	head := content(t, dir, name)[:headBytes]
	for _, after := range []uint64{math.MaxUint64, math.MaxInt64 + 5, 0} {
		changed := clone(t, dir)
		records := recordsOf(t, dir, name)
		last := &records[len(records)-1]
		last.Kind, last.Payload = 4, wire.AppendNumber(nil, after)
		put(t, changed, name, rebuilt(head, records))
		if _, _, err := store.Inspect(changed); err != nil {
			t.Error(err)
		}
	}
}

// The one that is missing is the only one that is named.
func TestASegmentWithADamagedHeadIsNamedAndNoOther(t *testing.T) {
	dir := life(t, true)
	name := newestSegment(t, dir)
	b := content(t, dir, name)
	b[9] ^= 1
	put(t, dir, name, b)
	_, report, err := store.Inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range report.Damage {
		if !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%v, but it is %s that was changed", err, name)
		}
	}
}

// How long the beginning of the newest segment is, is known again after a start.
func TestStartsDoNotPileUpOrphansLargerThanASegment(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{SegmentBytes: 2000})
	write(t, s, meta(1))
	for i := journal.Index(1); i <= 100; i++ {
		write(t, s, orphan(1, i))
	}
	before := 0
	for i := journal.Index(1); i <= 20; i++ {
		s, _, _ = open(t, dir, store.Options{SegmentBytes: 2000})
		write(t, s, meta(journal.Incarnation(i+1)), entries(2, i, i))
		shut(t, s)
		if i == 1 {
			before = len(names(t, dir))
		}
	}
	if made := len(names(t, dir)) - before; made > 3 {
		t.Errorf("20 starts made %d segments", made)
	}
}

// dying is a directory that fails from a certain change of a name on.
type dying struct {
	*journal.MemoryDirectory
	changes int
}

func (d *dying) change() error {
	d.changes--
	if d.changes < 0 {
		return errFull
	}
	return nil
}

func (d *dying) Replace(from, to string) error {
	if err := d.change(); err != nil {
		return err
	}
	return d.MemoryDirectory.Replace(from, to)
}

func (d *dying) Remove(name string) error {
	if err := d.change(); err != nil {
		return err
	}
	return d.MemoryDirectory.Remove(name)
}

// Entries behind damage are no part of the copy, and may be the last there are.
func TestWhatStandsBehindDamageIsKeptWhateverEndsTheStart(t *testing.T) {
	whole := life(t, true)
	segments := slices.DeleteFunc(names(t, whole), func(n string) bool { return !strings.HasSuffix(n, ".journal") })
	if len(segments) < 3 {
		t.Fatalf("only %v", segments)
	}
	b := content(t, whole, segments[0])
	b[300] ^= 1
	put(t, whole, segments[0], b)
	behind := content(t, whole, segments[1])
	for changes := 0; ; changes++ {
		dir := clone(t, whole)
		s := store.New(&dying{dir, changes}, store.Options{})
		_, _, err := s.Load()
		for range 2 {
			next, stored, _ := open(t, dir, store.Options{})
			if !stored.Meta.Node.IsZero() {
				t.Fatalf("%d changes: it is %v again", changes, stored.Meta.Node)
			}
			work(t, next)
			shut(t, next)
		}
		if !slices.ContainsFunc(names(t, dir), func(n string) bool { return string(content(t, dir, n)) == string(behind) }) {
			t.Errorf("%d changes: %s is gone, there are %v", changes, segments[1], names(t, dir))
		}
		if err == nil {
			return
		}
	}
}
