//go:build !windows

package crashtest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// A flipped byte is found, named and repaired from the others, wherever it is.
func TestAFlippedByteIsNamedAndRepairedUnderANewID(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	w := startWriters(t, r, newLedger())
	for _, where := range []struct{ what, pattern string }{
		{"an old segment", "*.journal"},
		{"a snapshot", "*.snapshot"},
	} {
		r.waitWhole(t)
		n := r.others(r.master(t))[0]
		r.addBallast(t, func() bool { return n.hasOld(where.pattern) })
		w.ledger.waitMore(t, 50)
		n.Kill(t)
		r.waitInSync(t, len(r.nodes)-1)
		file := n.needs(t, where.pattern)
		at := flip(t, file)
		t.Logf("byte %d of %s, %s of %s", at, filepath.Base(file), where.what, n.name)
		former := n.id
		n.id = ""
		n.start(t, r)
		n.waitReady(t)
		if n.id == former {
			t.Errorf("%s is still %s, and is damaged", n.name, former)
		}
		n.saysDamage(t, file, at, former)
	}
	endOf(t, r, w)
}

// What is left of a damaged copy must not be taken for the room's history when
// it is the first to be there: it may be shorter.
func TestADamagedCopyThatComesFirstOpensNothing(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	r.timeout = "1s"
	w := startWriters(t, r, newLedger())
	w.ledger.waitMore(t, 300)
	r.waitWhole(t)
	damaged := r.master(t)
	former := damaged.id
	r.relay.Kill(t) // first, or the master would be left alone on the list and the room wait for it in vain
	for _, n := range r.nodes {
		n.Kill(t)
	}
	file := damaged.needs(t, "*.journal")
	at := flip(t, file)
	r.relay.start(t)
	damaged.id = ""
	damaged.start(t, r)
	nodetest.WaitFor(t, "the room waits for the others", func() bool {
		return strings.Contains(damaged.log.Since(damaged.begun), "waits for")
	})
	acksBefore := w.ledger.count(acked)
	pass(t, lull)
	if n := w.ledger.count(acked) - acksBefore; n > 0 {
		t.Errorf("%d writes were acknowledged by a damaged copy", n)
	}
	for _, n := range r.others(damaged) {
		n.start(t, r)
	}
	damaged.waitReady(t)
	damaged.saysDamage(t, file, at, former)
	endOf(t, r, w)
}

// hasOld reports whether there is a segment besides the newest one, or a
// snapshot.
func (n *node) hasOld(pattern string) bool {
	found, _ := filepath.Glob(filepath.Join(n.dir, pattern)) // it fails for bad patterns alone
	return len(found) > 1 || len(found) == 1 && strings.HasSuffix(found[0], ".snapshot")
}

// numbered returns the number in the name of the newest file of a pattern; 0
// without one.
func (n *node) numbered(t *testing.T, pattern string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(n.dir, pattern))
	if err != nil || len(found) == 0 {
		return 0
	}
	digits, _, _ := strings.Cut(filepath.Base(found[len(found)-1]), ".")
	number, err := strconv.Atoi(digits)
	if err != nil {
		t.Errorf("a file of %s without a number: %s", n.name, found)
	}
	return number
}

// needs returns the oldest file of a pattern that the copy of a stopped node
// consists of. Others may be there that it was about to remove.
func (n *node) needs(t *testing.T, pattern string) string {
	t.Helper()
	_, report := n.inspect(t)
	for _, file := range report.Files {
		if match, err := filepath.Match(pattern, file.Name); err == nil && match {
			return filepath.Join(n.dir, file.Name)
		}
	}
	t.Fatalf("the copy of %s has no %s: %+v", n.name, pattern, report.Files)
	return ""
}

// flip turns the bits of one byte in the middle of a file, and returns where.
func flip(t *testing.T, file string) int64 {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// A segment may end in zeros that mean nothing.
	at := len(bytes.TrimRight(text, "\x00")) / 2
	for text[at] == 0 {
		at++ // what pads a record means nothing either
	}
	text[at] ^= 0xff
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return int64(at)
}

var damageText = regexp.MustCompile(`([\w.-]+) is damaged at byte (\d+), record (\d+)`)

// recordMaxBytes is more than the largest record here takes.
const recordMaxBytes = 2 << 20

// saysDamage checks what a node has said at its start, and that it has kept the
// file for people to look at.
func (n *node) saysDamage(t *testing.T, file string, at int64, former string) {
	t.Helper()
	said := n.log.Since(n.begun)
	found := damageText.FindStringSubmatch(said)
	if found == nil || found[1] != filepath.Base(file) {
		t.Fatalf("%s does not say that %s is damaged, where, and which record: %q", n.name, file, found)
	}
	// The record that holds the byte begins before it.
	if from, err := strconv.ParseInt(found[2], 10, 64); err != nil || from > at || at-from > recordMaxBytes {
		t.Errorf("%s says that %s is damaged at byte %s, and it is at %d", n.name, file, found[2], at)
	}
	if !strings.Contains(said, former) {
		t.Errorf("%s does not say that it was %s", n.name, former)
	}
	if kept, err := filepath.Glob(file + ".damaged*"); err != nil || len(kept) == 0 {
		t.Errorf("%s has not kept %s: %v", n.name, file, err)
	}
}
