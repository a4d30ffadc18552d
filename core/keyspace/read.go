package keyspace

import (
	"strings"

	"github.com/understudy-dev/understudy/core/journal"
)

// firstOpenKey is the smallest key that is not reserved for structures.
const firstOpenKey = "\x01"

// isReserved reports whether a key belongs to a structure.
func isReserved(key string) bool { return len(key) > 0 && key[0] == 0 }

// Get returns a key at Applied, committed or not, unless its deadline has come
// by then. Reserved keys are found too.
func (s *State) Get(key string) (journal.Item, bool) { return s.GetAt(key, s.newest.time) }

// GetAt is Get at a later logical time than Applied's: that of an entry which is
// about to be made.
func (s *State) GetAt(key string, time journal.Instant) (journal.Item, bool) {
	r, ok := s.newest.items.Get(byKey(key))
	if !ok || isDue(r.Item, time) {
		return journal.Item{}, false
	}
	return r.Item, true
}

// GetCommitted returns a key as it is at the commit mark, unless its deadline
// had come by then.
func (s *State) GetCommitted(key string) (journal.Item, bool) {
	old := s.oldest(key)
	if old == nil {
		return s.GetAt(key, s.TimeCommitted())
	}
	item, ok := old.item()
	if !ok || isDue(item, s.TimeCommitted()) {
		return journal.Item{}, false
	}
	return item, true
}

// IsDirty reports whether an entry behind the commit mark touched the key.
func (s *State) IsDirty(key string) bool { return s.oldest(key) != nil }

// oldest returns the key as it was before the first entry behind the commit
// mark that touched it, or nil if none did.
func (s *State) oldest(key string) *oldItem {
	var found *oldItem
	s.dirty.Ascend(&oldItem{key: key}, func(old *oldItem) bool {
		if old.key == key {
			found = old
		}
		return false
	})
	return found
}

// item returns the key, due or not.
func (o *oldItem) item() (journal.Item, bool) {
	if o.row == nil {
		return journal.Item{}, false
	}
	return o.row.Item, true
}

// Scan visits the keys at Applied that begin with prefix and are above after,
// in rising order, until visit returns false. Reserved keys are left out, and
// those whose deadline has come. visit must not change s, nor the values it is
// given.
func (s *State) Scan(prefix, after string, visit func(journal.Item) bool) {
	s.newest.scan(prefix, after, s.newest.time, visit)
}

func (c *content) scan(prefix, after string, time journal.Instant, visit func(journal.Item) bool) {
	if isReserved(prefix) {
		return
	}
	c.items.Ascend(byKey(max(prefix, after, firstOpenKey)), func(r *row) bool {
		if !strings.HasPrefix(r.Key, prefix) {
			return false
		}
		return r.Key == after || isDue(r.Item, time) || visit(r.Item)
	})
}

// ScanCommitted is [State.Scan] as of the commit mark: keys that entries behind
// it deleted are there, keys that they made are not, and what is due is so by the
// logical time there.
func (s *State) ScanCommitted(prefix, after string, visit func(journal.Item) bool) {
	time := s.TimeCommitted()
	if s.dirty.Len() == 0 {
		s.newest.scan(prefix, after, time, visit)
		return
	}
	if isReserved(prefix) {
		return
	}
	start := max(prefix, after, firstOpenKey)
	items, dirty := s.newest.items.Iter(), s.dirty.Iter()
	moreItems, moreDirty := items.Seek(byKey(start)), dirty.Seek(&oldItem{key: start})
	for moreItems || moreDirty {
		var item journal.Item
		exists := true
		if moreDirty && (!moreItems || dirty.Item().key <= items.Item().Key) {
			first := dirty.Item() // the oldest undo of its key
			item, exists = first.item()
			item.Key = first.key
			for moreDirty && dirty.Item().key == first.key {
				moreDirty = dirty.Next()
			}
		} else {
			item = items.Item().Item
		}
		if moreItems && items.Item().Key == item.Key {
			moreItems = items.Next()
		}
		if !strings.HasPrefix(item.Key, prefix) {
			return
		}
		if exists && item.Key != after && !isDue(item, time) && !visit(item) {
			return
		}
	}
}
