package keyspace

import (
	"cmp"
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// Watches finds, for each entry, the watches it concerns. Matching an entry
// costs by its changes, by the different lengths of the prefixes watched, and
// by the watches that match, not by those that do not. The zero Watches is
// empty and ready. It is not safe for concurrent use.
type Watches[W comparable] struct {
	byID     map[W]*watch[W]
	byKey    map[string][]*watch[W] // exact ones
	byPrefix map[string][]*watch[W]
	lengths  []prefixLength // of the keys of byPrefix, rising
	added    uint64
}

type watch[W comparable] struct {
	id     W
	text   string // the key or prefix
	exact  bool
	order  uint64          // rises with each Add
	events []journal.Event // only within Match
}

// prefixLength counts the watches whose prefix has a length.
type prefixLength struct{ length, watches int }

// Len returns the number of watches.
func (w *Watches[W]) Len() int { return len(w.byID) }

// Add begins a watch of every key with a prefix or, if exact, of one key. A
// watch with an id in use replaces that one and comes last in the order.
func (w *Watches[W]) Add(id W, prefix string, exact bool) {
	w.Remove(id)
	if w.byID == nil {
		w.byID = map[W]*watch[W]{}
		w.byKey = map[string][]*watch[W]{}
		w.byPrefix = map[string][]*watch[W]{}
	}
	w.added++
	added := &watch[W]{id: id, text: prefix, exact: exact, order: w.added}
	w.byID[id] = added
	if exact {
		w.byKey[prefix] = append(w.byKey[prefix], added)
		return
	}
	w.byPrefix[prefix] = append(w.byPrefix[prefix], added)
	i, found := w.findLength(len(prefix))
	if !found {
		w.lengths = slices.Insert(w.lengths, i, prefixLength{length: len(prefix)})
	}
	w.lengths[i].watches++
}

// Remove ends a watch. An id that is not in use is no error.
func (w *Watches[W]) Remove(id W) {
	gone, ok := w.byID[id]
	if !ok {
		return
	}
	delete(w.byID, id)
	if gone.exact {
		drop(w.byKey, gone)
		return
	}
	drop(w.byPrefix, gone)
	i, _ := w.findLength(len(gone.text))
	w.lengths[i].watches--
	if w.lengths[i].watches == 0 {
		w.lengths = slices.Delete(w.lengths, i, i+1)
	}
}

func drop[W comparable](from map[string][]*watch[W], gone *watch[W]) {
	rest := slices.DeleteFunc(from[gone.text], func(x *watch[W]) bool { return x == gone })
	if len(rest) == 0 {
		delete(from, gone.text)
		return
	}
	from[gone.text] = rest
}

func (w *Watches[W]) findLength(length int) (int, bool) {
	return slices.BinarySearchFunc(w.lengths, length, func(p prefixLength, length int) int {
		return cmp.Compare(p.length, length)
	})
}

// Match calls visit once for each watch that an entry concerns, in the order
// in which they were added, with all of its changes that match, in theirs.
// Changes of reserved keys are left out. visit keeps the events; it must not
// add or remove watches.
func (w *Watches[W]) Match(e journal.Entry, visit func(id W, events []journal.Event)) {
	if len(w.byID) == 0 {
		return
	}
	var matched []*watch[W]
	for _, c := range e.Changes {
		if isReserved(c.Key) {
			continue
		}
		event := journal.Event{
			Position: e.Position, Key: c.Key, Value: c.Value, Deleted: c.Deleted,
			Deadline: c.Deadline, Expired: e.IsExpiry(),
		}
		matched = note(matched, w.byKey[c.Key], event)
		for _, p := range w.lengths {
			if p.length > len(c.Key) {
				break
			}
			matched = note(matched, w.byPrefix[c.Key[:p.length]], event)
		}
	}
	slices.SortFunc(matched, func(a, b *watch[W]) int { return cmp.Compare(a.order, b.order) })
	for _, m := range matched {
		events := m.events
		m.events = nil
		visit(m.id, events)
	}
}

// note adds an event to watches, and to matched those that had none yet.
func note[W comparable](matched, watches []*watch[W], event journal.Event) []*watch[W] {
	for _, m := range watches {
		if len(m.events) == 0 {
			matched = append(matched, m)
		}
		m.events = append(m.events, event)
	}
	return matched
}
