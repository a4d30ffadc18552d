package journal

import "slices"

// EpochStart says at which index the entries of an epoch begin.
type EpochStart struct {
	Epoch Epoch
	First Index
}

// History lists the epochs of a log, oldest first: epochs and first indexes
// both rise strictly. With the log's last position it tells the epoch of every
// entry, which is all it takes to find where two logs part.
type History []EpochStart

// EpochAt returns the epoch of the entry at i, or the zero Epoch for an index
// before the first one listed. It does not know where the log ends.
func (h History) EpochAt(i Index) Epoch {
	for k := len(h) - 1; k >= 0; k-- {
		if h[k].First <= i {
			return h[k].Epoch
		}
	}
	return Epoch{}
}

// Numbered returns the epoch with a number, and one without a master where the
// history has none.
func (h History) Numbered(n EpochNumber) Epoch {
	for _, s := range h {
		if s.Epoch.Number == n {
			return s.Epoch
		}
	}
	return Epoch{Number: n}
}

// Before returns the newest position of a log with this history that is before
// p: of p's epoch or an older one, and of a lower index.
func (h History) Before(p Position) Position {
	for k := len(h) - 1; k >= 0; k-- {
		if h[k].Epoch != p.Epoch && h[k].Epoch.Number >= p.Epoch.Number {
			continue
		}
		if end := min(h.end(k, p.Index-1), p.Index-1); end >= h[k].First {
			return Position{Epoch: h[k].Epoch, Index: end}
		}
	}
	return Position{}
}

// end returns the last index of the k-th epoch in a log that ends at last.
func (h History) end(k int, last Index) Index {
	if k+1 < len(h) {
		return h[k+1].First - 1
	}
	return last
}

// Contains reports whether a log with this history that ends at last holds p.
// Every log holds the zero Position.
func (h History) Contains(p Position, last Index) bool {
	if p.IsZero() {
		return true
	}
	return p.Index >= 1 && p.Index <= last && h.EpochAt(p.Index) == p.Epoch
}

// Common returns the newest Position that two logs both hold: the point where
// they part. It looks through all epochs, newest first, because two quick
// failovers can leave several epochs on one side only (KIP-279).
func Common(a History, lastA Index, b History, lastB Index) Position {
	for k := len(a) - 1; k >= 0; k-- {
		j := slices.IndexFunc(b, func(s EpochStart) bool { return s.Epoch == a[k].Epoch })
		if j < 0 {
			continue
		}
		end := min(a.end(k, lastA), b.end(j, lastB))
		if end >= a[k].First && end >= b[j].First {
			return Position{Epoch: a[k].Epoch, Index: end}
		}
	}
	return Position{}
}

// cut returns the history of a log that ends at last.
func (h History) cut(last Index) History {
	for len(h) > 0 && h[len(h)-1].First > last {
		h = h[:len(h)-1]
	}
	return slices.Clip(h)
}

// add returns the history after appending an entry at p.
func (h History) add(p Position) History {
	if len(h) > 0 && h[len(h)-1].Epoch == p.Epoch {
		return h
	}
	return append(slices.Clip(h), EpochStart{Epoch: p.Epoch, First: p.Index})
}
