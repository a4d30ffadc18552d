package nodetest

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Patience is longer than anything waited for takes, on a slow machine.
const Patience = 30 * time.Second

// WaitFor waits until a claim holds, and ends the test if it does not within
// [Patience]. It is the one place that sleeps.
func WaitFor(tb testing.TB, claim string, holds func() bool) {
	tb.Helper()
	for end := time.Now().Add(Patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("not within %v: %s", Patience, claim)
		}
	}
}

// Written waits for what a process writes to a file once it is ready, and
// returns it without the end of the line.
func Written(tb testing.TB, file string) string {
	tb.Helper()
	var text []byte
	WaitFor(tb, file+" is written", func() bool {
		text, _ = os.ReadFile(file) // nothing is there yet, or what is wanted
		return len(text) > 0
	})
	return strings.TrimSpace(string(text))
}
