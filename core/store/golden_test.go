package store_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/store"
)

// Below it stand a folder per copy, and beside each what was in it as text.
// Every later version must read the same from them, so none is ever rewritten.
const goldenFolder = "../../testdata/disk"

var update = flag.Bool("update", false, "make what is missing in testdata/disk")

// goldenArchive is the one that is a file.
const goldenArchive = "v1-archive.copy"

func TestGoldenCopiesReadAsTheyWereWritten(t *testing.T) {
	if *update {
		for _, g := range goldens(t) {
			keep(t, g)
		}
	}
	folders := goldenNames(t)
	for _, g := range goldens(t) {
		if !slices.Contains(folders, g.name) {
			t.Errorf("%s is missing: make it with -update", g.name)
		}
	}
	for _, name := range folders {
		dir := golden(t, name)
		before := clone(t, dir)
		compareText(t, name, readText(dir))
		sameFiles(t, dir, before)
	}
}

func TestAGoldenArchiveReadsAsItWasWritten(t *testing.T) {
	file := filepath.Join(goldenFolder, goldenArchive)
	if _, err := os.Stat(file); *update && errors.Is(err, fs.ErrNotExist) {
		stored, _, err := store.Inspect(golden(t, "v1-killed"))
		if err != nil {
			t.Fatal(err)
		}
		made := exported(t, store.Archive{Room: "kitchen", Stored: stored})
		writeOnce(t, file, content(t, made, archiveName))
	}
	a, err := readArchive(t, archiveFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	compareText(t, goldenArchive, archiveText(a))

	into := journal.NewMemoryDirectory()
	if err := store.Import(into, a, nil); err != nil {
		t.Fatal(err)
	}
	goOn(t, into)
}

// The kinds of records there are. One that is added belongs here and into a
// golden copy.
var kinds = []byte{1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19, 24, 25, 32, 33, 34, 35, 36, 37}

func TestEveryKindOfRecordIsInAGoldenCopy(t *testing.T) {
	seen := map[byte]bool{}
	for _, name := range goldenNames(t) {
		dir := golden(t, name)
		for _, file := range names(t, dir) {
			note(t, seen, dir, file)
		}
	}
	note(t, seen, archiveFolder(t), archiveName)
	for _, kind := range kinds {
		if !seen[kind] {
			t.Errorf("kind %d is in none", kind)
		}
		delete(seen, kind)
	}
	if len(seen) > 0 {
		t.Errorf("kinds that are not listed: %v", seen)
	}
}

// kindOf is the kind of file that has such a name.
func kindOf(name string) journal.FileKind {
	switch {
	case name == "state":
		return journal.KindState
	case name == archiveName:
		return journal.KindCopy
	case strings.HasSuffix(name, ".snapshot"):
		return journal.KindSnapshot
	}
	return journal.KindSegment
}

// note reads a file as far as it is good.
func note(t *testing.T, seen map[byte]bool, dir journal.Directory, name string) {
	t.Helper()
	file, err := dir.Open(name, false)
	if err != nil {
		t.Fatal(err)
	}
	r, err := journal.NewReader(file, name, kindOf(name))
	for err == nil {
		var record journal.Record
		if record, err = r.Next(); err == nil {
			seen[record.Kind] = true
		}
	}
}

func TestEveryGoldenCopyCanBeWrittenOn(t *testing.T) {
	for _, name := range goldenNames(t) {
		t.Run(name, func(t *testing.T) {
			dir := golden(t, name)
			before := clone(t, dir)
			_, _, err := store.Inspect(dir)
			if err == nil {
				goOn(t, dir)
				return
			}
			var version *store.VersionError
			if !errors.As(err, &version) && !errors.Is(err, store.ErrUnfinished) {
				t.Fatal(err)
			}
			if _, _, err := store.New(dir, store.Options{}).Load(); err == nil {
				t.Error("it was opened")
			}
			sameFiles(t, dir, before)
		})
	}
}

// goOn opens a copy, writes one record of each kind behind what is there, and
// looks whether all of it comes back.
func goOn(t *testing.T, dir journal.Directory) {
	t.Helper()
	s, had, _ := open(t, dir, store.Options{SegmentBytes: 700})
	last := lastOf(had)
	more := entries(9, last.Index+1, last.Index+20)
	write(t, s, meta(50), more, core.Cut{After: last.Index + 10}, orphan(8, last.Index+11))
	all := append(slices.Clone(had.Entries), more.Entries[:10]...)
	state := stateOf(had)
	for _, e := range more.Entries[:10] {
		state.Apply(e)
	}
	state.Commit(last.Index + 5)
	write(t, s, core.SaveSnapshot{
		Snapshot: state.Snapshot(), History: historyOf(had, more.Entries[:5]),
	})
	work(t, s)
	write(t, s, entries(9, last.Index+11, last.Index+12))
	shut(t, s)
	got, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) > 0 || report.Renewed != "" {
		t.Fatalf("written on: %v, %+v", err, report)
	}
	if got.Meta.Node != node(1) || got.Meta.Incarnation != 50 {
		t.Errorf("written on it is %v, %d", got.Meta.Node, got.Meta.Incarnation)
	}
	if lastOf(got).Index != last.Index+12 || got.Snapshot == nil || got.Snapshot.At().Index != last.Index+5 {
		t.Errorf("written on it goes from %v to %v", got.Snapshot, lastOf(got))
	}
	if len(got.Orphans) != len(had.Orphans)+1 {
		t.Errorf("written on it has %d orphans, of %d", len(got.Orphans), len(had.Orphans)+1)
	}
	want := stateOf(had)
	for _, e := range append(all[len(had.Entries):], entries(9, last.Index+11, last.Index+12).Entries...) {
		want.Apply(e)
	}
	if stateOf(got).Hash() != want.Hash() {
		t.Error("written on it leads to another state")
	}
}

