package register

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func version(v Version, number journal.EpochNumber, list ...Seat) Register {
	return Register{Version: v, Epoch: journal.Epoch{Number: number, Master: list[0].Node}, InSync: list}
}

func TestAdopt(t *testing.T) {
	adopted := func(v Version, number journal.EpochNumber, list ...Seat) *Register {
		return &Register{Version: v, Epoch: journal.Epoch{Number: number}, InSync: list, Awaiting: true}
	}
	for name, c := range map[string]struct {
		own, offered Register
		want         *Register // nil: the relay's own stands
	}{
		"a relay without a register takes what is offered": {Register{}, version(12, 7, seat('a')), adopted(13, 8, seat('a'))},
		"an empty register is no offer":                    {Register{}, Register{}, nil},
		"and takes nothing away":                           {version(12, 7, seat('a')), Register{}, nil},
		"its own value is not newer":                       {version(12, 7, seat('a')), version(12, 7, seat('a')), nil},
		"an older version is not newer":                    {version(12, 7, seat('a')), version(11, 7, seat('b')), nil},
		"an older epoch is not newer whatever its version": {version(12, 7, seat('a')), version(99, 6, seat('b')), nil},
		"a newer version is":                               {version(12, 7, seat('a')), version(14, 7, seat('a'), seat('b')), adopted(15, 8, seat('a'), seat('b'))},
		"a newer epoch is":                                 {version(12, 7, seat('a')), version(14, 9, seat('b')), adopted(15, 10, seat('b'))},
		"and no number falls":                              {version(12, 7, seat('a')), version(3, 9, seat('b')), adopted(13, 10, seat('b'))},
		"what is newer than the adopted one is newer": {
			*adopted(13, 8, seat('a'), seat('x')), version(14, 7, seat('a')), adopted(15, 8, seat('a')),
		},
		"what was adopted is not":                       {*adopted(13, 8, seat('a')), version(12, 7, seat('a')), nil},
		"nor the adopted value itself":                  {*adopted(13, 8, seat('a')), *adopted(13, 8, seat('a')), nil},
		"a mastership granted above the adopted one is": {*adopted(13, 8, seat('a')), version(13, 8, seat('b')), adopted(14, 9, seat('b'))},
		"after a claim the past is old":                 {version(14, 9, seat('a')), version(40, 8, seat('b')), nil},
		"an older relay meets what a newer one adopted": {version(12, 7, seat('a')), *adopted(13, 8, seat('a')), adopted(14, 8, seat('a'))},
		"and meets it after it has granted that number": {
			version(12, 8, seat('a')), *adopted(13, 8, seat('a')), adopted(14, 9, seat('a')),
		},
	} {
		t.Run(name, func(t *testing.T) {
			next, ok := Adopt(c.own, c.offered)
			if ok != (c.want != nil) {
				t.Fatalf("adopted %v: %+v", ok, next)
			}
			want := c.own
			if ok {
				want = *c.want
			}
			if !reflect.DeepEqual(next, want) {
				t.Errorf("got  %+v\nwant %+v", next, want)
			}
		})
	}
}

// A relay without its register meets the nodes of one history in any order.
func TestWhateverTheOrderOfTheOffersTheNewestListIsAwaited(t *testing.T) {
	history := []Register{
		version(1, 1, seat('a')),
		version(2, 1, seat('a'), seat('b')),
		version(3, 1, seat('a'), seat('b'), seat('c')),
		version(4, 2, seat('b'), seat('a'), seat('c')),
		version(5, 2, seat('b'), seat('c')),
		version(6, 3, seat('c'), seat('b')),
		version(7, 3, seat('c')),
	}
	newest := history[len(history)-1]
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var relay Register
		offers := append([]Register{}, history...)
		rng.Shuffle(len(offers), func(i, j int) { offers[i], offers[j] = offers[j], offers[i] })
		for _, offer := range offers {
			next, ok := Adopt(relay, offer)
			if ok && (next.Compare(relay) <= 0 || next.Version <= offer.Version || next.Epoch.Number <= offer.Epoch.Number) {
				t.Fatalf("%+v met %+v and became %+v", relay, offer, next)
			}
			relay = next
		}
		if !reflect.DeepEqual(relay.InSync, newest.InSync) || !relay.Awaiting {
			t.Fatalf("offered %+v, the relay awaits %+v", offers, relay)
		}
		for _, offer := range append(offers, relay) {
			if next, ok := Adopt(relay, offer); ok {
				t.Fatalf("%+v met %+v again and became %+v", relay, offer, next)
			}
		}
	}
}

