package sim

import (
	"bytes"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// checkRead compares an answer with the state at the position it names. That
// latest reads are of a late enough position is for [World.checkLinearizable].
func (g *god) checkRead(who string, asked frame.Read, got frame.ReadReply) {
	if got.Failure != nil {
		return
	}
	p := got.Position
	k := g.known[p]
	switch {
	case p.IsZero():
		if len(got.Items) > 0 {
			g.fail("reads", "%s read something before the first entry", who)
		}
		return
	case k == nil:
		g.fail("reads", "%s read at %v, which nobody made", who, p)
		return
	}
	inHistory := int(p.Index) <= len(g.commits) && g.commits[p.Index-1] == k
	if asked.Level != frame.LevelLocal && !inHistory && !k.atRisk {
		g.fail("reads", "%s read %s at %v, which is not committed", who, asked.Key, p)
		return
	}
	if !inHistory {
		g.checkLocalRead(who, asked, got, k)
		return
	}
	want := g.states.scan(asked.Key, asked.Exact, p.Index)
	if got.More {
		want = want[:min(len(want), len(got.Items))] // the rest did not fit
	}
	if !slices.EqualFunc(got.Items, want, sameItem) {
		g.fail("reads", "%s read %q at %v and got%s, it was%s", who, asked.Key, p, g.items(got.Items), g.items(want))
	}
}

func (g *god) items(all []journal.Item) string {
	t := text{names: g.w.names}
	for _, i := range all {
		t.say(" ").key(i.Key).say("=").value(i.Value).say("@").num(uint64(i.Revision))
	}
	return string(t.buf)
}

func sameItem(a, b journal.Item) bool {
	return a.Key == b.Key && a.Revision == b.Revision && bytes.Equal(a.Value, b.Value)
}

// checkLocalRead looks for each key back along the journal that was read.
func (g *god) checkLocalRead(who string, asked frame.Read, got frame.ReadReply, at *known) {
	if !asked.Exact {
		return
	}
	var want []journal.Item
search:
	for k := at; k != nil; k = k.prev {
		for _, c := range k.entry.Changes {
			if c.Key != asked.Key {
				continue
			}
			if !c.Deleted {
				want = []journal.Item{{Key: c.Key, Value: c.Value, Revision: k.entry.Position.Index}}
			}
			break search
		}
	}
	if !slices.EqualFunc(got.Items, want, sameItem) {
		g.fail("reads", "%s read %q at %v and got%s, it was%s", who, asked.Key, at.entry.Position, g.items(got.Items), g.items(want))
	}
}

// watching follows one watch: what it may bring next is exactly what was
// committed behind where it stands.
type watching struct {
	asked   frame.Watch
	begun   bool
	through journal.Position
}

func (g *god) checkChanges(who string, w *watching, got frame.Changes) {
	if got.Failure != nil {
		return
	}
	from := w.through
	if !w.begun && w.asked.From.IsZero() || got.Gap {
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
		for _, c := range k.entry.Changes {
			if c.Key == w.asked.Prefix || !w.asked.Exact && len(c.Key) > len(w.asked.Prefix) && c.Key[:len(w.asked.Prefix)] == w.asked.Prefix {
				want = append(want, journal.Event{Position: k.entry.Position, Key: c.Key, Value: c.Value, Deleted: c.Deleted})
			}
		}
	}
	if !slices.EqualFunc(got.Events, want, sameEvent) {
		g.fail("watch", "%s: changes from %v to %v are%s, should be%s", who, from, got.Through, g.events(got.Events), g.events(want))
	}
}

func (g *god) events(all []journal.Event) string {
	t := text{names: g.w.names}
	for _, e := range all {
		t.say(" ").position(e.Position).say(" ").key(e.Key).say("=").value(e.Value)
	}
	return string(t.buf)
}

func sameEvent(a, b journal.Event) bool {
	return a.Position == b.Position && a.Key == b.Key && a.Deleted == b.Deleted && bytes.Equal(a.Value, b.Value)
}
