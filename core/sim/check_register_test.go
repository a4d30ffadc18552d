package sim

import (
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// held is a register whose master is the first of the nodes in sync; adopted is
// the same list without a master, as a relay has it that had lost its own.
func held(version register.Version, number journal.EpochNumber, nodes ...byte) register.Register {
	r := register.Register{Version: version, Epoch: journal.Epoch{Number: number, Master: journal.NodeID{nodes[0]}}}
	for _, n := range nodes {
		r.InSync = append(r.InSync, register.Seat{Node: journal.NodeID{n}})
	}
	return r
}

func adopted(version register.Version, number journal.EpochNumber, nodes ...byte) register.Register {
	r := held(version, number, nodes...)
	r.Epoch.Master, r.Awaiting = journal.NodeID{}, true
	return r
}

func TestTheChecksOfTheRegisterSeeWhatIsWrong(t *testing.T) {
	awaited := func(r register.Register) register.Register { r.Awaiting = true; return r }
	lost := func(_ *god, v *relayView) { *v = relayView{amnesiac: true} }
	values := func(all ...register.Register) func(*god, *relayView) {
		return func(g *god, v *relayView) {
			for _, r := range all {
				g.registered(v, r)
			}
		}
	}
	older := &copyView{name: "a", disk: logView{}}
	older.disk.meta.Register = held(5, 4, 'a')

	for name, c := range map[string]struct {
		does  []func(*god, *relayView)
		check string // "" where nothing is wrong
	}{
		"a mastership after the other": {
			[]func(*god, *relayView){values(held(1, 1, 'a'), held(2, 1, 'a', 'b'), held(3, 2, 'b', 'a'))}, "",
		},
		"a relay without a register adopts one, and grants the epoch above all": {
			[]func(*god, *relayView){values(held(1, 1, 'a'), held(2, 2, 'a')), lost, values(adopted(3, 3, 'a'), awaited(held(4, 4, 'a')), held(5, 4, 'a'))}, "",
		},
		"a relay without a register adopts an older value, and then a newer one": {
			[]func(*god, *relayView){values(held(1, 1, 'a', 'b'), held(2, 2, 'b', 'a')), lost, values(adopted(2, 2, 'a', 'b'), adopted(3, 3, 'b', 'a'), awaited(held(4, 4, 'a', 'b')))}, "",
		},
		"a relay without a register opens the room anew": {
			[]func(*god, *relayView){values(held(1, 1, 'a')), lost, values(held(1, 1, 'b'))}, "register amnesia",
		},
		"a relay with an old register goes on with it": {
			[]func(*god, *relayView){values(held(1, 1, 'a'), held(2, 1, 'a', 'b'), held(3, 2, 'b', 'a')),
				func(_ *god, v *relayView) { *v = relayView{held(1, 1, 'a'), true} }, values(held(2, 2, 'a'))}, "register amnesia",
		},
		"an epoch is granted from an older list than the newest": {
			[]func(*god, *relayView){values(held(1, 1, 'a', 'b'), held(2, 2, 'b', 'a'), held(3, 3, 'a', 'b')), lost,
				values(adopted(2, 2, 'a', 'b'), awaited(held(3, 3, 'b', 'a')))}, "register amnesia",
		},
		"a write is answered in an epoch whose number another master has had": {
			[]func(*god, *relayView){values(held(1, 1, 'a')), func(g *god, _ *relayView) {
				g.checkNumber(&copyView{name: "b"}, journal.Epoch{Number: 1, Master: journal.NodeID{'b'}})
			}}, "register amnesia",
		},
		"a write is answered in the epoch that was granted": {
			[]func(*god, *relayView){values(held(1, 1, 'a')), func(g *god, _ *relayView) {
				g.checkNumber(&copyView{name: "a"}, journal.Epoch{Number: 1, Master: journal.NodeID{'a'}})
			}}, "",
		},
		"a master by an older value than it has stored": {
			[]func(*god, *relayView){func(g *god, _ *relayView) { g.checkFloor(older, held(4, 4, 'a')) }}, "register floor",
		},
		"a master by the value that it has stored": {
			[]func(*god, *relayView){func(g *god, _ *relayView) { g.checkFloor(older, held(5, 4, 'a')) }}, "",
		},
		"a version twice": {[]func(*god, *relayView){values(held(1, 1, 'a'), held(1, 1, 'a', 'b'))}, "register"},
		"a master that is not in the list before": {
			[]func(*god, *relayView){values(held(1, 1, 'a'), held(2, 2, 'b'))}, "register",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(Options{Seed: 1}, true)
			for _, do := range c.does {
				do(w.god, &w.relay.view)
			}
			switch {
			case c.check == "" && w.failure != nil:
				t.Errorf("nothing is wrong, and %s says: %s", w.failure.Check, w.failure.Text)
			case c.check != "" && (w.failure == nil || w.failure.Check != c.check):
				t.Errorf("the check %q should have seen it; got %+v", c.check, w.failure)
			}
		})
	}
}
