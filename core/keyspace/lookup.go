package keyspace

import "github.com/understudy-dev/understudy/core/journal"

// Lookup says what is known, at Applied, of one write of a client, with its
// answer for [SeenKept]. Of a client that was evicted nothing is known: compare
// [State.Evicted].
func (s *State) Lookup(client journal.ClientID, seq uint64) (journal.KeptResult, Seen) {
	t := &s.newest.table
	r, ok := t.records.Get(&record{client: client})
	if !ok {
		return journal.KeptResult{}, SeenNot
	}
	if a, ok := t.answers.Get(&answer{client: client, kept: journal.KeptResult{Seq: seq}}); ok {
		return a.kept, SeenKept
	}
	if hasSpan(r.done, seq) {
		return journal.KeptResult{}, SeenForgotten
	}
	if seq < r.floor {
		return journal.KeptResult{}, SeenBelow
	}
	return journal.KeptResult{}, SeenNot
}

// Evicted returns the index up to which the dedupe table may have forgotten
// clients: the largest Last of any row that was evicted, 0 if none was. A client
// without a row may have written up to there, but not behind.
func (s *State) Evicted() journal.Index { return s.newest.table.evicted }
