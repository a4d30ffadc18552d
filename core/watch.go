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

// servedWatch is one watch served from this copy. It takes the same memory
// however far it is behind: what it was not sent yet stands in the journal or
// in a snapshot, and not in a queue.
type servedWatch struct {
	key   watchKey
	asked frame.Watch
	stage watchStage

	// at is up to where everything was sent, until the watch is live; zero for
	// one that is to begin with the next change, where it waits for that.
	at    journal.Position
	told  bool          // the asker has had an answer
	since journal.Index // live: where it became so

	state *keyspace.Snapshot // of which parts are still to be sent; nil for none
	after string             // the last key of it that was sent
}

// watchStage is how far a watch is.
type watchStage uint8

const (
	watchWaits watchStage = iota // for its position, or for a copy that knows what is committed
	watchSends                   // the next part when the asker says Proceed
	watchLive                    // each change at once
)

// watchBook holds the watches served from this copy.
type watchBook struct {
	all     map[watchKey]*servedWatch
	keys    []watchKey     // of all, sorted
	waiting []*servedWatch // those that wait, as they came

	// The live ones, by level.
	committed, local keyspace.Watches[watchKey]

	// quietBytes is what was committed, about, since every live watch was told
	// how far it is.
	quietBytes int

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

// live returns the live watches of a level.
func (b *watchBook) live(level frame.Level) *keyspace.Watches[watchKey] {
	if level == frame.LevelLocal {
		return &b.local
	}
	return &b.committed
}

func (b *watchBook) add(w *servedWatch) {
	if b.all == nil {
		b.all = map[watchKey]*servedWatch{}
	}
	b.all[w.key] = w
	i, _ := slices.BinarySearchFunc(b.keys, w.key, watchKey.compare)
	b.keys = slices.Insert(b.keys, i, w.key)
}

// enter brings a watch to a stage.
func (b *watchBook) enter(w *servedWatch, stage watchStage) {
	if w.stage == stage {
		return
	}
	switch w.stage {
	case watchLive:
		b.live(w.asked.Level).Remove(w.key)
	case watchWaits:
		b.waiting = slices.DeleteFunc(b.waiting, func(x *servedWatch) bool { return x == w })
	case watchSends:
	}
	w.stage = stage
	switch stage {
	case watchLive:
		b.live(w.asked.Level).Add(w.key, w.asked.Prefix, w.asked.Exact)
	case watchWaits:
		b.waiting = append(b.waiting, w)
	case watchSends:
	}
}

func (b *watchBook) remove(key watchKey) {
	w := b.all[key]
	if w == nil {
		return
	}
	b.enter(w, watchSends) // which is on no list
	delete(b.all, key)
	i, _ := slices.BinarySearchFunc(b.keys, key, watchKey.compare)
	b.keys = slices.Delete(b.keys, i, i+1)
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
}

// of counts the watches of one asker.
func (b *watchBook) of(asker journal.NodeID) int {
	from, _ := slices.BinarySearchFunc(b.keys, watchKey{asker: asker}, watchKey.compare)
	to, found := slices.BinarySearchFunc(b.keys, watchKey{asker: asker, id: ^uint64(0)}, watchKey.compare)
	if found {
		to++
	}
	return to - from
}