func TestAnImpossibleRegisterIsFound(t *testing.T) {
	long := version(1, 1, seat('a'))
	for i := range MaxSeats {
		long.InSync = append(long.InSync, Seat{Node: journal.NodeID{1, byte(i >> 8), byte(i)}})
	}
	lossy := version(1, 1, seat('a'))
	lossy.Losses = make([]Loss, MaxLosses+1)
	for name, bad := range map[string]Register{
		"version 0 with a list":    {InSync: []Seat{seat('a')}},
		"version 0 with an epoch":  {Epoch: epoch(1, 'a')},
		"no list":                  {Version: 1, Epoch: epoch(1, 'a')},
		"no epoch":                 {Version: 1, InSync: []Seat{seat('a')}},
		"a node twice":             version(1, 1, seat('a'), seat('b'), volatileSeat('a')),
		"a seat of nobody":         {Version: 1, Epoch: journal.Epoch{Number: 1}, InSync: []Seat{{}}},
		"a master not in the list": {Version: 1, Epoch: epoch(1, 'b'), InSync: []Seat{seat('a')}},
		"a version near its end":   version(raiseMax+1, 1, seat('a')),
		"an epoch near its end":    version(1, raiseMax+1, seat('a')),
		"a list that is too long":  long,
		"too many losses":          lossy,
	} {
		if bad.Check() == nil {
			t.Errorf("%s: not found", name)
		}
	}
	long.InSync = long.InSync[:MaxSeats]
	for _, good := range []Register{{}, version(raiseMax, raiseMax, seat('a')), long, {Version: 3, Epoch: journal.Epoch{Number: 3}, InSync: []Seat{seat('a')}, Awaiting: true}} {
		if err := good.Check(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
}

// A mastership of an adopted list may be the work of a copy that was taken off
// the list long ago. Until it has brought up everybody in it, nobody can take
// over from it alone.
func TestAnAdoptedListIsAwaitedUntilItsMasterSettlesIt(t *testing.T) {
	adopted, _ := Adopt(Register{}, version(7, 3, seat('a'), seat('b')))
	all := Scene{Present: []Member{process('a'), process('b')}}
	claimed, err := Claim(adopted, all, id('b'), 5)
	if err != nil || !claimed.Awaiting || claimed.isAdopted() {
		t.Fatalf("%+v: %v", claimed, err)
	}
	alone := Scene{Present: []Member{process('b')}, Absent: []Absence{{Node: id('a')}}, Held: true}
	if next, err := Handover(claimed, alone, Passing{Version: claimed.Version, Epoch: claimed.Epoch}); outcome(t, next, err).reason != Gone {
		t.Errorf("it was handed over without a: %+v", next)
	}
	amended, err := Amend(claimed, alone, Amendment{Version: claimed.Version, Epoch: claimed.Epoch})
	if err != nil || !amended.Awaiting {
		t.Errorf("an amendment settled it without saying so: %+v, %v", amended, err)
	}
	settled, err := Amend(claimed, alone, Amendment{Version: claimed.Version, Epoch: claimed.Epoch, Settled: true})
	if err != nil || settled.Awaiting {
		t.Fatalf("%+v: %v", settled, err)
	}
	alone.Held = false
	if next, err := Claim(claimed, alone, id('b'), 6); outcome(t, next, err).reason != StillAwaits {
		t.Errorf("it was claimed without a: %+v", next)
	}
	if _, err := Claim(settled, alone, id('b'), 6); err != nil {
		t.Errorf("settled, and not claimed: %v", err)
	}

	// Another relay that has lost its register takes it for newer than where it
	// came from.
	if next, ok := Adopt(adopted, claimed); !ok || next.Epoch.Number <= claimed.Epoch.Number || !next.isAdopted() {
		t.Errorf("%+v met %+v and became %+v", adopted, claimed, next)
	}
	if next, ok := Adopt(claimed, adopted); ok {
		t.Errorf("%+v met %+v and became %+v", claimed, adopted, next)
	}
}

func TestASecondHistoryGivesWayWithALossOnRecord(t *testing.T) {
	opened := version(4, 2, seat('x'))
	opened.Epoch.Master = id('x')
	old := version(9, 5, seat('a'), seat('b'))
	old.Epoch.Master = id('a')
	old.Losses = []Loss{{Epoch: epoch(3, 'a'), At: 1, Missing: []journal.NodeID{id('z')}}}
	if !Outlives(opened, old) || Outlives(Register{}, old) || Outlives(opened, version(9, 2, seat('a'))) {
		t.Error("an offered value counts instead of what was opened, where it has a higher epoch")
	}
	next := GiveWay(opened, old, 7)
	want := []Loss{old.Losses[0], {Epoch: epoch(5, 'a'), At: 7, Missing: []journal.NodeID{id('x')}}}
	if !next.isAdopted() || next.Epoch.Number != 6 || next.Version != 10 || !reflect.DeepEqual(next.Losses, want) {
		t.Errorf("it became %+v", next)
	}
	if lost := next.Losses[1].Epoch; lost.Compare(opened.Epoch) <= 0 {
		t.Errorf("the loss at %v does not tell the copies of epoch %v that they may start over", lost, opened.Epoch)
	}
	newer := version(11, 5, seat('b'))
	newer.Losses = old.Losses
	if again, ok := Adopt(next, newer); !ok || !reflect.DeepEqual(again.Losses, want) || len(again.InSync) != 1 {
		t.Errorf("a newer offer of the old history made it %+v", again)
	}
}
