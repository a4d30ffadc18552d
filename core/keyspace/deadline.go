package keyspace

import "github.com/understudy-dev/understudy/core/journal"

// isDue reports whether an item counts as gone at a logical time.
func isDue(i journal.Item, time journal.Instant) bool { return i.Deadline != 0 && i.Deadline <= time }

// TimeCommitted returns the logical time at the commit mark. It is what reads of
// committed state compare deadlines with.
func (s *State) TimeCommitted() journal.Instant {
	if len(s.undos) > 0 {
		return s.undos[0].time
	}
	return s.newest.time
}

// NextDeadline returns the earliest deadline of any key at Applied; 0 if no key
// has one.
func (s *State) NextDeadline() journal.Instant {
	first, ok := s.newest.mortal.Min()
	if !ok {
		return 0
	}
	return first.Deadline
}

// Due visits the keys at Applied whose deadline has come at a logical time, the
// earliest deadline first and those of one moment by key, until visit returns
// false. visit must not change s.
func (s *State) Due(time journal.Instant, visit func(journal.Item) bool) {
	s.newest.mortal.Scan(func(r *row) bool { return isDue(r.Item, time) && visit(r.Item) })
}

// Scan is [State.Scan] of the snapshot.
func (s *Snapshot) Scan(prefix, after string, visit func(journal.Item) bool) {
	s.content.scan(prefix, after, s.content.time, visit)
}
