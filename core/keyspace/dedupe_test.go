package keyspace

import (
	"math"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func TestLookupTellsKeptFromForgottenFromUnknown(t *testing.T) {
	me := journal.ClientID{1}
	s := applied(
		wrote(1, 1, 1, 1), wrote(2, 1, 2, 1), // 3 was refused
		wrote(3, 1, 4, 2), wrote(4, 1, 5, 4),
	)
	for seq, want := range map[uint64]Seen{
		0: SeenBelow, 1: SeenForgotten, 2: SeenForgotten, 3: SeenBelow, 4: SeenKept, 5: SeenKept, 6: SeenNot,
	} {
		kept, got := s.Lookup(me, seq)
		if got != want {
			t.Errorf("write %d: seen %d, want %d", seq, got, want)
		}
		if got == SeenKept && (kept.Seq != seq || kept.Position != at(journal.Index(seq)-1) || kept.Results[0] != int64(seq)-1) {
			t.Errorf("write %d: kept %+v", seq, kept)
		}
	}
	if _, got := s.Lookup(journal.ClientID{2}, 1); got != SeenNot || s.knowsClient(journal.ClientID{2}) || !s.knowsClient(me) {
		t.Errorf("a client that never wrote: seen %d", got)
	}
	s.Undo(3)
	if _, got := s.Lookup(me, 2); got != SeenKept {
		t.Errorf("after the undo of what raised the floor: seen %d", got)
	}
	if _, got := s.Lookup(me, 5); got != SeenNot {
		t.Errorf("after the undo of the write: seen %d", got)
	}
}

func TestAFloorNeverFalls(t *testing.T) {
	s := applied(wrote(1, 1, 8, 8), wrote(2, 1, 3, 1))
	if _, got := s.Lookup(journal.ClientID{1}, 7); got != SeenBelow {
		t.Errorf("write 7: seen %d", got)
	}
	if _, got := s.Lookup(journal.ClientID{1}, 3); got != SeenForgotten {
		t.Errorf("write 3: seen %d", got)
	}
}

func TestTheLongestSilentClientIsEvicted(t *testing.T) {
	s := New()
	s.DedupeMaxClients = 3
	for i, client := range []byte{1, 2, 3, 1} {
		s.Apply(wrote(journal.Index(i)+1, client, uint64(i)+1, 1))
	}
	if s.Evicted() != 0 {
		t.Fatalf("evicted %d at the limit", s.Evicted())
	}
	before := s.Hash()
	s.Apply(wrote(5, 4, 1, 1))
	if s.Evicted() != 2 || s.knowsClient(journal.ClientID{2}) || !s.knowsClient(journal.ClientID{1}) {
		t.Errorf("evicted %d, knows 2: %t", s.Evicted(), s.knowsClient(journal.ClientID{2}))
	}
	if n := s.newest.table.answers.Len(); n != 4 {
		t.Errorf("%d answers left, want 4", n)
	}
	s.Undo(4)
	if _, seen := s.Lookup(journal.ClientID{2}, 2); seen != SeenKept || s.Evicted() != 0 || s.Hash() != before {
		t.Errorf("after the undo: seen %d, evicted %d, hash %x want %x", seen, s.Evicted(), s.Hash(), before)
	}
}

func TestTheDefaultLimitOfClientsHolds(t *testing.T) {
	s := New()
	for i := range DedupeMaxClients + 1 {
		e := wrote(journal.Index(i)+1, 1, 1, 1)
		e.Origin.Client[1], e.Origin.Client[2] = byte(i), byte(i>>8)
		s.Apply(e)
		s.Commit(e.Position.Index)
		if i == DedupeMaxClients-1 && s.Evicted() != 0 {
			t.Fatal("evicted at the limit")
		}
	}
	if s.Evicted() != 1 || s.newest.table.records.Len() != DedupeMaxClients {
		t.Errorf("evicted %d, %d rows", s.Evicted(), s.newest.table.records.Len())
	}
}

func TestAClientThatNeverMovesItsFloorIsBounded(t *testing.T) {
	s := New()
	results := make([]int64, 1000)
	size := keptSize(journal.KeptResult{Results: results})
	fit := KeptMaxBytes / size
	for i := range fit + 2 {
		e := wrote(journal.Index(i)+1, 1, uint64(i)+1, 1)
		e.Results = results
		s.Apply(e)
		if _, seen := s.Lookup(journal.ClientID{1}, 1); i == fit-1 && seen != SeenKept {
			t.Fatalf("seen %d at the limit", seen)
		}
	}
	for seq, want := range map[uint64]Seen{1: SeenForgotten, 2: SeenForgotten, 3: SeenKept, uint64(fit) + 2: SeenKept} {
		if _, seen := s.Lookup(journal.ClientID{1}, seq); seen != want {
			t.Errorf("write %d: seen %d, want %d", seq, seen, want)
		}
	}
	s.Undo(journal.Index(fit))
	if _, seen := s.Lookup(journal.ClientID{1}, 1); seen != SeenKept {
		t.Errorf("after the undo: seen %d", seen)
	}
}

func TestAnAnswerOverTheLimitIsForgottenAtOnce(t *testing.T) {
	for _, seq := range []uint64{5, math.MaxUint64} {
		s := applied(wrote(1, 1, 4, 1))
		before := s.Hash()
		e := wrote(2, 1, seq, 1)
		e.Results = make([]int64, KeptMaxBytes/9)
		s.Apply(e)
		if _, seen := s.Lookup(journal.ClientID{1}, seq); seen != SeenForgotten {
			t.Errorf("write %d: seen %d", seq, seen)
		}
		s.Undo(1)
		if _, seen := s.Lookup(journal.ClientID{1}, 4); seen != SeenKept || s.Hash() != before || s.newest.table.answers.Len() != 1 {
			t.Errorf("after the undo of %d: seen %d, %d answers, hash %x want %x", seq, seen, s.newest.table.answers.Len(), s.Hash(), before)
		}
	}
}

// runs makes spans of pairs of first and last numbers.
func runs(ends ...uint64) []journal.Span {
	var spans []journal.Span
	for pair := range slices.Chunk(ends, 2) {
		spans = append(spans, journal.Span{From: pair[0], To: pair[1]})
	}
	return spans
}

func TestSpansMergeAndTheOldestGoes(t *testing.T) {
	far := make([]journal.Span, spansMax)
	for i := range far {
		far[i] = journal.Span{From: uint64(i)*10 + 10, To: uint64(i)*10 + 12}
	}
	for _, c := range []struct {
		have []journal.Span
		seq  uint64
		want []journal.Span
	}{
		{nil, 1, runs(1, 1)},
		{runs(1, 1), 1, runs(1, 1)},
		{runs(1, 3), 2, runs(1, 3)},
		{runs(1, 1), 2, runs(1, 2)},
		{runs(2, 2), 1, runs(1, 2)},
		{runs(1, 1, 3, 3), 2, runs(1, 3)},
		{runs(1, 1, 9, 9), 5, runs(1, 1, 5, 5, 9, 9)},
		{runs(1, 1), 0, runs(0, 1)},
		{runs(0, 0), math.MaxUint64, runs(0, 0, math.MaxUint64, math.MaxUint64)},
		{runs(5, math.MaxUint64), 0, runs(0, 0, 5, math.MaxUint64)},
		{far, 500, append(slices.Clone(far[1:]), journal.Span{From: 500, To: 500})},
		{far, 13, append(runs(10, 13), far[1:]...)},
		{far, 5, far},
	} {
		before := slices.Clone(c.have)
		if got := addSpan(c.have, c.seq); !slices.Equal(got, c.want) {
			t.Errorf("%v with %d: %v, want %v", c.have, c.seq, got, c.want)
		}
		if !slices.Equal(before, c.have) {
			t.Errorf("adding %d changed its argument %v to %v", c.seq, before, c.have)
		}
	}
}
