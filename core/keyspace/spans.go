package keyspace

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// spansMax is how many runs of sequence numbers a client's row may have. They
// are more than one only where writes between were refused.
const spansMax = 16

// addSpan returns spans with seq added. It never modifies spans, which undos
// and snapshots may hold. Beyond spansMax the lowest run is dropped.
func addSpan(spans []journal.Span, seq uint64) []journal.Span {
	// i is the first run that does not end below seq.
	i, found := slices.BinarySearchFunc(spans, seq, func(s journal.Span, seq uint64) int {
		switch {
		case s.To < seq:
			return -1
		case s.From > seq:
			return 1
		}
		return 0
	})
	if found {
		return spans
	}
	merged := journal.Span{From: seq, To: seq}
	from, to := i, i
	if i > 0 && spans[i-1].To == seq-1 {
		merged.From = spans[i-1].From
		from--
	}
	if i < len(spans) && spans[i].From-1 == seq {
		merged.To = spans[i].To
		to++
	}
	result := make([]journal.Span, 0, len(spans)+1)
	result = append(append(append(result, spans[:from]...), merged), spans[to:]...)
	if len(result) > spansMax {
		result = result[len(result)-spansMax:]
	}
	return result
}

// hasSpan reports whether seq is in one of spans.
func hasSpan(spans []journal.Span, seq uint64) bool {
	return slices.ContainsFunc(spans, func(s journal.Span) bool { return s.From <= seq && seq <= s.To })
}
