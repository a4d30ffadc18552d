package nodetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// logMaxBytes is how much of what a process said is kept: the newest.
const logMaxBytes = 256 << 10

// shownMaxBytes is how much of it a test shows that has failed.
const shownMaxBytes = 8 << 10

// Log keeps what a process says, and those that are started again in its place.
// It is safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	said []byte
	all  int64 // bytes ever said
}

// NewLog returns an empty log. A test that fails shows the end of it.
func NewLog(tb testing.TB, name string) *Log {
	l := &Log{}
	tb.Cleanup(func() {
		if tb.Failed() {
			text := l.Since(0)
			tb.Logf("%s said in the end:\n%s", name, text[max(0, len(text)-shownMaxBytes):])
		}
	})
	return l
}

// Write keeps what a process says.
func (l *Log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, text...)
	l.all += int64(len(text))
	if len(l.said) > 2*logMaxBytes {
		l.said = append([]byte(nil), l.said[len(l.said)-logMaxBytes:]...)
	}
	return len(text), nil
}

// Note adds a line of the test's own.
func (l *Log) Note(format string, args ...any) {
	fmt.Fprintf(l, "-- "+format+"\n", args...)
}

// Mark returns the place behind what was said until now, for [Log.Since].
func (l *Log) Mark() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all
}

// Since returns what was said behind a mark, as far as it is kept.
func (l *Log) Since(mark int64) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := max(0, mark-(l.all-int64(len(l.said))))
	return string(l.said[from:])
}

// Says reports whether something was said behind a mark.
func (l *Log) Says(mark int64, text string) bool { return strings.Contains(l.Since(mark), text) }
