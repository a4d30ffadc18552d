//go:build !windows

package crashtest

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// How soon the relays of these tests give a silent node up: soon, so that the
// tests do not take long, and much later than a busy machine is silent.
var deadSoon = []string{"--ping", "200ms", "--dead-after", "1500ms"}

const shortStop = 400 * time.Millisecond // shorter than that

// stopped opens a room in which everybody writes, and a node to be stopped.
func stopped(t *testing.T, choose func(t *testing.T, r *room) *node) (*room, *writers, *node) {
	t.Helper()
	r := openRoom(t, deadSoon...)
	w := startWriters(t, r, newLedger())
	w.ledger.waitMore(t, 100)
	return r, w, choose(t, r)
}

func aMaster(t *testing.T, r *room) *node { return r.master(t) }

func aReplicaOf(t *testing.T, r *room) *node { return r.others(r.master(t))[0] }

// endOf waits until all is well again, and accounts for every write.
func endOf(t *testing.T, r *room, w *writers) *account {
	t.Helper()
	w.ledger.waitMore(t, 100)
	r.waitWhole(t)
	w.stop()
	a := r.accountFor(t, w.ledger)
	t.Log(a.sum())
	return a
}

func TestANodeStoppedForAMomentGoesOnAsWhatItWas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		choose func(t *testing.T, r *room) *node
	}{{"master", aMaster}, {"replica", aReplicaOf}} {
		t.Run(c.name, func(t *testing.T) {
			r, w, n := stopped(t, c.choose)
			before := r.presence(t).Register
			n.Signal(t, syscall.SIGSTOP)
			pass(t, shortStop)
			n.Signal(t, syscall.SIGCONT)
			w.ledger.waitMore(t, 100)
			if after := r.presence(t).Register; after.Epoch != before.Epoch || len(after.InSync) != len(before.InSync) {
				t.Errorf("the register was %+v, and after %v it is %+v", before, shortStop, after)
			}
			endOf(t, r, w)
		})
	}
}

func TestAMasterStoppedForLongerIsReplacedAndAcknowledgesNothingWhenItGoesOn(t *testing.T) {
	t.Parallel()
	r, w, master := stopped(t, aMaster)
	before := w.ledger.newest()
	master.Signal(t, syscall.SIGSTOP)
	nodetest.WaitFor(t, "another master acknowledges writes", func() bool { return w.ledger.newest() > before })
	w.ledger.waitMore(t, 200)
	acksBefore, newest := w.ledger.acks(before), w.ledger.newest()
	master.Signal(t, syscall.SIGCONT)
	w.ledger.waitMore(t, 200)
	r.waitInSync(t, len(r.nodes))
	if acks := w.ledger.acks(before); acks != acksBefore {
		t.Errorf("%d writes were acknowledged in epoch %d after it had been replaced", acks-acksBefore, before)
	}
	if w.ledger.newest() != newest {
		t.Errorf("epoch %d began because a node came back to epoch %d", w.ledger.newest(), newest)
	}
	endOf(t, r, w)
}

func TestWritesGoOnWithoutAReplicaStoppedForLongerUntilItHasCaughtUp(t *testing.T) {
	t.Parallel()
	r, w, replica := stopped(t, aReplicaOf)
	replica.Signal(t, syscall.SIGSTOP)
	r.waitInSync(t, len(r.nodes)-1)
	w.ledger.waitMore(t, 200)
	replica.Signal(t, syscall.SIGCONT)
	endOf(t, r, w)
}

// sleep stops a node, and lets the others acknowledge what it does not have.
func (r *room) sleep(t *testing.T, l *ledger, n *node) {
	t.Helper()
	n.Signal(t, syscall.SIGSTOP)
	l.waitMore(t, 100) // those that do not wait for it, and not only those that were on their way
}

// wake lets a node go on that is alone, and reports whether it is master then:
// it is if the others had no time to amend the list. As long as its old
// connection lives it would find there what it has missed.
func (r *room) wake(t *testing.T, n *node) bool {
	t.Helper()
	nodetest.WaitFor(t, "the relay gives a sleeper up", func() bool { return len(r.presence(t).Nodes) == 0 })
	n.Signal(t, syscall.SIGCONT)
	nodetest.WaitFor(t, "the sleeper is back", func() bool { return len(r.presence(t).Nodes) == 1 })
	if s := r.presence(t); !s.Register.IsInSync(s.Nodes[0].Member.Node) {
		return false
	}
	nodetest.WaitFor(t, "the sleeper is master", func() bool { return r.master(t) == n })
	return true
}

// The one way in which a write that was acknowledged can be cut: the master and
// those replicas that had it are lost at once, and one that has slept takes over.
func TestWhatATakeoverCutsIsAnOrphanOfThoseThatHadIt(t *testing.T) {
	t.Parallel()
	r, w, sleeper := stopped(t, aReplicaOf)
	others := r.others(sleeper)
	nodetest.WaitFor(t, "the sleeper takes over", func() bool {
		r.sleep(t, w.ledger, sleeper)
		for _, n := range others {
			n.Signal(t, os.Kill)
		}
		for _, n := range others {
			n.Kill(t)
		}
		tookOver := r.wake(t, sleeper)
		for _, n := range others {
			n.start(t, r)
		}
		r.waitWhole(t)
		return tookOver
	})
	if a := endOf(t, r, w); a.orphaned == 0 {
		t.Error("nothing was cut: this shows nothing")
	}
}
