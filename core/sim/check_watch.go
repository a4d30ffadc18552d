package sim

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// watching follows one watch from what its user was told: what may come next is
// what the history has behind where it stands, or a gap and the whole state.
type watching struct {
	asked   frame.Watch
	begun   bool
	through journal.Position

	// Behind a gap, until all parts of the state are there.
	inState bool
	items   []journal.Item

	taken []journal.Event // back, while there are more to take
}

// resumeAt is where another copy is to go on with the watch. A part of a state,
// or of what is to be taken back, is nothing to stand on.
func (w *watching) resumeAt() journal.Position {
	if w.inState {
		return core.Nowhere
	}
	return w.through
}

func (g *god) checkChanges(who string, w *watching, got frame.Changes) {
	switch {
	case got.Failure != nil:
	case got.Ahead:
		if w.begun || len(got.Events)+len(got.Items) > 0 || got.Through.Index >= w.asked.From.Index {
			g.fail("watch", "%s: a watch from %v is told that %v is before it", who, w.asked.From, got.Through)
		}
	case got.Gap, w.inState:
		g.checkState(who, w, got)
	case len(got.Events) > 0 && got.Events[0].Retracted:
		g.checkRetracted(who, w, got)
	case !w.begun && w.asked.From.IsZero():
		if len(got.Events) > 0 {
			g.fail("watch", "%s got events with the begin of a watch", who)
		}
		w.begun, w.through = true, got.Through
	default:
		g.checkEvents(who, w, got)
	}
}

// checkState: behind a gap comes every key of the state at Through.
func (g *god) checkState(who string, w *watching, got frame.Changes) {
	if got.Gap {
		w.items, w.through, w.taken = nil, got.Through, nil
	}
	if len(got.Events) > 0 || got.Through != w.through {
		g.fail("watch", "%s: a part of the state at %v has%s, and is at %v", who, w.through, g.events(got.Events), got.Through)
	}
	w.items = append(w.items, got.Items...)
	w.begun, w.inState = true, got.More
	k := g.known[w.through]
	if w.inState || k == nil || g.unclean > 0 {
		return
	}
	if !g.isCommitted(k) {
		g.fail("watch", "%s: the state behind a gap is at %v, which is not committed", who, w.through)
		return
	}
	want := g.states.scan(w.asked.Prefix, w.asked.Exact, w.through.Index, k.entry.Time)
	if !slices.EqualFunc(w.items, want, sameItem) && !g.hasSpoilt() {
		g.fail("watch", "%s: the state behind a gap at %v is%s, should be%s", who, w.through, g.items(w.items), g.items(want))
	}
}

// checkEvents: each change behind where the watch stands, once and in order. One
// of level local may have stood on what was cut, if it was shown none of that.
func (g *god) checkEvents(who string, w *watching, got frame.Changes) {
	from := w.through
	if !w.begun {
		from, w.begun = w.asked.From, true
	}
	w.through = got.Through
	to := g.known[got.Through]
	if g.unclean > 0 {
		return // after a loss the history that was watched need not be this one
	}
	if to == nil {
		g.fail("watch", "%s: changes through %v, which nobody made", who, got.Through)
		return
	}
	if w.asked.Level == frame.LevelCommitted && !g.isCommitted(to) {
		g.fail("watch", "%s: changes through %v, which is not committed", who, got.Through)
	}
	base := common(g.known[from], to)
	if shown := g.eventsOn(w, base, g.known[from]); len(shown) > 0 {
		g.fail("watch", "%s: changes through %v, and%s were not taken back", who, got.Through, g.events(shown))
	}
	if w.asked.Level == frame.LevelCommitted && base != g.known[from] {
		g.fail("watch", "%s: a watch goes from %v to %v, which is not behind it", who, from, got.Through)
	}
	if want := g.eventsOn(w, base, to); !slices.EqualFunc(got.Events, want, sameEvent) {
		g.fail("watch", "%s: changes from %v to %v are%s, should be%s", who, from, got.Through, g.events(got.Events), g.events(want))
	}
}

