package core_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// mortals writes keys that all have the same time to live.
func (h *house) mortals(r *resident, seq uint64, count, keyBytes int, ttl time.Duration) uint64 {
	h.t.Helper()
	for first := 0; first < count; first += 500 {
		w := frame.Write{Origin: journal.Origin{Seq: seq}}
		for i := first; i < min(first+500, count); i++ {
			w.Ops = append(w.Ops, frame.Set{Key: fmt.Sprintf("%0*d", keyBytes, i), Value: []byte("v"), TTL: ttl})
		}
		if got := h.written(r, w); got.Failure != nil {
			h.t.Fatal(got.Failure)
		}
		seq++
	}
	return seq
}

// expiries lists how many keys each expiry entry took away that a node has stored.
func (r *resident) expiries() []int {
	var all []int
	for _, record := range r.records {
		if a, ok := record.(core.Append); ok {
			for _, e := range a.Entries {
				if e.IsExpiry() {
					all = append(all, len(e.Changes))
				}
			}
		}
	}
	return all
}

func keysOf(r *resident, h *house) uint64 {
	h.t.Helper()
	return h.ask(r, frame.Probe{ID: 1}).(frame.Report).Keys
}

func TestKeysExpireInBatchesWithinTheLimits(t *testing.T) {
	for _, test := range []struct {
		keys, keyBytes int
		want           string
	}{
		{frame.BatchMaxOps, 8, "[1000]"},
		{frame.BatchMaxOps + 1, 8, "[1000 1]"},
		{2500, 8, "[1000 1000 500]"},
		{1000, frame.KeyMaxBytes, "[1000]"},
	} {
		h := newHouse(t)
		a, b := h.add("a"), h.add("b")
		h.mortals(a, 1, test.keys, test.keyBytes, 500*time.Millisecond)
		h.advance(490 * time.Millisecond)
		if got := a.expiries(); len(got) > 0 {
			t.Errorf("before the deadline %v keys are taken away", got)
		}
		h.advance(60 * time.Millisecond)
		if got := fmt.Sprint(a.expiries()); got != test.want {
			t.Errorf("%d keys of %d bytes: expiries of %s keys, wanted %s", test.keys, test.keyBytes, got, test.want)
		}
		if left := keysOf(a, h) + keysOf(b, h); left > 0 {
			t.Errorf("%d keys are left", left)
		}
	}
}

func TestOneExpiryAtATimeIsOnItsWayToTheDisk(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.mortals(a, 1, 2500, 8, 500*time.Millisecond)
	a.slow = true
	h.advance(2 * time.Second)
	if got := fmt.Sprint(a.expiries()); got != "[1000]" {
		t.Errorf("a slow disk got expiries of %s keys", got)
	}
	h.persist(a)
	h.run()
	if got := fmt.Sprint(a.expiries()); got != "[1000 1000]" {
		t.Errorf("after its write it got expiries of %s keys", got)
	}
}

func TestKeysThatBecomeDueOneAfterTheOtherShareExpiries(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	for i := range 200 {
		w := set(uint64(i+1), fmt.Sprint(i), "v", journal.AckAsync)
		w.Ops = []frame.Op{frame.Set{Key: fmt.Sprint(i), TTL: time.Second + time.Duration(i)*time.Millisecond}}
		h.written(a, w)
	}
	h.advance(900 * time.Millisecond)
	for range 400 {
		h.now = h.now.Add(time.Millisecond)
		h.step(a, core.Wake{})
		h.run()
	}
	if got := len(a.expiries()); got > 21 || keysOf(a, h) > 0 {
		t.Errorf("%d expiries of 200 keys within 200 ms, %d keys left", got, keysOf(a, h))
	}
}

func TestNothingExpiresDuringAHandover(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	h.settle(a, 1, 2)
	b.misses = isData // so that it does not come to an end
	h.mortals(a, 2, 1, 8, 500*time.Millisecond)
	h.step(a, core.Asked{Frame: frame.Yield{ID: 1, Successor: b.node.Status().Node, Wait: 2 * time.Second}})
	h.run()
	h.advance(time.Second)
	if got := a.expiries(); len(got) > 0 {
		t.Errorf("expiries of %v keys during a handover", got)
	}
	h.advance(3 * time.Second) // it is called off
	if got := fmt.Sprint(a.expiries()); got != "[1]" {
		t.Errorf("afterwards, expiries of %s keys", got)
	}
}

func TestAKeyThatIsSetAgainDoesNotExpire(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.mortals(a, 1, 1, 8, 500*time.Millisecond)
	a.slow = true
	w := set(2, "00000000", "new", journal.AckAsync)
	w.Wait = time.Minute
	h.step(a, core.Asked{Frame: w})
	h.advance(time.Second)
	if got := a.expiries(); len(got) > 0 {
		t.Errorf("expiries of %v keys", got)
	}
	if got := h.get(a, "00000000", frame.LevelLocal); got != "new" {
		t.Errorf("read %q", got)
	}
}