func lastOf(s core.Stored) journal.Position {
	if n := len(s.Entries); n > 0 {
		return s.Entries[n-1].Position
	}
	if s.Snapshot != nil {
		return s.Snapshot.At()
	}
	return journal.Position{}
}

// stateOf is what a copy's snapshot and entries lead to, nothing committed
// behind the snapshot.
func stateOf(s core.Stored) *keyspace.State {
	state := keyspace.New()
	if s.Snapshot != nil {
		state = s.Snapshot.State()
	}
	for _, e := range s.Entries {
		state.Apply(e)
	}
	return state
}

func historyOf(s core.Stored, more []journal.Entry) journal.History {
	history := slices.Clone(s.History)
	for _, e := range append(slices.Clone(s.Entries), more...) {
		if n := len(history); n == 0 || history[n-1].Epoch != e.Position.Epoch {
			history = append(history, journal.EpochStart{Epoch: e.Position.Epoch, First: e.Position.Index})
		}
	}
	return history
}

// golden returns the folder of that name, in memory.
func golden(t testing.TB, name string) *journal.MemoryDirectory {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(goldenFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	dir := journal.NewMemoryDirectory()
	for _, file := range files {
		b, err := os.ReadFile(filepath.Join(goldenFolder, name, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, file.Name(), b)
	}
	return dir
}

// archiveFolder returns the golden archive, in a folder in memory.
func archiveFolder(t testing.TB) *journal.MemoryDirectory {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(goldenFolder, goldenArchive))
	if err != nil {
		t.Fatal(err)
	}
	dir := journal.NewMemoryDirectory()
	put(t, dir, archiveName, b)
	return dir
}

func goldenNames(t testing.TB) []string {
	t.Helper()
	all, err := os.ReadDir(goldenFolder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range all {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	if len(names) < 8 {
		t.Fatalf("only %v in %s", names, goldenFolder)
	}
	return names
}

// keep writes a golden copy, unless there is one of its name.
func keep(t *testing.T, g goldenCopy) {
	t.Helper()
	folder := filepath.Join(goldenFolder, g.name)
	if _, err := os.Stat(folder); err == nil {
		return
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t, g.dir) {
		writeOnce(t, filepath.Join(folder, name), content(t, g.dir, name))
	}
}

func writeOnce(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func compareText(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join(goldenFolder, strings.TrimSuffix(name, ".copy")+".txt")
	if _, err := os.Stat(file); *update && errors.Is(err, fs.ErrNotExist) {
		writeOnce(t, file, []byte(got))
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	} else if !bytes.Equal(want, []byte(got)) {
		t.Errorf("%s reads as\n%s\nbut was\n%s", name, got, want)
	}
}
