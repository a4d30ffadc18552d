//go:build !windows

package crashtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// writesPerSecondMin is how many writes must be acknowledged per second: all of
// them from the first round to the last one, by all of that time, the outages
// that the kills cause included. A kill that meets an idle room shows nothing.
const writesPerSecondMin = 500

// roundsPerRoom is how many rounds one room has. Every key is written once, so
// that each write can be told from all others; a room that only grows would take
// ever longer to start a node.
const roundsPerRoom = 50

// TestKillRounds kills processes at random moments while others write, and
// starts each again on its folder: in half of the rounds the master, in others a
// replica, two nodes at once, all nodes and the relay, or two nodes while the
// third one sleeps, which then takes over with what it has.
func TestKillRounds(t *testing.T) {
	var total tally
	for first, all := 0, rounds(); first < all; first += roundsPerRoom {
		n := min(all-first, roundsPerRoom)
		t.Run(fmt.Sprintf("%d from %d", n, first+1), func(t *testing.T) {
			one := killRounds(t, chance(t, first), n)
			t.Log(one)
			total.add(one)
		})
	}
	t.Log("all: ", total)
	// A few rounds say nothing about an average.
	if rate := total.rate(); rate < writesPerSecondMin && rounds() >= roundsPerRoom && !t.Failed() {
		t.Errorf("%.0f writes/s, of at least %d", rate, writesPerSecondMin)
	}
}

func killRounds(t *testing.T, random *rand.Rand, rounds int) tally {
	r := openRoom(t, deadSoon...)
	w := startWriters(t, r, newLedger())
	w.startBallast(t, r)
	w.ledger.waitMore(t, 1)
	first := w.ledger.newest()
	k := &killer{room: r, ledger: w.ledger, random: random}
	acksBefore, began := w.ledger.count(acked), time.Now()
	for _, whom := range k.deck(rounds) {
		k.round(t, whom)
	}
	k.tally.took, k.tally.made = time.Since(began), w.ledger.count(acked)-acksBefore
	r.waitWhole(t)
	w.stop()
	k.tally.takeovers = int(w.ledger.newest() - first)
	k.tally.sum = r.accountFor(t, w.ledger).sum()
	for _, n := range r.nodes {
		k.tally.segments += n.numbered(t, "*.journal")
		k.tally.snapshots += n.numbered(t, "*.snapshot")
	}
	if 2*k.tally.rounds[theMaster] < rounds {
		t.Errorf("the master was killed in %d of %d rounds only", k.tally.rounds[theMaster], rounds)
	}
	return k.tally
}

// tally is what came of some rounds.
type tally struct {
	rounds    [targets]int // by whom they killed
	took      time.Duration
	made      int // writes acknowledged meanwhile
	killed    int // processes, each of which was started again
	masters   int // rounds in which the master was among them
	takeovers int
	segments  int // files begun by all nodes
	snapshots int
	sum       sum
}

func (y *tally) add(o tally) {
	for i, n := range o.rounds {
		y.rounds[i] += n
	}
	y.took += o.took
	y.made += o.made
	y.killed += o.killed
	y.masters += o.masters
	y.takeovers += o.takeovers
	y.segments += o.segments
	y.snapshots += o.snapshots
	y.sum.add(o.sum)
}

// rate is writes per second.
func (y tally) rate() float64 { return float64(y.made) / y.took.Seconds() }

// String is the tally in a few lines.
func (y tally) String() string {
	var all int
	for _, n := range y.rounds {
		all += n
	}
	return fmt.Sprintf("%d rounds in %.1f s: %d of the master, %d of a replica, %d of two nodes, %d of two while one sleeps, %d of everything\n"+
		"%d processes killed and started again, the master in %d rounds; %d takeovers; %d segments and %d snapshots begun\n%.0f writes/s; %v",
		all, y.took.Seconds(), y.rounds[theMaster], y.rounds[aReplica], y.rounds[twoNodes], y.rounds[allButASleeper], y.rounds[everything],
		y.killed, y.masters, y.takeovers, y.segments, y.snapshots, y.rate(), y.sum)
}

