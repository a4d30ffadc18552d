package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// Nowhere is a position that is in no room's history. A watch from there
// begins with a gap and the state.
var Nowhere = journal.Position{
	Epoch: journal.Epoch{Number: 1, Master: journal.NodeID{0xff}}, Index: 1,
}

// onWatch begins a watch at the end of what this copy has at its level, or
// behind the position it names.
func (n *Node) onWatch(from journal.NodeID, f frame.Watch) {
	w := &servedWatch{key: watchKey{asker: from, id: f.ID}, asked: f, stage: watchSends, at: f.From}
	n.watches.remove(w.key)
	if f.Level != frame.LevelLocal && f.Level != frame.LevelCommitted {
		n.reply(from, failed(f, &frame.Failure{
			Code: frame.CodeInvalid, Text: "a watch is of level local or committed",
		}))
		return
	}
	if n.watches.of(from) >= frame.WatchesPerAskerMax {
		n.reply(from, failed(f, overLimit("watches of one node", n.watches.of(from)+1, frame.WatchesPerAskerMax)))
		return
	}
	n.watches.add(w)
	n.beginWatch(w)
}

// onProceed sends the next part to a watch that was sent one and waits.
func (n *Node) onProceed(from journal.NodeID, f frame.Proceed) {
	w := n.watches.all[watchKey{asker: from, id: f.ID}]
	switch {
	case w == nil || w.stage != watchSends:
		// It has ended, or was begun anew, since the asker got the last part.
	case w.state != nil:
		n.sendState(w, false)
	default:
		n.sendJournal(w)
	}
}

// endFor is the end of what this copy has at a watch's level.
func (n *Node) endFor(w *servedWatch) journal.Position {
	if w.asked.Level == frame.LevelLocal {
		return n.copy.state.Applied()
	}
	return n.copy.state.Committed()
}

// isPast reports whether a position can't come into this copy any more: the
// room's history has gone on without it.
func (n *Node) isPast(p journal.Position) bool {
	committed := n.copy.state.Committed()
	if n.copy.loaded.unsure || n.copy.log.Contains(p) || n.hasLost(committed) {
		return false
	}
	// Epochs do not fall along a journal, and a number is of one epoch only.
	return p.Index <= committed.Index ||
		p.Epoch != committed.Epoch && p.Epoch.Number <= committed.Epoch.Number
}

// knowsItsState reports whether this copy can say what is committed, and that
// its state is what the room makes of it.
func (n *Node) knowsItsState() bool {
	return !n.copy.state.Committed().IsZero() && !n.copy.loaded.unsure && !n.differs
}

// beginWatch takes a watch as far as it comes at the moment.
func (n *Node) beginWatch(w *servedWatch) {
	end := n.endFor(w)
	switch {
	case !n.knowsItsState():
		// Where nothing is committed there is no position to begin at, and the zero
		// one would mean "from now on" to the next copy that is asked.
		n.watches.enter(w, watchWaits)
	case w.at.IsZero():
		w.at = end
		n.sendJournal(w)
	case w.at.Index <= end.Index && n.copy.log.Contains(w.at):
		n.sendJournal(w)
	case n.isPast(w.at):
		n.beginGap(w)
	default:
		n.sayAhead(w)
		n.watches.enter(w, watchWaits)
	}
}

// sayAhead tells a watch from a later position, once, how far this copy is. A
// copy that is being brought up for the first time waits with that.
func (n *Node) sayAhead(w *servedWatch) {
	end := n.endFor(w)
	if w.told || end.Index >= w.at.Index || n.copy.state.Committed().Index < n.watches.first {
		return
	}
	w.told = true
	n.reply(w.key.asker, frame.Changes{ID: w.key.id, Through: end, Ahead: true})
}

