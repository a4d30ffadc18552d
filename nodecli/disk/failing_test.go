package disk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/core/journal"
)

// lines is a log.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) log(level host.LogLevel, text string, fields ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, fmt.Sprint(level, " ", text, " ", fields))
}

func (l *lines) has(part string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.all, func(line string) bool { return strings.Contains(line, part) })
}

var errBroken = errors.New("input/output error")

// worn is a directory whose syncs fail once while broken is set, and succeed
// afterwards, as those of a kernel that has given up the pages do.
type worn struct {
	journal.Directory
	broken atomic.Bool
	syncs  atomic.Int32
}

type wornFile struct {
	journal.File
	dir  *worn
	name string
}

func (w *worn) Open(name string, create bool) (journal.File, error) {
	file, err := w.Directory.Open(name, create)
	return wornFile{file, w, name}, err
}

func (f wornFile) Sync() error {
	f.dir.syncs.Add(1)
	if f.dir.broken.CompareAndSwap(true, false) {
		return fmt.Errorf("sync %s: %w", f.name, errBroken)
	}
	return f.File.Sync()
}

func oneEntry(i journal.Index) []core.Record {
	return []core.Record{core.Append{Entries: []journal.Entry{testEntry(i)}}}
}

func TestAfterAFailedSyncNothingIsWrittenAndTheNodeIsAnother(t *testing.T) {
	dir, said := &worn{Directory: journal.NewMemoryDirectory()}, &lines{}
	d := newDisk(dir, Config{Logger: said.log})
	if err := writeSome(d, 1, 3); err != nil {
		t.Fatal(err)
	}
	dir.broken.Store(true)
	err := d.Write(t.Context(), oneEntry(4))
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), ".journal") || !strings.Contains(err.Error(), "sync") {
		t.Errorf("a write whose sync fails: %v, want operation and file", err)
	}
	if err := d.Write(t.Context(), oneEntry(5)); !errors.Is(err, errBroken) {
		t.Errorf("a write after a failed sync: %v", err)
	}
	if !said.has("8 the disk failed") {
		t.Errorf("the log says %q", said.all)
	}
	mustClose(t, d)

	next := newDisk(dir.Directory, Config{Logger: said.log})
	stored, err := next.Load(t.Context())
	if err != nil || !stored.Meta.Node.IsZero() {
		t.Errorf("after a failed sync the copy is of %v, %v", stored.Meta.Node, err)
	}
	if err := holdsAll(stored, 3); err != nil {
		t.Error(err)
	}
	if !said.has("new id") || !said.has("hint") {
		t.Errorf("the log says %q", said.all)
	}
	mustClose(t, next)
}

func TestTheIntervalSyncsAndItsFailureEndsTheWrites(t *testing.T) {
	dir := &worn{Directory: journal.NewMemoryDirectory()}
	d := newDisk(dir, Config{Fsync: Interval})
	if err := writeSome(d, 1, 3); err != nil {
		t.Fatal(err)
	}
	before := dir.syncs.Load()
	if !hosttest.WaitFor(func() bool { return dir.syncs.Load() > before }) {
		t.Error("no sync has come by itself")
	}
	dir.broken.Store(true)
	i := journal.Index(4)
	if err := d.Write(t.Context(), oneEntry(i)); err != nil {
		t.Errorf("a write that waits for no sync: %v", err)
	}
	failed := hosttest.WaitFor(func() bool {
		i++
		return errors.Is(d.Write(t.Context(), oneEntry(i)), errBroken)
	})
	if !failed {
		t.Error("the writes go on after a sync that failed")
	}
	mustClose(t, d)
}

func TestNeverSyncsAtTheCloseAlone(t *testing.T) {
	dir := &worn{Directory: journal.NewMemoryDirectory()}
	d := newDisk(dir, Config{Fsync: Never})
	if _, err := d.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := dir.syncs.Load()
	for i := range journal.Index(200) {
		if err := d.Write(t.Context(), oneEntry(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if n := dir.syncs.Load() - before; n > 0 {
		t.Errorf("%d syncs before the close", n)
	}
	mustClose(t, d)
	if dir.syncs.Load() == before {
		t.Error("no sync at the close")
	}
}

func TestAFailedCloseIsSaidAndLeavesNoMark(t *testing.T) {
	dir := &worn{Directory: journal.NewMemoryDirectory()}
	d := newDisk(dir, Config{Fsync: Never})
	if err := writeSome(d, 1, 3); err != nil {
		t.Fatal(err)
	}
	dir.broken.Store(true)
	for range 2 {
		if err := d.Close(); !errors.Is(err, errBroken) {
			t.Errorf("a close whose sync fails: %v", err)
		}
	}
	next := newDisk(dir.Directory, Config{})
	if stored, err := next.Load(t.Context()); err != nil || !stored.Meta.Node.IsZero() {
		t.Errorf("a copy whose close failed is of %v, %v", stored.Meta.Node, err)
	}
	mustClose(t, next)
}

func TestWhatIsFoundAtStartIsSaidWithAHint(t *testing.T) {
	dir, said := journal.NewMemoryDirectory(), &lines{}
	d := newDisk(dir, Config{})
	if err := writeSome(d, 1, 3); err != nil {
		t.Fatal(err)
	}
	mustClose(t, d)
	names, err := dir.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".journal") {
			flip(t, dir, name, 15_000)
		}
	}
	d = newDisk(dir, Config{Dir: "the folder", Logger: said.log})
	if stored, err := d.Load(t.Context()); err != nil || !stored.Meta.Node.IsZero() || len(stored.Entries) != 1 {
		t.Errorf("a damaged copy of %v has %d entries, %v", stored.Meta.Node, len(stored.Entries), err)
	}
	for _, part := range []string{"the copy is damaged", "at byte", "set aside", ".damaged", "under a new id", "the folder", "hint"} {
		if !said.has(part) {
			t.Errorf("%q is not in the log: %q", part, said.all)
		}
	}
	mustClose(t, d)
}

func flip(t *testing.T, dir journal.Directory, name string, at int64) {
	t.Helper()
	file, err := dir.Open(name, false)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	_, readErr := file.ReadAt(b, at)
	b[0] ^= 1
	_, writeErr := file.WriteAt(b, at)
	if err := errors.Join(readErr, writeErr, file.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsNotOpenTakesNothing(t *testing.T) {
	d := newDisk(journal.NewMemoryDirectory(), Config{})
	if err := d.Write(t.Context(), oneEntry(1)); err == nil {
		t.Error("a disk that was not loaded takes a write")
	}
	mustClose(t, d)
	mustClose(t, d)
	if _, err := d.Load(t.Context()); err == nil {
		t.Error("a closed disk is loaded")
	}
}
