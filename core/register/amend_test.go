package register

import (
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func TestAmend(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b')}}
	amended := func(list ...Seat) ruled {
		return ruled{next: Register{Version: 10, Epoch: value.Epoch, InSync: list}}
	}
	add := func(letter byte, inc journal.Incarnation) []Addition {
		return []Addition{{Node: id(letter), Incarnation: inc}}
	}
	client := Member{Node: id('e'), Incarnation: 1, Kind: KindClient}
	scene := Scene{Present: []Member{process('a'), process('c'), tab('d'), client}, Held: true}

	for name, c := range map[string]struct {
		amendment Amendment
		want      ruled
	}{
		"an added node comes last":              {Amendment{Add: add('c', 1)}, amended(seat('a'), seat('b'), seat('c'))},
		"a node in memory gets a volatile seat": {Amendment{Add: add('d', 1)}, amended(seat('a'), seat('b'), volatileSeat('d'))},
		"a removed node need not be connected":  {Amendment{Remove: []journal.NodeID{id('b')}}, amended(seat('a'))},
		"removing who is not there is no error": {Amendment{Remove: []journal.NodeID{id('x')}}, amended(seat('a'), seat('b'))},
		"adding who is there keeps its place":   {Amendment{Add: add('a', 1)}, amended(seat('a'), seat('b'))},
		"both in one": {
			Amendment{Add: add('c', 1), Remove: []journal.NodeID{id('b')}}, amended(seat('a'), seat('c')),
		},
		"the master can't be removed":             {Amendment{Remove: []journal.NodeID{id('a')}}, ruled{reason: NotAllowed}},
		"nobody is both added and removed":        {Amendment{Add: add('c', 1), Remove: []journal.NodeID{id('c')}}, ruled{reason: NotAllowed}},
		"an older incarnation is gone":            {Amendment{Add: add('c', 0)}, ruled{reason: Gone}},
		"a newer incarnation has not caught up":   {Amendment{Add: add('c', 2)}, ruled{reason: Gone}},
		"a node that is not connected is gone":    {Amendment{Add: add('b', 1)}, ruled{reason: Gone}},
		"a client has no copy":                    {Amendment{Add: add('e', 1)}, ruled{reason: Gone}},
		"one refused addition refuses the others": {Amendment{Add: append(add('c', 1), add('x', 1)...)}, ruled{reason: Gone}},
		"an older version is stale":               {Amendment{Version: 8, Add: add('c', 1)}, ruled{reason: Stale}},
		"another epoch is stale":                  {Amendment{Epoch: epoch(3, 'a'), Add: add('c', 1)}, ruled{reason: Stale}},
		"the same number of another master is stale": {
			Amendment{Epoch: epoch(4, 'b'), Add: add('c', 1)}, ruled{reason: Stale},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.amendment.Version == 0 {
				c.amendment.Version = value.Version
			}
			if c.amendment.Epoch.IsZero() {
				c.amendment.Epoch = value.Epoch
			}
			next, err := Amend(value, scene, c.amendment)
			c.want.check(t, outcome(t, next, err))
		})
	}
	t.Run("who does not hold the mastership is stale", func(t *testing.T) {
		next, err := Amend(value, Scene{Present: scene.Present}, Amendment{Version: 9, Epoch: value.Epoch})
		ruled{reason: Stale}.check(t, outcome(t, next, err))
	})
	if !slices.Equal(value.InSync, []Seat{seat('a'), seat('b')}) {
		t.Errorf("the value before was changed: %v", value.InSync)
	}
}

