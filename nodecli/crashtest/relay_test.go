//go:build !windows

package crashtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// lull is how long a room must not open that waits for somebody: longer than a
// node waits before it asks for the mastership.
const lull = 1500 * time.Millisecond

func TestARelayStartedAgainOnItsRegistersGoesOn(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	w := startWriters(t, r, newLedger())
	for range 3 {
		w.ledger.waitMore(t, 100)
		before := w.ledger.newest()
		r.relay.Kill(t)
		r.relay.start(t)
		nodetest.WaitFor(t, "a mastership begins, for none outlives its connection", func() bool { return w.ledger.newest() > before })
	}
	endOf(t, r, w)
}

// reign lets the room have some more masters, and registers.
func (r *room) reign(t *testing.T, w *writers) {
	t.Helper()
	for range 3 {
		r.waitWhole(t)
		w.ledger.waitMore(t, 30)
		master := r.master(t)
		master.Kill(t)
		w.ledger.waitMore(t, 30)
		master.start(t, r)
	}
	// Until something is committed by all, a node may not have stored yet that
	// all are in sync.
	r.waitWhole(t)
	w.ledger.waitMore(t, 100)
}

func TestARelayWithRegistersOfSomeEpochsAgoOpensWithAllOfTheNewestList(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	w := startWriters(t, r, newLedger())
	w.ledger.waitMore(t, 30)
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(r.relay.dir)); err != nil {
		t.Fatal(err)
	}
	r.reign(t, w)
	before := r.presence(t).Register
	r.timeout = "1s"
	missing := r.others(r.master(t))[0]
	r.relay.Kill(t) // first, or the list would be amended
	missing.Kill(t)
	if err := os.RemoveAll(r.relay.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(r.relay.dir, os.DirFS(old)); err != nil {
		t.Fatal(err)
	}
	r.relay.start(t)
	r.mustWaitFor(t, w.ledger, missing)
	missing.start(t, r)
	w.ledger.waitMore(t, 100)
	if after := r.presence(t).Register; after.Epoch.Number <= before.Epoch.Number || after.Version <= before.Version {
		t.Errorf("the register was %+v, and is %+v", before, after)
	}
	endOf(t, r, w)
}

func TestAnEmptyRelayIsNoNewRoomWhoeverComesFirst(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	w := startWriters(t, r, newLedger())
	r.reign(t, w)
	// The first to come was away when the newest writes were made: it offers an
	// older list, and has less.
	away := r.master(t)
	away.Kill(t)
	r.waitInSync(t, 2)
	w.ledger.waitMore(t, 200)
	before := r.presence(t).Register
	r.timeout = "1s"
	r.relay.Kill(t)
	rest := r.others(away)
	for _, n := range rest {
		n.Kill(t)
	}
	if err := os.RemoveAll(r.relay.dir); err != nil {
		t.Fatal(err)
	}
	r.relay.start(t)
	away.start(t, r)
	r.mustWaitFor(t, w.ledger, rest...)
	rest[0].start(t, r)
	r.mustWaitFor(t, w.ledger, rest[1])
	rest[1].start(t, r)
	w.ledger.waitMore(t, 100)
	if after := r.presence(t).Register; after.Epoch.Number <= before.Epoch.Number || len(after.Losses) > 0 {
		t.Errorf("the register was %+v, and is %+v", before, after)
	}
	endOf(t, r, w)
}

// mustWaitFor checks that the room says for whom it waits, to the nodes, to a
// newcomer and to people, and that nothing is acknowledged meanwhile.
func (r *room) mustWaitFor(t *testing.T, l *ledger, missing ...*node) {
	t.Helper()
	nodetest.WaitFor(t, "the room says that it waits", func() bool {
		waiting := r.presence(t).Waiting.For
		if len(waiting) != len(missing) {
			return false
		}
		for _, id := range waiting {
			if n := r.named(id); n == nil || !n.HasEnded() {
				return false
			}
		}
		return true
	})
	acksBefore := l.count(acked)
	text, status := r.run(t, "status")
	for _, n := range missing {
		if !strings.Contains(text, n.id) || !strings.Contains(text, "the room waits for") || status != 0 {
			t.Errorf("status %d does not say that the room waits for %s, which is %s:\n%s", status, n.name, n.id, text)
		}
	}
	for _, n := range r.nodes {
		if !n.HasEnded() {
			r.saysWaiting(t, n, missing)
		}
	}
	if out, status := r.run(t, "set", "waiting", "room", "--ack", "async", "--timeout", "200ms"); status != 6 {
		t.Errorf("a write to a room that waits ended with %d: %s", status, out)
	}
	pass(t, lull)
	if n := l.count(acked) - acksBefore; n > 0 {
		t.Errorf("%d writes were acknowledged while the room waited", n)
	}
}

// saysWaiting checks what a node tells that was started into a room that waits;
// others tell it when they are asked.
func (r *room) saysWaiting(t *testing.T, n *node, missing []*node) {
	t.Helper()
	if _, err := os.Stat(n.ready); err == nil {
		return
	}
	nodetest.WaitFor(t, n.name+" says for whom it waits", func() bool {
		said := n.log.Since(n.begun)
		for _, m := range missing {
			if !strings.Contains(said, m.id) {
				return false
			}
		}
		return strings.Contains(said, "waits for")
	})
}
