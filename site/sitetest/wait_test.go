package sitetest

import (
	"strings"
	"testing"
	"time"
)

// patience is longer than anything waited for takes, on a slow machine.
const patience = 20 * time.Second

// waitFor waits until a claim holds. It is the one place that sleeps.
func waitFor(t testing.TB, claim string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, claim)
		}
	}
}

// contains reports whether text has all the parts.
func contains(text string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}