// target is whom a round kills.
type target int

const (
	theMaster target = iota
	aReplica
	twoNodes
	everything     // all nodes and the relay
	allButASleeper // two nodes, while the third one is stopped
	targets
)

// killer makes the rounds.
type killer struct {
	*room
	ledger *ledger
	random *rand.Rand
	tally  tally
}

// deck returns the targets of the rounds in random order, half of them masters.
func (k *killer) deck(rounds int) []target {
	deck := make([]target, rounds)
	for i := range deck {
		deck[i] = aReplica
		switch {
		case 2*i < rounds:
			deck[i] = theMaster
		case i%16 == 3:
			deck[i] = allButASleeper
		case i%8 == 5:
			deck[i] = twoNodes
		case i%8 == 7:
			deck[i] = everything
		}
	}
	k.random.Shuffle(rounds, func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
	return deck
}

// round waits for a random moment, kills and starts again. One round in four
// does not wait until the room is whole after the one before, and half of the
// moments are in the middle of whatever comes after that.
func (k *killer) round(t *testing.T, whom target) {
	t.Helper()
	whole, soon := k.random.IntN(4) > 0, k.random.IntN(2) == 0
	moment, writes := k.upTo(300*time.Millisecond), 1+k.random.IntN(300)
	down, late := k.random.IntN(2) == 0, k.upTo(200*time.Millisecond)
	order := k.random.Perm(len(k.nodes))
	if whole || whom == allButASleeper {
		k.waitWhole(t)
	}
	if soon {
		pass(t, moment)
	} else {
		k.ledger.waitMore(t, writes)
	}
	victims := k.victims(t, whom, order)
	var sleeper *node
	if whom == allButASleeper {
		sleeper = victims[0]
		victims = victims[1:]
		k.sleep(t, k.ledger, sleeper)
	}
	for _, n := range victims {
		n.Signal(t, os.Kill)
	}
	if whom == everything {
		k.relay.Kill(t)
		k.relay.start(t)
		k.tally.killed++
	}
	for _, n := range victims {
		n.Kill(t) // it is gone when this returns
	}
	if sleeper != nil {
		k.wake(t, sleeper) // where the list had been amended already, it has nothing to take over
	}
	if down {
		pass(t, late)
	}
	for _, n := range victims {
		n.start(t, k.room)
	}
	k.tally.rounds[whom]++
	k.tally.killed += len(victims)
	for _, n := range k.nodes {
		if n.HasEnded() {
			t.Fatalf("%s has ended by itself, with status %d", n.name, n.Status())
		}
	}
}

// victims chooses the nodes of a round by the register of that moment. The order
// is that in which they are started again.
func (k *killer) victims(t *testing.T, whom target, order []int) []*node {
	t.Helper()
	var drawn []*node
	for _, i := range order {
		drawn = append(drawn, k.nodes[i])
	}
	master := k.master(t)
	if whom == theMaster {
		nodetest.WaitFor(t, "there is a master to kill", func() bool {
			master = k.master(t)
			return master != nil
		})
		drawn = []*node{master}
	}
	if whom == aReplica {
		if drawn[0] == master {
			drawn[0] = drawn[1]
		}
		drawn = drawn[:1]
	}
	if whom == twoNodes {
		drawn = drawn[:2]
	}
	if whom == allButASleeper && drawn[0] == master {
		drawn[0], drawn[1] = drawn[1], drawn[0]
	}
	if slices.Contains(drawn, master) {
		k.tally.masters++
	}
	return drawn
}

func (k *killer) upTo(limit time.Duration) time.Duration {
	return time.Duration(k.random.Int64N(int64(limit)))
}

// pass lets some time pass: a moment that depends on nothing that happens.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	began := time.Now()
	nodetest.WaitFor(t, "time passes", func() bool { return time.Since(began) >= d })
}