// checkRetracted: what is taken back is what was shown and has been cut, the
// newest entry first, and each key is as it is behind all of that.
func (g *god) checkRetracted(who string, w *watching, got frame.Changes) {
	w.taken = append(w.taken, got.Events...)
	if got.Through == core.Nowhere {
		w.through = got.Through
		return // more of it to come
	}
	from := w.through
	if len(w.taken) > len(got.Events) {
		from = w.taken[0].Position
	}
	taken := w.taken
	w.through, w.taken = got.Through, nil
	if g.unclean > 0 {
		return
	}
	base := common(g.known[from], g.known[got.Through])
	want := g.eventsOn(w, base, g.known[from])
	slices.SortStableFunc(want, func(a, b journal.Event) int { return cmp.Compare(b.Position.Index, a.Position.Index) })
	for i := range want {
		k := g.known[want[i].Position]
		item, found := g.itemAt(base, want[i].Key)
		want[i].Value, want[i].Deadline = item.Value, item.Deadline
		want[i].Deleted, want[i].Expired, want[i].Retracted = !found, false, true
		if g.isCommitted(k) {
			g.fail("watch", "%s: %v is taken back, and it is committed", who, want[i].Position)
		}
	}
	if w.asked.Level != frame.LevelLocal || !slices.EqualFunc(taken, want, sameEvent) && !g.hasSpoilt() {
		g.fail("watch", "%s: back from %v to %v these are taken back:%s; should be%s", who, from, got.Through, g.events(taken), g.events(want))
	}
}

func (g *god) isCommitted(k *known) bool {
	i := int(k.entry.Position.Index)
	return i <= len(g.commits) && g.commits[i-1] == k
}

// common is the newest entry that two journals share; nil for none.
func common(a, b *known) *known {
	for a != b {
		if b == nil || a != nil && a.entry.Position.Index >= b.entry.Position.Index {
			a = a.prev
		} else {
			b = b.prev
		}
	}
	return a
}

// eventsOn lists what a watch is to see of the entries behind one and up to
// another one of its journal.
func (g *god) eventsOn(w *watching, behind, upTo *known) []journal.Event {
	var path []*known
	for k := upTo; k != behind; k = k.prev {
		path = append(path, k)
	}
	slices.Reverse(path)
	var all []journal.Event
	for _, k := range path {
		for _, c := range k.entry.Writes() {
			if c.Key == w.asked.Prefix || !w.asked.Exact && strings.HasPrefix(c.Key, w.asked.Prefix) {
				all = append(all, journal.Event{
					Position: k.entry.Position, Key: c.Key, Value: c.Value, Deleted: c.Deleted,
					Deadline: c.Deadline, Expired: k.entry.IsExpiry(),
				})
			}
		}
	}
	return all
}

// checkWatches: at the end no watch has missed anything.
func (g *god) checkWatches() {
	for _, u := range g.w.users {
		if u.watch != nil && u.watch.inState && g.isFollowed(u) {
			g.fail("watch", "%s still waits for the rest of a state", u.name)
		} else if missed := g.missedBy(u); missed != nil {
			g.fail("watch", "%s has a watch through %v, and was never told of%s", u.name, u.watch.through, g.events(missed))
		}
	}
}

// isFollowed reports whether a user has a watch of which everything is known.
func (g *god) isFollowed(u *user) bool {
	return u.watchID != 0 && u.watch != nil && u.watch.begun && g.unclean == 0 && len(g.commits) > 0
}

// missedBy lists what is committed and the watch of a user has not been told.
func (g *god) missedBy(u *user) []journal.Event {
	if !g.isFollowed(u) || u.watch.inState {
		return nil
	}
	last := g.commits[len(g.commits)-1]
	return g.eventsOn(u.watch, common(g.known[u.watch.through], last), last)
}

func (g *god) events(all []journal.Event) string {
	t := text{names: g.w.names}
	for _, e := range all {
		t.event(e)
	}
	return string(t.buf)
}

func sameEvent(a, b journal.Event) bool {
	return a.Position == b.Position && a.Key == b.Key && a.Deleted == b.Deleted && bytes.Equal(a.Value, b.Value) &&
		a.Deadline == b.Deadline && a.Expired == b.Expired && a.Retracted == b.Retracted
}
