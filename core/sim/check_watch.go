package sim

import (
	"bytes"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// watching follows one watch: what it may bring next is exactly what was
// committed behind where it stands.
type watching struct {
	asked   frame.Watch
	begun   bool
	through journal.Position
	state   []journal.Item // what has come of the state behind a gap; nil when all of it has
}

func (g *god) checkChanges(who string, w *watching, got frame.Changes) {
	if got.Failure != nil {
		return
	}
	from := w.through
	switch {
	case got.Ahead:
		return
	case got.Gap || w.state != nil:
		g.checkState(who, w, got)
		return
	case !w.begun && w.asked.From.IsZero():
		if len(got.Events) > 0 {
			g.fail("watch", "%s got events with the begin of a watch", who)
		}
		w.begun, w.through = true, got.Through
		return
	}
	if !w.begun {
		from, w.begun = w.asked.From, true
	}
	w.through = got.Through
	k := g.known[got.Through]
	if got.Through.Index < from.Index {
		g.fail("watch", "%s: a watch goes back from %v to %v", who, from, got.Through)
		return
	}
	if got.Through.IsZero() || g.unclean > 0 {
		return // after a loss the history that was watched need not be this one
	}
	if k == nil || int(got.Through.Index) > len(g.commits) || g.commits[got.Through.Index-1] != k {
		g.fail("watch", "%s: changes through %v, which is not committed", who, got.Through)
		return
	}
	var want []journal.Event
	for _, k := range g.commits[from.Index:got.Through.Index] {
		for _, c := range k.entry.Writes() {
			if c.Key == w.asked.Prefix || !w.asked.Exact && len(c.Key) > len(w.asked.Prefix) && c.Key[:len(w.asked.Prefix)] == w.asked.Prefix {
				want = append(want, journal.Event{
					Position: k.entry.Position, Key: c.Key, Value: c.Value, Deleted: c.Deleted,
					Deadline: c.Deadline, Expired: k.entry.IsExpiry(),
				})
			}
		}
	}
	if !slices.EqualFunc(got.Events, want, sameEvent) {
		g.fail("watch", "%s: changes from %v to %v are%s, should be%s", who, from, got.Through, g.events(got.Events), g.events(want))
	}
}

// checkState takes a part of the state behind a gap. With the last one it has to
// be what the keys were at the position named.
func (g *god) checkState(who string, w *watching, got frame.Changes) {
	if got.Gap {
		w.state = []journal.Item{}
	} else if got.Through != w.through {
		g.fail("watch", "%s: a state at %v goes on at %v", who, w.through, got.Through)
	}
	w.begun, w.through = true, got.Through
	w.state = append(w.state, got.Items...)
	if len(got.Events) > 0 {
		g.fail("watch", "%s got events with the state", who)
	}
	if got.More {
		return
	}
	k := g.known[got.Through]
	if k != nil && int(got.Through.Index) <= len(g.commits) && g.commits[got.Through.Index-1] == k {
		want := g.states.scan(w.asked.Prefix, w.asked.Exact, got.Through.Index, k.entry.Time)
		if !slices.EqualFunc(w.state, want, sameItem) {
			g.fail("watch", "%s: the state at %v is%s, should be%s", who, got.Through, g.items(w.state), g.items(want))
		}
	}
	w.state = nil
}

func (g *god) events(all []journal.Event) string {
	t := text{names: g.w.names}
	for _, e := range all {
		t.say(" ").position(e.Position).say(" ").key(e.Key).say("=").value(e.Value)
	}
	return string(t.buf)
}

func sameEvent(a, b journal.Event) bool {
	return a.Position == b.Position && a.Key == b.Key && a.Deleted == b.Deleted && bytes.Equal(a.Value, b.Value) &&
		a.Deadline == b.Deadline && a.Expired == b.Expired && a.Retracted == b.Retracted
}