func TestTheInSyncListHasALimit(t *testing.T) {
	value := Register{Version: 9, Epoch: journal.Epoch{Number: 4, Master: journal.NodeID{9, 9}}, InSync: []Seat{{Node: journal.NodeID{9, 9}}}}
	for i := 1; i < MaxSeats; i++ {
		value.InSync = append(value.InSync, Seat{Node: journal.NodeID{1, byte(i >> 8), byte(i)}})
	}
	last := Amendment{Version: 9, Epoch: value.Epoch, Add: []Addition{{Node: id('c'), Incarnation: 1}}}
	scene := Scene{Present: []Member{process('c')}, Held: true}
	if next, err := Amend(value, scene, last); outcome(t, next, err).reason != NotAllowed {
		t.Errorf("a list of %d nodes was made", len(next.InSync))
	}
	last.Remove = []journal.NodeID{value.InSync[5].Node}
	if next, err := Amend(value, scene, last); err != nil || len(next.InSync) != MaxSeats {
		t.Errorf("%d nodes: %v", len(next.InSync), err)
	}
}

func TestHandover(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b'), volatileSeat('c'), seat('d')}}
	bystander := process('d')
	bystander.Candidate = false
	scene := Scene{Present: []Member{process('a'), tab('c'), bystander, process('e')}, Held: true}
	passed := func(master byte) ruled {
		return ruled{next: Register{Version: 10, Epoch: epoch(5, master), InSync: value.InSync}}
	}
	for name, c := range map[string]struct {
		passing Passing
		want    ruled
	}{
		"a named successor":                          {Passing{Version: 9, Epoch: value.Epoch, Successor: id('c')}, passed('c')},
		"a resignation goes to the first who can":    {Passing{Version: 9, Epoch: value.Epoch}, passed('c')},
		"a successor that is not connected is gone":  {Passing{Version: 9, Epoch: value.Epoch, Successor: id('b')}, ruled{reason: Gone}},
		"a successor must be in sync":                {Passing{Version: 9, Epoch: value.Epoch, Successor: id('e')}, ruled{reason: NotInSync}},
		"a successor must be a candidate":            {Passing{Version: 9, Epoch: value.Epoch, Successor: id('d')}, ruled{reason: NotAllowed}},
		"a master is not its own successor":          {Passing{Version: 9, Epoch: value.Epoch, Successor: id('a')}, ruled{reason: NotAllowed}},
		"an older version is stale":                  {Passing{Version: 8, Epoch: value.Epoch, Successor: id('c')}, ruled{reason: Stale}},
		"the same number of another master is stale": {Passing{Version: 9, Epoch: epoch(4, 'b'), Successor: id('c')}, ruled{reason: Stale}},
	} {
		t.Run(name, func(t *testing.T) {
			next, err := Handover(value, scene, c.passing)
			c.want.check(t, outcome(t, next, err))
		})
	}
	t.Run("who does not hold the mastership is stale", func(t *testing.T) {
		next, err := Handover(value, Scene{Present: scene.Present}, Passing{Version: 9, Epoch: value.Epoch})
		ruled{reason: Stale}.check(t, outcome(t, next, err))
	})
	t.Run("a resignation without a successor is refused", func(t *testing.T) {
		next, err := Handover(value, Scene{Present: []Member{process('a'), bystander}, Held: true}, Passing{Version: 9, Epoch: value.Epoch})
		ruled{reason: Gone}.check(t, outcome(t, next, err))
	})
}

func TestSuccession(t *testing.T) {
	hidden := process('c')
	hidden.Visible = false
	eager := tab('e')
	eager.Priority = 5
	list := []Seat{volatileSeat('f'), volatileSeat('e'), seat('c'), seat('d'), seat('b'), seat('a'), volatileSeat('g')}
	present := []Member{process('a'), process('b'), hidden, eager, tab('f'), tab('h')}

	got := Succession(list, present, journal.NodeID{})
	want := []journal.NodeID{id('b'), id('a'), id('c'), id('e'), id('f')}
	if !slices.Equal(got, want) {
		t.Errorf("durable, visible, priority, age: got %q, want %q", got, want)
	}
	if got := Succession(list, present, id('b')); !slices.Equal(got, want[1:]) {
		t.Errorf("without the master: got %q, want %q", got, want[1:])
	}
	if got := Succession(nil, present, journal.NodeID{}); len(got) != 0 {
		t.Errorf("without a list: %q", got)
	}
}
