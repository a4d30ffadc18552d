package register

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

var everySetting = Settings{
	Election: ElectVote, MinInSync: 2, Ack: Ack{Given: true, Ack: journal.AckOne}, NoVolatile: true, LagLimit: time.Second,
}

func TestConfigure(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), volatileSeat('b')}}
	adopted, inMemory, allInMemory, choosy := value, value, value, value
	adopted.Epoch.Master, adopted.Awaiting = journal.NodeID{}, true
	inMemory.Epoch.Master = id('b')
	allInMemory.InSync = value.InSync[1:]
	allInMemory.Epoch.Master = id('b')
	choosy.Settings = Settings{NoVolatile: true}
	with := func(r Register, s Settings) ruled {
		r.Version, r.Settings = r.Version+1, s
		return ruled{next: r}
	}
	for name, c := range map[string]struct {
		value    Register
		version  Version
		held     bool
		settings Settings
		want     ruled
	}{
		"all of them at once":                         {value, 9, true, everySetting, with(value, everySetting)},
		"without a master":                            {value, 9, false, everySetting, ruled{reason: StillAwaits}},
		"back to the defaults":                        {choosy, 9, true, Settings{}, with(choosy, Settings{})},
		"an older version":                            {value, 8, true, everySetting, ruled{reason: Stale}},
		"a room without history":                      {Register{}, 0, false, everySetting, ruled{reason: NotAllowed}},
		"an adopted list":                             {adopted, 9, false, everySetting, ruled{reason: StillAwaits}},
		"out of range":                                {value, 9, true, Settings{LagLimit: 2 * MaxLagLimit}, ruled{reason: OutOfRange}},
		"no volatile nodes under a volatile master":   {inMemory, 9, true, everySetting, ruled{reason: NotAllowed}},
		"no volatile nodes where all in sync are":     {allInMemory, 9, true, everySetting, ruled{reason: NotAllowed}},
		"another one where volatile nodes are barred": {choosy, 9, true, everySetting, with(choosy, everySetting)},
	} {
		t.Run(name, func(t *testing.T) {
			next, err := Configure(c.value, Scene{Held: c.held}, c.version, c.settings)
			c.want.check(t, outcome(t, next, err))
		})
	}
}

