package register

import (
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

// as is a member or a seat as a certain incarnation.
func (m Member) as(i journal.Incarnation) Member { m.Incarnation = i; return m }
func (s Seat) as(i journal.Incarnation) Seat     { s.Incarnation = i; return s }

func TestACopyOlderThanItsSeatIsNotInSync(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b').as(5)}}
	old, same, newer := process('b').as(4), process('b').as(5), process('b').as(6)
	for _, c := range []struct {
		member Member
		want   ruled
	}{
		{old, ruled{reason: Outdated}},
		{same, ruled{next: Register{Version: 10, Epoch: epoch(5, 'b'), InSync: []Seat{seat('a'), seat('b').as(5)}}}},
		{newer, ruled{next: Register{Version: 10, Epoch: epoch(5, 'b'), InSync: []Seat{seat('a'), seat('b').as(6)}}}},
	} {
		next, err := Claim(value, Scene{Present: []Member{c.member}}, id('b'), 5)
		c.want.check(t, outcome(t, next, err))
		if got, want := value.Outdates(c.member), c.want.reason == Outdated; got != want {
			t.Errorf("incarnation %d is outdated: %t, wanted %t", c.member.Incarnation, got, want)
		}
		heirs := Succession(value.InSync, []Member{c.member}, id('a'))
		if got, want := len(heirs) == 1, c.want.reason != Outdated; got != want {
			t.Errorf("incarnation %d may follow: %t, wanted %t", c.member.Incarnation, got, want)
		}
	}
	if value.InSync[1].Incarnation != 5 {
		t.Errorf("the value before was changed: %v", value.InSync)
	}

	scene := Scene{Present: []Member{process('a'), old}, Held: true}
	for _, successor := range []journal.NodeID{id('b'), {}} {
		next, err := Handover(value, scene, Passing{Version: 9, Epoch: value.Epoch, Successor: successor})
		ruled{reason: Gone}.check(t, outcome(t, next, err))
	}
}

func TestAHandoverNotesTheIncarnationOfTheSuccessor(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b').as(5)}}
	scene := Scene{Present: []Member{process('a'), process('b').as(7)}, Held: true}
	for _, successor := range []journal.NodeID{id('b'), {}} {
		next, err := Handover(value, scene, Passing{Version: 9, Epoch: value.Epoch, Successor: successor})
		ruled{next: Register{Version: 10, Epoch: epoch(5, 'b'), InSync: []Seat{seat('a'), seat('b').as(7)}}}.check(t, outcome(t, next, err))
	}
}

func TestAnAmendmentNotesTheIncarnationThatHasCaughtUp(t *testing.T) {
	value := Register{Version: 9, Epoch: epoch(4, 'a'), InSync: []Seat{seat('a'), seat('b').as(5)}}
	scene := Scene{Present: []Member{process('a'), process('b').as(6), process('c').as(3)}, Held: true}
	next, err := Amend(value, scene, Amendment{Version: 9, Epoch: value.Epoch, Add: []Addition{
		{Node: id('b'), Incarnation: 6}, {Node: id('c'), Incarnation: 3},
	}})
	want := []Seat{seat('a'), seat('b').as(6), seat('c').as(3)}
	if err != nil || !slices.Equal(next.InSync, want) {
		t.Errorf("got %v, %v; want %v", next.InSync, err, want)
	}
	if !next.IsInSyncAs(id('b'), 6) || next.IsInSyncAs(id('b'), 7) || value.IsInSyncAs(id('b'), 6) || next.IsInSyncAs(id('d'), 0) {
		t.Errorf("who is in sync as what: %v after %v", next.InSync, value.InSync)
	}
	if value.InSync[1].Incarnation != 5 {
		t.Errorf("the value before was changed: %v", value.InSync)
	}
}

// A copy that is closed in good order stays the same node, and may be started
// again with syncs where it had none, or without.
func TestASeatNotesWhetherTheCopyThatComesBackIsDurable(t *testing.T) {
	durable, volatile := process('a').as(6), process('a').as(6)
	volatile.Durable = false
	for _, c := range []struct {
		was  Seat
		now  Member
		want Seat
	}{
		{volatileSeat('a').as(5), durable, seat('a').as(6)},
		{seat('a').as(5), volatile, volatileSeat('a').as(6)},
	} {
		value := Register{Version: 9, Epoch: epoch(4, 'b'), InSync: []Seat{c.was, seat('b')}}
		scene := Scene{Present: []Member{c.now, process('b')}}
		claimed, err := Claim(value, scene, id('a'), 5)
		if err != nil || claimed.InSync[0] != c.want {
			t.Errorf("after a claim: %v, %v; want %v", claimed.InSync, err, c.want)
		}
		scene.Held = true
		amended, err := Amend(value, scene, Amendment{
			Version: 9, Epoch: value.Epoch, Add: []Addition{{Node: id('a'), Incarnation: 6}},
		})
		if err != nil || amended.InSync[0] != c.want {
			t.Errorf("after an amendment: %v, %v; want %v", amended.InSync, err, c.want)
		}
	}
}
