package register

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

func id(letter byte) journal.NodeID { return journal.NodeID{letter} }

func process(letter byte) Member {
	return Member{Node: id(letter), Incarnation: 1, Kind: KindProcess, Candidate: true, Durable: true, Visible: true}
}

func tab(letter byte) Member {
	return Member{Node: id(letter), Incarnation: 1, Kind: KindTab, Candidate: true, Visible: true}
}

func seat(letter byte) Seat         { return Seat{Node: id(letter), Incarnation: 1} }
func volatileSeat(letter byte) Seat { return Seat{Node: id(letter), Incarnation: 1, Volatile: true} }

func epoch(number journal.EpochNumber, master byte) journal.Epoch {
	return journal.Epoch{Number: number, Master: id(master)}
}

// ruled is what a rule made of a register: the next value, or why not.
type ruled struct {
	next   Register
	reason Reason
	after  time.Duration
}

func outcome(t *testing.T, next Register, err error) ruled {
	t.Helper()
	if err == nil {
		return ruled{next: next}
	}
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Text == "" {
		t.Fatalf("a rule refused with %#v", err)
	}
	return ruled{reason: refusal.Reason, after: refusal.After}
}

func (want ruled) check(t *testing.T, got ruled) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestClaim(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b')}}
	adopted := Register{Version: 9, Epoch: journal.Epoch{Number: 4}, InSync: value.InSync, Awaiting: true}
	granted := func(master byte, list ...Seat) Register {
		return Register{Version: 10, Epoch: epoch(5, master), InSync: list}
	}
	unsettled := granted('b', value.InSync...)
	unsettled.Awaiting = true
	client := Member{Node: id('b'), Kind: KindClient, Candidate: true}
	bystander := process('b')
	bystander.Candidate = false

	for name, c := range map[string]struct {
		value  Register
		scene  Scene
		number journal.EpochNumber
		want   ruled
	}{
		"an in-sync candidate gets the next epoch": {
			value, Scene{Present: []Member{process('b')}, Absent: []Absence{{Node: id('a')}}}, 5,
			ruled{next: granted('b', value.InSync...)},
		},
		"an epoch already granted is refused": {
			value, Scene{Present: []Member{process('b')}}, 4, ruled{reason: Stale},
		},
		"an epoch may not be left out": {
			value, Scene{Present: []Member{process('b')}}, 6, ruled{reason: Stale},
		},
		"a connected master is not replaced": {
			value, Scene{Present: []Member{process('a'), process('b')}, Held: true}, 5, ruled{reason: MasterHere},
		},
		"a master that came back by a new connection is not the master": {
			value, Scene{Present: []Member{process('a'), process('b')}}, 5, ruled{next: granted('b', value.InSync...)},
		},
		"a client is refused though it calls itself a candidate": {
			value, Scene{Present: []Member{client}}, 5, ruled{reason: NotAllowed},
		},
		"a node that is no candidate is refused": {
			value, Scene{Present: []Member{bystander}}, 5, ruled{reason: NotAllowed},
		},
		"a node that is not connected is refused": {
			value, Scene{Present: []Member{process('a')}}, 5, ruled{reason: Gone},
		},
		"a node outside the list is refused": {
			Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a')}},
			Scene{Present: []Member{process('b')}, Absent: []Absence{{Node: id('a')}}}, 5, ruled{reason: NotInSync},
		},
		"a new room opens to its first durable candidate": {
			Register{}, Scene{Present: []Member{process('b')}, OpenIn: time.Second}, 1,
			ruled{next: Register{Version: 1, Epoch: epoch(1, 'b'), InSync: []Seat{seat('b')}}},
		},
		"a new room makes a volatile candidate wait": {
			Register{}, Scene{Present: []Member{tab('b')}, OpenIn: 90 * time.Millisecond}, 1,
			ruled{reason: NotYet, after: 90 * time.Millisecond},
		},
		"a new room makes a volatile candidate wait for a durable one that is there": {
			Register{}, Scene{Present: []Member{tab('b'), process('c')}}, 1,
			ruled{reason: NotYet, after: retryAfter},
		},
		"a new room opens to a volatile candidate that has waited": {
			Register{}, Scene{Present: []Member{tab('b')}}, 1,
			ruled{next: Register{Version: 1, Epoch: epoch(1, 'b'), InSync: []Seat{volatileSeat('b')}}},
		},
		"an adopted register waits for all of its nodes": {
			adopted, Scene{Present: []Member{process('b')}, Absent: []Absence{{Node: id('a')}}}, 5, ruled{reason: StillAwaits},
		},
		"an adopted register is claimed once all are there, and is awaited until they are settled": {
			adopted, Scene{Present: []Member{process('a'), process('b')}}, 5, ruled{next: unsettled},
		},
	} {
		t.Run(name, func(t *testing.T) {
			next, err := Claim(c.value, c.scene, id('b'), c.number)
			c.want.check(t, outcome(t, next, err))
		})
	}
}

