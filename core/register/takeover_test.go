package register

import (
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

// takeOverByC asks for a takeover by c at version 9.
func takeOverByC(r Register, s Scene) (Register, error) { return TakeOver(r, s, 9, id('c')) }

func TestTakeOver(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b')}, Settings: Settings{MinInSync: 2}}
	withC, adopted, choosy := value, value, value
	withC.InSync = []Seat{seat('a'), seat('c').as(1), seat('b')}
	adopted.Epoch.Master, adopted.Awaiting = journal.NodeID{}, true
	adoptedWithC := withC
	adoptedWithC.Epoch.Master, adoptedWithC.Awaiting = journal.NodeID{}, true
	choosy.Settings.NoVolatile = true
	bystander, client := process('b'), Member{Node: id('c'), Kind: KindClient}
	bystander.Candidate = false
	spectator := process('c')
	spectator.Candidate = false

	taken := func(awaiting bool, missing []journal.NodeID, list ...Seat) ruled {
		next := Register{Version: 10, Epoch: epoch(5, 'c'), InSync: list, Awaiting: awaiting, Settings: value.Settings}
		if missing != nil {
			next.Losses = []Loss{{Epoch: next.Epoch, At: 77, Missing: missing, Taken: true}}
		}
		return ruled{next: next}
	}
	both := []journal.NodeID{id('a'), id('b')}
	for name, c := range map[string]struct {
		value   Register
		present []Member
		held    bool
		want    ruled
	}{
		"of a room whose in-sync nodes are all missing": {value, []Member{process('c')}, false, taken(false, both, seat('c'))},
		"by a copy that is no candidate and in memory":  {value, []Member{{Node: id('c'), Incarnation: 1, Kind: KindTab}}, false, taken(false, both, volatileSeat('c'))},
		"of a room without history":                     {Register{}, []Member{process('c')}, false, ruled{reason: NotAllowed}},
		"while the master is connected":                 {value, []Member{process('a'), process('c')}, true, ruled{reason: MasterHere}},
		"while an in-sync candidate is connected":       {value, []Member{process('b'), process('c')}, false, ruled{reason: InSyncHere}},
		"by a node that is not connected":               {value, []Member{process('d')}, false, ruled{reason: Gone}},
		"by a client":                                   {value, []Member{client}, false, ruled{reason: Gone}},
		"by an older copy than the one in sync":         {Register{Version: 9, Epoch: epoch(4, 'c'), InSync: []Seat{seat('c').as(2)}}, []Member{process('c')}, false, ruled{reason: Outdated}},
		"by a copy in memory where the room takes none": {choosy, []Member{tab('c')}, false, ruled{reason: NotAllowed}},
		"beside an in-sync node that is no candidate, which is awaited": {
			value, []Member{bystander, process('c')}, false, taken(true, both[:1], seat('c'), seat('b')),
		},
		"by an in-sync node that is only no candidate": {withC, []Member{spectator}, false, taken(false, both, seat('c'))},
		"by an in-sync node while all are present is no loss": {
			Register{Version: 9, Epoch: epoch(4, 'c'), InSync: []Seat{seat('c'), seat('b')}, Settings: value.Settings},
			[]Member{bystander, spectator}, false, taken(true, nil, seat('c'), seat('b')),
		},
		"of an adopted list of which nobody is present":           {adopted, []Member{process('c')}, false, taken(false, both, seat('c'))},
		"of an adopted list of which a bystander is present":      {adopted, []Member{bystander, process('c')}, false, ruled{reason: InSyncHere}},
		"of an adopted list by one of it beside another":          {adoptedWithC, []Member{process('b'), process('c')}, false, taken(true, both[:1], seat('c'), seat('b'))},
		"of an adopted list by one of it, all the others missing": {adoptedWithC, []Member{process('c')}, false, taken(false, both, seat('c'))},
	} {
		t.Run(name, func(t *testing.T) {
			before := slices.Clone(c.value.InSync)
			next, err := takeOverByC(c.value, Scene{Now: 77, Present: c.present, Held: c.held})
			c.want.check(t, outcome(t, next, err))
			if !slices.Equal(c.value.InSync, before) {
				t.Error("the value before was changed")
			}
		})
	}
	if _, err := TakeOver(value, Scene{Present: []Member{process('c')}}, 8, id('c')); outcome(t, value, err).reason != Stale {
		t.Errorf("of an older version: %v", err)
	}
	_, err := takeOverByC(value, Scene{Present: []Member{process('a'), process('b'), process('c')}})
	if err == nil || !strings.Contains(err.Error(), id('a').String()+", "+id('b').String()) {
		t.Errorf("it does not name who is present: %v", err)
	}
}

// A copy in sync that the settings keep out can't be master, so that it does not
// stand in the way of one that can.
func TestACopyThatTheRoomKeepsOutDoesNotPreventATakeover(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), volatileSeat('b')}, Settings: Settings{NoVolatile: true}}
	next, err := takeOverByC(value, Scene{Now: 77, Present: []Member{tab('b'), process('c')}})
	if err != nil || len(next.InSync) != 2 || !next.Awaiting || len(next.Losses) != 1 {
		t.Errorf("%+v, %v", next, err)
	}
}

// The node that was taken for the best may be lost before it opens. What the
// others present had is not given up for it.
func TestATakeoverThatFailsLeavesTheCopiesThatWerePresentAwaited(t *testing.T) {
	bystander := process('b')
	bystander.Candidate = false
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b')}}
	next, err := takeOverByC(value, Scene{Now: 77, Present: []Member{bystander, process('c')}})
	if err != nil {
		t.Fatal(err)
	}
	alone := Scene{Present: []Member{process('c')}, Absent: []Absence{{Node: id('b')}}}
	if again, err := Claim(next, alone, id('c'), 6); outcome(t, again, err).reason != StillAwaits {
		t.Errorf("it was claimed without b: %+v, %v", again, err)
	}
}
