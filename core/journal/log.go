package journal

import "fmt"

// Log is the part of a journal that is at hand: the entries behind a base,
// below which only a snapshot reaches. The zero Log is empty and begins at the
// first entry.
//
// It is not safe for concurrent use. Entries it hands out are never changed.
type Log struct {
	base    Position
	entries []Entry // entries[i].Position.Index == base.Index+1+i
	history History // of everything up to Last, below the base included
	size    int     // sum of the entries' SizeBytes
}

// NewLog returns an empty log behind a snapshot at base, whose history is
// known up to there.
func NewLog(base Position, history History) Log {
	return Log{base: base, history: history.cut(base.Index)}
}

// Base returns the position before the first entry at hand.
func (l *Log) Base() Position { return l.base }

// Last returns the position of the newest entry.
func (l *Log) Last() Position {
	if len(l.entries) == 0 {
		return l.base
	}
	return l.entries[len(l.entries)-1].Position
}

// SizeBytes returns about how much memory the entries at hand take.
func (l *Log) SizeBytes() int { return l.size }

// History returns the epochs up to Last. It must not be modified.
func (l *Log) History() History { return l.history }

// HistoryUpTo returns the epochs of the entries up to i.
func (l *Log) HistoryUpTo(i Index) History { return l.history.cut(i) }

// Contains reports whether p is in the journal, compacted or not.
func (l *Log) Contains(p Position) bool { return l.history.Contains(p, l.Last().Index) }

// At returns the position of the entry at i, compacted or not, and the zero
// Position for 0 and for indexes above the last.
func (l *Log) At(i Index) Position {
	if i == 0 || i > l.Last().Index {
		return Position{}
	}
	return Position{Epoch: l.history.EpochAt(i), Index: i}
}

// Entry returns the entry at i, if it is at hand.
func (l *Log) Entry(i Index) (Entry, bool) {
	if i <= l.base.Index || i > l.Last().Index {
		return Entry{}, false
	}
	return l.entries[i-l.base.Index-1], true
}

// After returns entries behind index i, at least one if there is any, and more
// while they fit into limitBytes. It reports false when the log no longer
// reaches back to i.
func (l *Log) After(i Index, limitBytes int) ([]Entry, bool) {
	if i < l.base.Index {
		return nil, false
	}
	if i >= l.Last().Index {
		return nil, true
	}
	from := int(i - l.base.Index)
	to, size := from, 0
	for to < len(l.entries) {
		size += l.entries[to].SizeBytes()
		if to > from && size > limitBytes {
			break
		}
		to++
	}
	return l.entries[from:to:to], true
}

// Between returns the entries behind index i up to index to, or up to the end
// of the log. It reports false when the log no longer reaches back to i.
func (l *Log) Between(i, to Index) ([]Entry, bool) {
	if i < l.base.Index {
		return nil, false
	}
	to = min(to, l.Last().Index)
	if i >= to {
		return nil, true
	}
	from, end := int(i-l.base.Index), int(to-l.base.Index)
	return l.entries[from:end:end], true
}

// Common returns the newest position this log shares with one that has the
// given history and ends at last.
func (l *Log) Common(history History, last Position) Position {
	return Common(l.history, l.Last().Index, history, last.Index)
}

// Append adds the next entry. It panics if the entry does not follow the last
// one: what arrives from outside must be checked before.
func (l *Log) Append(e Entry) {
	last := l.Last()
	if e.Position.Index != last.Index+1 || e.Position.Epoch.Compare(last.Epoch) < 0 {
		panic(fmt.Sprintf("journal: entry %v does not follow %v", e.Position, last))
	}
	l.entries = append(l.entries, e)
	l.history = l.history.add(e.Position)
	l.size += e.SizeBytes()
}

// Cut removes the entries behind index i and returns them, oldest first. It
// panics if i is below the base: what a snapshot covers can't be cut.
func (l *Log) Cut(i Index) []Entry {
	if i < l.base.Index {
		panic(fmt.Sprintf("journal: cut at %d below the base %v", i, l.base))
	}
	keep := min(int(i-l.base.Index), len(l.entries))
	removed := l.entries[keep:]
	// The capacity goes too: frames on their way may still hold the tail.
	l.entries = l.entries[:keep:keep]
	l.history = l.history.cut(l.Last().Index)
	for _, e := range removed {
		l.size -= e.SizeBytes()
	}
	return removed
}

// Compact forgets the entries up to index i, which a snapshot covers from now on.
func (l *Log) Compact(i Index) {
	if i <= l.base.Index {
		return
	}
	i = min(i, l.Last().Index)
	drop := int(i - l.base.Index)
	l.base = l.At(i)
	for _, e := range l.entries[:drop] {
		l.size -= e.SizeBytes()
	}
	// A copy, so that the forgotten entries' memory is freed.
	l.entries = append([]Entry(nil), l.entries[drop:]...)
}
