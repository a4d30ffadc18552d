package host

import (
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func at(epoch journal.EpochNumber, index journal.Index) journal.Position {
	return journal.Position{Epoch: journal.Epoch{Number: epoch, Master: journal.NodeID{byte(epoch)}}, Index: index}
}

func TestATokenAsksOfEachMastershipOnce(t *testing.T) {
	var k token
	for _, p := range []journal.Position{at(1, 4), at(1, 9), at(1, 7), at(3, 12), {}, at(2, 10)} {
		k.note(p)
	}
	for _, want := range []journal.Position{at(1, 9), at(2, 10)} {
		if p, only := k.next(false); p != want || only {
			t.Errorf("asks for %v, the last: %v; wanted %v", p, only, want)
		}
		k.covered(want, at(3, 12))
	}
	for range 2 {
		if p, only := k.next(false); p != at(3, 12) || !only {
			t.Errorf("asks for %v, the last: %v; wanted the newest, for good", p, only)
		}
		k.covered(at(3, 12), at(3, 12))
	}
}

func TestACutIsToldByOneReadOnly(t *testing.T) {
	var k token
	k.note(at(1, 9))
	if !k.cut(at(1, 9), at(1, 5)) {
		t.Error("nobody tells it")
	}
	if k.cut(at(1, 9), at(1, 5)) {
		t.Error("it is told twice")
	}
	if p, only := k.next(false); p != at(1, 5) || !only {
		t.Errorf("goes on from %v", p)
	}
	k.note(at(2, 7))
	if !k.cut(at(1, 5), at(1, 2)) {
		t.Error("nobody tells of the second one")
	}
	if p, only := k.next(false); p != at(2, 7) || !only {
		t.Errorf("goes back to %v", p)
	}
}

func TestATokenIsBounded(t *testing.T) {
	var k token
	for n := range journal.EpochNumber(3 * tokenMax) {
		k.note(at(n+1, journal.Index(n)+1))
	}
	if len(k.seen) != tokenMax {
		t.Errorf("%d positions are kept", len(k.seen))
	}
	if newest := k.seen[tokenMax-1]; newest != at(3*tokenMax, 3*tokenMax) {
		t.Errorf("the newest kept is %v", newest)
	}
}

// A deposed master that comes back still has what the room has not: that it has
// it says nothing before it has come to the present mastership.
func TestACopyOfAnEarlierMastershipCoversNothing(t *testing.T) {
	var k token
	k.note(at(1, 100))
	k.note(at(2, 61))
	if k.covered(at(1, 100), at(1, 104)) {
		t.Error("covered by a copy that is not in epoch 2")
	}
	if newest, only := k.next(true); newest != at(2, 61) || only {
		t.Errorf("then it asks for %v, the last: %v", newest, only)
	}
	if p, only := k.next(false); p != at(1, 100) || only {
		t.Errorf("and again for %v, the last: %v", p, only)
	}
	if !k.cut(at(1, 100), at(1, 60)) {
		t.Error("nobody tells it")
	}
}