// resumeWatches looks again at the watches that wait.
func (n *Node) resumeWatches() {
	if len(n.watches.waiting) == 0 || !n.knowsItsState() {
		return
	}
	committed := n.copy.state.Committed().Index
	first := max(n.watches.first, n.copy.loaded.end) // what was loaded is no news
	for _, w := range slices.Clone(n.watches.waiting) {
		if !w.at.IsZero() {
			n.beginWatch(w)
			continue
		}
		if first > committed {
			continue
		}
		if n.copy.log.Base().Index <= first {
			w.at, w.told = n.copy.log.At(first), true
			n.reply(w.key.asker, frame.Changes{ID: w.key.id, Through: w.at})
		}
		n.beginWatch(w)
	}
}

// sendJournal sends what the journal has behind a watch's position, one part of
// it if it is much, and makes the watch live at its end. What is no longer at
// hand is a gap.
func (n *Node) sendJournal(w *servedWatch) {
	n.showLocal() // a watch that is live from now on has nothing to do with what was before
	end := n.endFor(w)
	entries, atHand := n.copy.log.Between(w.at.Index, end.Index)
	if !atHand || !n.copy.log.Contains(w.at) {
		n.beginGap(w)
		return
	}
	n.watches.enter(w, watchSends)
	answer := frame.Changes{ID: w.key.id, Through: end}
	var only keyspace.Watches[watchKey]
	only.Add(w.key, w.asked.Prefix, w.asked.Exact)
	size := 0
	for i, e := range entries {
		var found []journal.Event
		only.Match(e, func(_ watchKey, events []journal.Event) { found = events })
		size += sizeOfEvents(found)
		if len(answer.Events) > 0 && size > frame.ReplyMaxBytes {
			answer.Through, answer.More = entries[i-1].Position, true
			break
		}
		answer.Events = append(answer.Events, found...)
	}
	w.at = answer.Through
	if !answer.More {
		w.since = w.at.Index
		n.watches.enter(w, watchLive)
	}
	if len(answer.Events) > 0 || !w.told {
		w.told = true
		n.reply(w.key.asker, answer)
	}
}

// beginGap tells a watch that it can't be had what happened behind its
// position, and begins to send the state.
func (n *Node) beginGap(w *servedWatch) {
	if !n.knowsItsState() {
		w.at, w.state = Nowhere, nil
		n.watches.enter(w, watchWaits)
		return
	}
	n.watches.enter(w, watchSends)
	w.state, w.after = n.copy.state.Snapshot(), ""
	n.sendState(w, true)
}

// statePartBytes is what a part of the state may take. What one asker gets at
// once, should all its watches begin anew, has to fit into its queue.
func (n *Node) statePartBytes(asker journal.NodeID) int {
	return max(4*frame.ReplyMaxBytes/(3+n.watches.of(asker)), 8<<10)
}

// sendState sends the next part of the state, and behind the last one what the
// journal has since.
func (n *Node) sendState(w *servedWatch, first bool) {
	answer := frame.Changes{ID: w.key.id, Through: w.state.At(), Gap: first}
	size, limit := 0, min(n.statePartBytes(w.key.asker), frame.ReplyMaxBytes)
	w.state.Scan(w.asked.Prefix, w.after, func(item journal.Item) bool {
		if w.asked.Exact && item.Key != w.asked.Prefix {
			return false
		}
		size += len(item.Key) + len(item.Value) + changeOverheadBytes
		if len(answer.Items) > 0 && size > limit {
			answer.More = true
			return false
		}
		answer.Items = append(answer.Items, item)
		w.after = item.Key
		return true
	})
	w.told = true
	n.reply(w.key.asker, answer)
	if answer.More {
		return
	}
	w.at, w.state = answer.Through, nil
	n.sendJournal(w)
}

// changeOverheadBytes stands for what a change or item takes besides key and value.
const changeOverheadBytes = 32

func sizeOfEvents(events []journal.Event) int {
	size := 0
	for _, e := range events {
		size += len(e.Key) + len(e.Value) + changeOverheadBytes
	}
	return size
}
