package sim

import (
	"maps"
	"slices"
	"strings"

	"github.com/understudy-dev/understudy/core/journal"
)

// states is the committed state at every index: per key the values it had, the
// oldest first.
type states struct {
	keys   map[string][]version
	sorted []string // the keys
}

// version is the value of a key from an index on; deleted means none.
type version struct {
	from     journal.Index
	value    []byte
	deleted  bool
	deadline journal.Instant
}

// isDue reports whether a key with a deadline counts as gone at a logical time.
func isDue(deadline, at journal.Instant) bool { return deadline != 0 && deadline <= at }

func newStates() states { return states{keys: map[string][]version{}} }

func (s *states) apply(e *journal.Entry) {
	for _, c := range e.Changes {
		if _, found := s.keys[c.Key]; !found {
			i, _ := slices.BinarySearch(s.sorted, c.Key)
			s.sorted = slices.Insert(s.sorted, i, c.Key)
		}
		s.keys[c.Key] = append(s.keys[c.Key], version{e.Position.Index, c.Value, c.Deleted, c.Deadline})
	}
}

// cut forgets what came after an index.
func (s *states) cut(after journal.Index) {
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		all := s.keys[key]
		for len(all) > 0 && all[len(all)-1].from > after {
			all = all[:len(all)-1]
		}
		s.keys[key] = all
	}
}

// at returns a key as it was at an index.
func (s *states) at(key string, i journal.Index) (version, bool) {
	all := s.keys[key]
	for k := len(all) - 1; k >= 0; k-- {
		if all[k].from <= i {
			return all[k], !all[k].deleted
		}
	}
	return version{}, false
}

// scan lists the keys of a prefix, or the one key, as they were at an index,
// which had that logical time.
func (s *states) scan(prefix string, exact bool, i journal.Index, time journal.Instant) []journal.Item {
	var items []journal.Item
	for _, key := range s.sorted {
		if key != prefix && (exact || !strings.HasPrefix(key, prefix)) {
			continue
		}
		if v, ok := s.at(key, i); ok && !isDue(v.deadline, time) {
			items = append(items, journal.Item{Key: key, Value: v.value, Revision: v.from, Deadline: v.deadline})
		}
	}
	return items
}