func TestReopen(t *testing.T) {
	inMemory := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{volatileSeat('a'), volatileSeat('b')}}
	gone := []Absence{{Node: id('a')}, {Node: id('b')}}
	reopened := Register{
		Version: 10, Epoch: epoch(5, 'c'), InSync: []Seat{seat('c')},
		Losses: []Loss{{Epoch: epoch(5, 'c'), At: 77, Missing: []journal.NodeID{id('a'), id('b')}}},
	}
	awaiting, mixed := inMemory, inMemory
	awaiting.Awaiting = true
	mixed.InSync = []Seat{volatileSeat('a'), seat('b')}

	for name, c := range map[string]struct {
		value  Register
		absent []Absence
		want   ruled
	}{
		"copies in memory that are gone": {inMemory, gone, ruled{next: reopened}},
		"copies in memory of which one may return": {
			inMemory, []Absence{{Node: id('a')}, {Node: id('b'), GoneIn: time.Second}},
			ruled{reason: NotYet, after: time.Second},
		},
		"copies in memory of which one is connected":                  {inMemory, gone[:1], ruled{reason: NotInSync}},
		"a durable copy among those that are gone":                    {mixed, gone, ruled{reason: NotInSync}},
		"an adopted register whose copies are all in memory and gone": {awaiting, gone, ruled{next: reopened}},
		"an adopted register of which one copy in memory is connected": {
			awaiting, gone[:1], ruled{reason: StillAwaits},
		},
		"an adopted register whose copies in memory may return": {
			awaiting, []Absence{{Node: id('a'), GoneIn: time.Second}, {Node: id('b')}},
			ruled{reason: NotYet, after: time.Second},
		},
	} {
		t.Run(name, func(t *testing.T) {
			present := []Member{process('c')}
			if len(c.absent) == 1 {
				present = []Member{tab('b'), process('c')}
			}
			next, err := Claim(c.value, Scene{Now: 77, Present: present, Absent: c.absent}, id('c'), 5)
			c.want.check(t, outcome(t, next, err))
		})
	}
}

func TestOnlyTheNewestLossesAreKept(t *testing.T) {
	r := Register{Version: 1, Epoch: epoch(1, 'a'), InSync: []Seat{volatileSeat('a')}}
	for range MaxLosses + 3 {
		claimant := tab('a')
		if r.Epoch.Master == claimant.Node {
			claimant = tab('b')
		}
		before := len(r.Losses)
		next, err := Reopen(r, Scene{Present: []Member{claimant}, Absent: []Absence{{Node: r.Epoch.Master}}}, claimant.Node)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Losses) != before {
			t.Fatal("the value before was changed")
		}
		r = next
	}
	if len(r.Losses) != MaxLosses || r.Losses[MaxLosses-1].Epoch != r.Epoch || r.Losses[0].Epoch.Number != 5 {
		t.Errorf("%d losses, from epoch %v", len(r.Losses), r.Losses[0].Epoch)
	}
}
