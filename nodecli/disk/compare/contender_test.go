package compare

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// where is the folder the journals are written to. A figure is of its file
// system: where a sync is free, as in memory, it says nothing.
var where = flag.String("dir", "", "write below this `folder` (default: a temporary one)")

// valueBytes is the length of what each entry carries.
const valueBytes = 100

// contender is a journal that appends batches of entries durably.
type contender interface {
	// append adds entries behind those it has and returns when all are durable.
	append(batch []entry) error

	close() error
}

// entry is what each contender gets: it makes of it what it stores.
type entry struct {
	index uint64 // 1 for the first; no gaps
	value []byte
}

// contenders are opened in an empty folder. The first one is ours.
var contenders = []struct {
	name string
	open func(dir string) (contender, error)
}{
	{"ours", openOurs},
	{"bbolt", openBolt},
	{"raftwal", openRaft},
}

// writer appends batches of one size to a contender.
type writer struct {
	contender
	next  uint64
	batch []entry
}

func newWriter(c contender, batchSize int) *writer {
	w := &writer{contender: c, next: 1, batch: make([]entry, batchSize)}
	for i := range w.batch {
		w.batch[i].value = make([]byte, valueBytes)
	}
	return w
}

func (w *writer) write() error {
	for i := range w.batch {
		w.batch[i].index = w.next
		copy(w.batch[i].value, fmt.Sprintf("entry %d", w.next)) // no two are alike
		w.next++
	}
	return w.append(w.batch)
}

// folder returns an empty folder on the file system that is measured.
func folder(tb testing.TB) string {
	tb.Helper()
	if *where == "" {
		return tb.TempDir()
	}
	dir, err := os.MkdirTemp(*where, "compare-") //nolint:usetesting // the place is the point
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}