func TestEverySettingHasARange(t *testing.T) {
	for name, bad := range map[string]Settings{
		"election":    {Election: 4},
		"min-in-sync": {MinInSync: MaxSeats + 1},
		"ack":         {Ack: Ack{Given: true, Ack: MaxSeats}},
		"room's ack":  {Ack: Ack{Given: true, Ack: journal.AckRoom}},
		"lag-limit":   {LagLimit: MinLagLimit - 1},
		"long lag":    {LagLimit: MaxLagLimit + 1},
		"below zero":  {LagLimit: -1},
	} {
		r := version(3, 1, seat('a'))
		r.Settings = bad
		if bad.Check() == nil || r.Check() == nil {
			t.Errorf("%s: not found", name)
		}
	}
	for _, good := range []Settings{
		{}, everySetting, {LagLimit: MinLagLimit}, {LagLimit: MaxLagLimit, MinInSync: MaxSeats},
		{Ack: Ack{Given: true, Ack: MaxSeats - 1}}, {Ack: Ack{Given: true, Ack: journal.AckAll}}, {Ack: Ack{Given: true}},
	} {
		if err := good.Check(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	if (Register{Settings: everySetting}).Check() == nil {
		t.Error("settings of a room without history: not found")
	}
}

func TestEveryOtherChangeKeepsTheSettings(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b')}, Settings: everySetting}
	scene := Scene{Present: []Member{process('a'), process('b'), process('c')}, Held: true}
	vacant := scene
	vacant.Held = false
	inMemory := value
	inMemory.InSync = []Seat{volatileSeat('x')}
	for name, change := range map[string]func() (Register, error){
		"claim": func() (Register, error) { return Claim(value, vacant, id('b'), 5) },
		"reopen": func() (Register, error) {
			s := vacant
			s.Absent = []Absence{{Node: id('x')}}
			return Claim(inMemory, s, id('b'), 5)
		},
		"amend": func() (Register, error) {
			return Amend(value, scene, Amendment{Version: 9, Epoch: value.Epoch, Add: []Addition{{id('c'), 1}}})
		},
		"hand over": func() (Register, error) {
			return Handover(value, scene, Passing{Version: 9, Epoch: value.Epoch, Successor: id('b')})
		},
		"take over": func() (Register, error) {
			return TakeOver(value, Scene{Present: []Member{process('c')}}, 9, id('c'))
		},
		"adopt": func() (Register, error) {
			next, _ := Adopt(version(3, 2, seat('x')), value)
			return next, nil
		},
		"give way": func() (Register, error) { return GiveWay(version(3, 2, seat('x')), value, 1), nil },
		"anew":     func() (Register, error) { return Anew(value, 4, id('n'), 1), nil },
	} {
		next, err := change()
		if err != nil || next.Settings != everySetting || reflect.DeepEqual(next, value) {
			t.Errorf("%s: %+v, %v", name, next, err)
		}
	}
}

func TestACopyInMemoryIsKeptOutWhereTheRoomTakesNone(t *testing.T) {
	settings := Settings{NoVolatile: true}
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), volatileSeat('b')}, Settings: settings}
	all := []Member{process('a'), tab('b'), tab('c')}
	gone := value
	gone.InSync = []Seat{volatileSeat('x')}
	for name, refused := range map[string]func() (Register, error){
		"claim": func() (Register, error) { return Claim(value, Scene{Present: all}, id('b'), 5) },
		"reopen": func() (Register, error) {
			return Claim(gone, Scene{Present: all, Absent: []Absence{{Node: id('x')}}}, id('c'), 5)
		},
		"amend": func() (Register, error) {
			return Amend(value, Scene{Present: all, Held: true}, Amendment{Version: 9, Epoch: value.Epoch, Add: []Addition{{id('c'), 1}}})
		},
		"hand over": func() (Register, error) {
			return Handover(value, Scene{Present: all, Held: true}, Passing{Version: 9, Epoch: value.Epoch, Successor: id('b')})
		},
	} {
		next, err := refused()
		if got := outcome(t, next, err); got.reason != NotAllowed {
			t.Errorf("%s: %+v, %v", name, next, err)
		}
	}
	resigned, err := Handover(value, Scene{Present: all, Held: true}, Passing{Version: 9, Epoch: value.Epoch})
	if outcome(t, resigned, err).reason != Gone {
		t.Errorf("it was passed on to a copy in memory: %+v", resigned)
	}
	removed, err := Amend(value, Scene{Present: all, Held: true}, Amendment{Version: 9, Epoch: value.Epoch, Remove: []journal.NodeID{id('b')}})
	if err != nil || len(removed.InSync) != 1 {
		t.Errorf("it could not be removed: %+v, %v", removed, err)
	}
}

func TestBarredAreThoseInSyncAndPresentWhereNobodyMayLead(t *testing.T) {
	r := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b'), volatileSeat('c')}}
	choosy := r
	choosy.Settings.NoVolatile = true
	bystander := process('b')
	bystander.Candidate = false
	for name, c := range map[string]struct {
		value   Register
		present []Member
		want    []journal.NodeID
	}{
		"a candidate is there":          {r, []Member{bystander, tab('c')}, nil},
		"no candidate is there":         {r, []Member{bystander, process('d')}, []journal.NodeID{id('b')}},
		"the settings keep one out":     {choosy, []Member{bystander, tab('c')}, []journal.NodeID{id('b'), id('c')}},
		"nobody who is in sync is here": {r, []Member{process('d')}, nil},
	} {
		if got := c.value.Barred(c.present); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
