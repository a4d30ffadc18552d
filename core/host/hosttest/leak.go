package hosttest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Main is the TestMain of a package that starts goroutines. It fails if any of
// this module's still runs after all tests: every Close must have waited for
// what it started.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 && !WaitFor(func() bool { return ourGoroutines() == "" }) {
		fmt.Fprintln(os.Stderr, "left running after the tests:\n"+ourGoroutines())
		code = 1
	}
	os.Exit(code)
}

// ourGoroutines returns the stacks of goroutines that run code of this module,
// the caller's left out.
func ourGoroutines() string {
	const stacksMaxBytes = 1 << 20
	stacks := make([]byte, stacksMaxBytes)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var ours []string
	for i, stack := range strings.Split(string(stacks), "\n\n") {
		if i > 0 && strings.Contains(stack, "/understudy/") {
			ours = append(ours, stack)
		}
	}
	return strings.Join(ours, "\n\n")
}

// WaitFor waits up to ten seconds for something to become true, and reports
// whether it did.
func WaitFor(met func() bool) bool {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if met() {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return met()
}
