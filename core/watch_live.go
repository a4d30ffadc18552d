package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// publish brings newly committed entries to the watches.
func (n *Node) publish(committed []journal.Entry) {
	n.show(frame.LevelCommitted, committed)
	n.tellQuiet(committed)
	n.resumeWatches()
}

// showLocal brings to the watches of level local what was cut and what was
// applied since the last time.
func (n *Node) showLocal() {
	c := n.copy
	if retracted := c.retracted; len(retracted) > 0 {
		c.retracted = nil
		n.takeBack(retracted, c.log.At(c.shown))
	}
	last := c.log.Last().Index
	if c.shown == last {
		return
	}
	entries, _ := c.log.Between(c.shown, last)
	c.shown = last
	n.show(frame.LevelLocal, entries)
}

// show brings entries to the live watches of a level.
func (n *Node) show(level frame.Level, entries []journal.Entry) {
	live := n.watches.live(level)
	if live.Len() == 0 || len(entries) == 0 {
		return
	}
	through := entries[len(entries)-1].Position
	// Per watch one answer, in the order in which the watches are first hit.
	var hit []watchKey
	events := map[watchKey][]journal.Event{}
	for _, e := range entries {
		live.Match(e, func(key watchKey, found []journal.Event) {
			if _, ok := events[key]; !ok {
				hit = append(hit, key)
			}
			events[key] = append(events[key], found...)
		})
	}
	for _, key := range hit {
		n.replyChanges(key, frame.Changes{ID: key.id, Through: through, Events: events[key]})
	}
}

// tellQuiet tells every watch now and then how far it is. Else one of keys that
// seldom change would, after a failover, begin anew where the journal no longer
// reaches, and find a gap in which nothing happened.
func (n *Node) tellQuiet(committed []journal.Entry) {
	for _, e := range committed {
		n.watches.quietBytes += e.SizeBytes()
	}
	if n.watches.quietBytes < n.cfg.KeepBytes/4 {
		return
	}
	n.watches.quietBytes = 0
	n.showLocal()
	for _, key := range n.watches.keys {
		if w := n.watches.all[key]; w.stage == watchLive {
			n.reply(key.asker, frame.Changes{ID: key.id, Through: n.endFor(w)})
		}
	}
}

// takeBack tells the watches of level local what of their changes was cut, the
// newest first, and that they stand at a position again. One that began here
// behind that position begins anew: what it was shown before is not known.
func (n *Node) takeBack(retracted []journal.Entry, through journal.Position) {
	if n.watches.local.Len() == 0 {
		return
	}
	var anew []*servedWatch
	for _, key := range n.watches.keys {
		w := n.watches.all[key]
		if w.stage == watchLive && w.asked.Level == frame.LevelLocal && w.since > through.Index {
			anew = append(anew, w)
			n.watches.enter(w, watchSends)
		}
	}
	var hit []watchKey
	answers := map[watchKey]*frame.Changes{}
	for _, e := range retracted {
		n.watches.local.Match(e, func(key watchKey, found []journal.Event) {
			for i := range found {
				found[i].Retracted = true
			}
			a := answers[key]
			if a == nil {
				a = &frame.Changes{ID: key.id}
				answers[key], hit = a, append(hit, key)
			}
			if len(a.Events) > 0 && sizeOfEvents(a.Events)+sizeOfEvents(found) > frame.ReplyMaxBytes {
				n.reply(key.asker, *a)
				a.Events = nil
			}
			a.Events = append(a.Events, found...)
			// A watch that is lost here, with more to take back, must not be resumed.
			a.Through = Nowhere
		})
	}
	for _, key := range hit {
		answers[key].Through = through
		n.reply(key.asker, *answers[key])
	}
	for _, w := range anew {
		n.beginGap(w)
	}
}

// breakWatches tells every watch that this copy was replaced: what lies between
// is not known here.
func (n *Node) breakWatches() {
	n.copy.retracted, n.copy.shown = nil, n.copy.log.Last().Index
	for _, key := range slices.Clone(n.watches.keys) {
		if w := n.watches.all[key]; w.stage != watchWaits {
			n.beginGap(w)
		}
	}
	n.resumeWatches()
}

// replyChanges sends changes in frames that keep the size limit. The events of
// one entry stay together.
func (n *Node) replyChanges(key watchKey, all frame.Changes) {
	events := all.Events
	for {
		part, size := 0, 0
		for part < len(events) {
			end := endOfEntry(events, part)
			size += sizeOfEvents(events[part:end])
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
			ID: all.ID, Through: events[part-1].Position, Events: events[:part:part],
		})
		events = events[part:]
	}
}

func endOfEntry(events []journal.Event, i int) int {
	end := i + 1
	for end < len(events) && events[end].Position == events[i].Position {
		end++
	}
	return end
}
