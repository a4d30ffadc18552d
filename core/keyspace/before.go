package keyspace

import (
	"slices"
	"strings"

	"github.com/understudy-dev/understudy/core/journal"
)

// Before returns the keys that the entry at an index touched, as its writer met
// them: by key, without those that were not there or whose deadline had come by
// then. It knows as long as the entry can be undone, and else reports false.
func (s *State) Before(index journal.Index, then journal.Instant) ([]journal.Item, bool) {
	if index <= s.committed.Index || index > s.newest.at.Index {
		return nil, false
	}
	u := &s.undos[index-s.committed.Index-1]
	var items []journal.Item
	for _, old := range u.items {
		if old.row == nil || old.row.Deadline != 0 && old.row.Deadline <= then {
			continue
		}
		items = append(items, old.row.Item)
	}
	slices.SortFunc(items, func(a, b journal.Item) int { return strings.Compare(a.Key, b.Key) })
	return items, true
}
