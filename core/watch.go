package core

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// watchKey names one watch of one asker.
type watchKey struct {
	asker journal.NodeID
	id    uint64
}

func (k watchKey) compare(other watchKey) int {
	return cmp.Or(bytes.Compare(k.asker[:], other.asker[:]), cmp.Compare(k.id, other.id))
}

// watchBook holds the watches served from this copy.
type watchBook struct {
	matches keyspace.Watches[watchKey]
	keys    []watchKey // sorted

	// later holds watches from a position this copy has not committed yet, and
	// all while it has committed nothing, or does not know what.
	later []laterWatch

	// first is where the room stood when this copy, empty until then, first
	// heard from its master or became it: watches that waited for that begin
	// behind it, and see what their asker writes next. 0 before.
	first journal.Index
}

// meet notes where the room stands at the first meeting. The first entry of all
// is an epoch start, which no watch misses.
func (b *watchBook) meet(index journal.Index) {
	if b.first == 0 {
		b.first = max(index, 1)
	}
}

type laterWatch struct {
	key   watchKey
	watch frame.Watch
}

func (b *watchBook) add(key watchKey, f frame.Watch) {
	b.matches.Add(key, f.Prefix, f.Exact)
	if i, found := slices.BinarySearchFunc(b.keys, key, watchKey.compare); !found {
		b.keys = slices.Insert(b.keys, i, key)
	}
}

func (b *watchBook) remove(key watchKey) {
	b.matches.Remove(key)
	if i, found := slices.BinarySearchFunc(b.keys, key, watchKey.compare); found {
		b.keys = slices.Delete(b.keys, i, i+1)
	}
	b.later = slices.DeleteFunc(b.later, func(l laterWatch) bool { return l.key == key })
}

func (b *watchBook) removeAsker(id journal.NodeID) {
	b.removeIf(func(k watchKey) bool { return k.asker == id })
}

func (b *watchBook) keepOnly(id journal.NodeID) {
	b.removeIf(func(k watchKey) bool { return k.asker != id })
}

func (b *watchBook) removeIf(gone func(watchKey) bool) {
	for _, key := range slices.Clone(b.keys) {
		if gone(key) {
			b.remove(key)
		}
	}
	b.later = slices.DeleteFunc(b.later, func(l laterWatch) bool { return gone(l.key) })
}

// of counts the watches of one asker.
func (b *watchBook) of(asker journal.NodeID) int {
	count := 0
	for _, k := range b.keys {
		if k.asker == asker {
			count++
		}
	}
	for _, l := range b.later {
		if l.key.asker == asker {
			count++
		}
	}
	return count
}

// onWatch begins a watch at the commit mark, or behind an earlier position. It
// answers at once with where it begins.
func (n *Node) onWatch(from journal.NodeID, f frame.Watch) {
	key := watchKey{asker: from, id: f.ID}
	n.watches.remove(key)
	if n.watches.of(from) >= frame.WatchesPerAskerMax {
		n.reply(from, failed(f, overLimit("watches of one node", n.watches.of(from)+1, frame.WatchesPerAskerMax)))
		return
	}
	// Where nothing is committed there is no position to begin at, and the zero
	// one would mean "from now on" to the next copy that is asked.
	committed := n.copy.state.Committed()
	if committed.IsZero() || n.copy.loaded.unsure || f.From.Index > committed.Index {
		n.watches.later = append(n.watches.later, laterWatch{key: key, watch: f})
		return
	}
	n.startWatch(key, f)
}

// startWatch begins a watch, of which the position is committed.
func (n *Node) startWatch(key watchKey, f frame.Watch) {
	if f.From.IsZero() {
		n.watches.add(key, f)
		n.reply(key.asker, frame.Changes{ID: f.ID, Through: n.copy.state.Committed()})
		return
	}
	n.resumeWatch(key, f)
}

// resumeWatch sends what was committed behind the watch's position. What is no
// longer at hand, or belongs to another history, is a gap.
func (n *Node) resumeWatch(key watchKey, f frame.Watch) {
	committed := n.copy.state.Committed()
	answer := frame.Changes{ID: f.ID, Through: committed}
	entries, atHand := n.copy.log.Between(f.From.Index, committed.Index)
	if !atHand || !n.copy.log.Contains(f.From) {
		answer.Gap = true
		n.watches.add(key, f)
		n.reply(key.asker, answer)
		return
	}
	var only keyspace.Watches[watchKey]
	only.Add(key, f.Prefix, f.Exact)
	for _, e := range entries {
		only.Match(e, func(_ watchKey, events []journal.Event) {
			answer.Events = append(answer.Events, events...)
		})
	}
	n.watches.add(key, f)
	n.replyChanges(key, answer)
}

// publish brings newly committed entries to the watches.
func (n *Node) publish(committed []journal.Entry) {
	through := committed[len(committed)-1].Position
	// Per watch one answer, in the order in which the watches are first hit.
	var hit []watchKey
	events := map[watchKey][]journal.Event{}
	for _, e := range committed {
		n.watches.matches.Match(e, func(key watchKey, found []journal.Event) {
			if _, ok := events[key]; !ok {
				hit = append(hit, key)
			}
			events[key] = append(events[key], found...)
		})
	}
	for _, key := range hit {
		n.replyChanges(key, frame.Changes{ID: key.id, Through: through, Events: events[key]})
	}
	n.resumeLater()
}

// resumeLater begins the watches whose position has been committed meanwhile.
func (n *Node) resumeLater() {
	if n.copy.loaded.unsure {
		return
	}
	committed := n.copy.state.Committed().Index
	first := max(n.watches.first, n.copy.loaded.end) // what was loaded is no news
	var due []laterWatch
	n.watches.later = slices.DeleteFunc(n.watches.later, func(l laterWatch) bool {
		if committed == 0 || max(l.watch.From.Index, first) > committed {
			return false
		}
		due = append(due, l)
		return true
	})
	for _, l := range due {
		if l.watch.From.IsZero() && n.copy.log.Base().Index <= first {
			l.watch.From = n.copy.log.At(first)
			n.reply(l.key.asker, frame.Changes{ID: l.watch.ID, Through: l.watch.From})
			n.resumeWatch(l.key, l.watch)
			continue
		}
		n.startWatch(l.key, l.watch)
	}
}

// breakWatches tells every watch that this copy was replaced by a snapshot:
// what lies between is not known here.
func (n *Node) breakWatches() {
	through := n.copy.state.Committed()
	for _, key := range n.watches.keys {
		n.reply(key.asker, frame.Changes{ID: key.id, Through: through, Gap: true})
	}
	n.resumeLater()
}

// replyChanges sends changes in frames that keep the size limit. The events of
// one entry stay together.
func (n *Node) replyChanges(key watchKey, all frame.Changes) {
	events := all.Events
	for {
		part, size := 0, 0
		for part < len(events) {
			end := endOfEntry(events, part)
			for _, e := range events[part:end] {
				size += len(e.Key) + len(e.Value)
			}
			if part > 0 && size > frame.ReplyMaxBytes {
				break
			}
			part = end
		}
		if part == len(events) {
			all.Events = events
			n.reply(key.asker, all)
			return
		}
		n.reply(key.asker, frame.Changes{
			ID: all.ID, Gap: all.Gap, Through: events[part-1].Position, Events: events[:part:part],
		})
		all.Gap, events = false, events[part:]
	}
}

func endOfEntry(events []journal.Event, i int) int {
	end := i + 1
	for end < len(events) && events[end].Position == events[i].Position {
		end++
	}
	return end
}
