package keyspace

import (
	"bytes"

	"github.com/tidwall/btree"

	"github.com/understudy-dev/understudy/core/journal"
)

// KeptMaxBytes is how much of the answers to one client's writes is kept, by
// the measure of [Snapshot.Part]. Beyond it the floor of the client's row rises
// over the oldest ones, so that a client that never moves its own floor can't
// make a row that fits into no frame.
const KeptMaxBytes = 1 << 20

// Seen says what the dedupe table knows of one write.
type Seen uint8

// What may be known of a write. SeenBelow means that it is below the client's
// floor, where the client has had its answer, and that nothing shows that it was
// applied: it was refused, or that is no longer known. It must not be applied now.
const (
	SeenNot       Seen = 0 // not applied, as far as the table goes back
	SeenKept      Seen = 1 // applied, and its answer is at hand
	SeenForgotten Seen = 2 // applied, but its answer is no longer kept
	SeenBelow     Seen = 3
)

// table is the dedupe table: a row per client, and the answers to its writes
// aside, so that a write costs the same however many answers its client's row
// has. Rows and answers are never modified, only replaced.
type table struct {
	records *btree.BTreeG[*record]
	byAge   *btree.BTreeG[*record] // the same, the longest silent client first
	answers *btree.BTreeG[*answer]
	evicted journal.Index
	sum     uint64 // of the hashes of records and answers
	size    int    // of records and answers, by rowSize and keptSize
}

// record is a [journal.ClientRecord] without Kept. Every applied write from
// floor on has an answer in the table.
type record struct {
	client    journal.ClientID
	last      journal.Index
	floor     uint64
	done      []journal.Span
	keptBytes int // sum of the sizes of the client's answers
	hash      uint64
}

// answer is a kept result of one client.
type answer struct {
	client journal.ClientID
	kept   journal.KeptResult
	hash   uint64
}

// tableUndo is what it takes to go back before one entry. A nil pointer stands
// for what was not there.
type tableUndo struct {
	evicted journal.Index
	records []replaced[record]
	answers []replaced[answer]
}

type replaced[T any] struct{ before, after *T }

func compareClients(a, b *journal.ClientID) int { return bytes.Compare(a[:], b[:]) }

func recordLess(a, b *record) bool { return compareClients(&a.client, &b.client) < 0 }

func ageLess(a, b *record) bool {
	if a.last != b.last {
		return a.last < b.last
	}
	return recordLess(a, b)
}

func answerLess(a, b *answer) bool {
	if c := compareClients(&a.client, &b.client); c != 0 {
		return c < 0
	}
	return a.kept.Seq < b.kept.Seq
}

func newTable() table {
	return table{records: newTree(recordLess), byAge: newTree(ageLess), answers: newTree(answerLess)}
}

func (t *table) copy() table {
	second := *t
	second.records, second.byAge, second.answers = t.records.Copy(), t.byAge.Copy(), t.answers.Copy()
	return second
}

// apply notes that a client's write was applied.
func (t *table) apply(e journal.Entry, maxClients int, u *tableUndo) {
	u.evicted = t.evicted
	client, seq := e.Origin.Client, e.Origin.Seq
	next := &record{client: client}
	old, known := t.records.Get(next)
	if known {
		*next = *old
	} else {
		old = nil
	}
	next.last = e.Position.Index
	next.done = addSpan(next.done, seq)
	if e.Origin.Floor > next.floor {
		next.floor = e.Origin.Floor
		t.forget(next, next.floor, u)
	}
	if seq >= next.floor {
		t.keep(next, journal.KeptResult{Seq: seq, Position: e.Position, Results: e.Results}, u)
	}
	for next.keptBytes > KeptMaxBytes {
		oldest := t.firstAnswer(client)
		t.drop(next, oldest, u)
		next.floor = max(next.floor, oldest.kept.Seq+1)
	}
	next.hash = hashRecord(next)
	t.replaceRecord(old, next, u)
	t.evict(max(maxClients, 1), u)
}

// keep adds an answer to those of a client.
func (t *table) keep(r *record, kept journal.KeptResult, u *tableUndo) {
	next := newAnswer(r.client, kept)
	old, known := t.answers.Get(next)
	if known {
		r.keptBytes -= keptSize(old.kept)
	} else {
		old = nil
	}
	r.keptBytes += keptSize(kept)
	t.replaceAnswer(old, next, u)
}

// forget drops the answers of a client below a floor.
func (t *table) forget(r *record, floor uint64, u *tableUndo) {
	for {
		first := t.firstAnswer(r.client)
		if first == nil || first.kept.Seq >= floor {
			return
		}
		t.drop(r, first, u)
	}
}

func (t *table) drop(r *record, a *answer, u *tableUndo) {
	r.keptBytes -= keptSize(a.kept)
	t.replaceAnswer(a, nil, u)
}

// firstAnswer returns the kept answer of a client with the lowest Seq, or nil.
func (t *table) firstAnswer(client journal.ClientID) *answer {
	var first *answer
	t.answers.Ascend(&answer{client: client}, func(a *answer) bool {
		if a.client == client {
			first = a
		}
		return false
	})
	return first
}

// evict drops the clients that have been silent for longest. The newest one
// always stays.
func (t *table) evict(maxClients int, u *tableUndo) {
	for t.records.Len() > maxClients {
		oldest, _ := t.byAge.Min()
		for a := t.firstAnswer(oldest.client); a != nil; a = t.firstAnswer(oldest.client) {
			t.replaceAnswer(a, nil, u)
		}
		t.evicted = max(t.evicted, oldest.last)
		t.replaceRecord(oldest, nil, u)
	}
}

func (t *table) replaceRecord(before, after *record, u *tableUndo) {
	u.records = append(u.records, replaced[record]{before, after})
	t.swapRecord(before, after)
}

func (t *table) replaceAnswer(before, after *answer, u *tableUndo) {
	u.answers = append(u.answers, replaced[answer]{before, after})
	t.swapAnswer(before, after)
}

func (t *table) swapRecord(before, after *record) {
	if before != nil {
		t.byAge.Delete(before)
		t.sum -= before.hash
		t.size -= rowSize(before)
	}
	if after == nil {
		t.records.Delete(before)
		return
	}
	t.records.Set(after)
	t.byAge.Set(after)
	t.sum += after.hash
	t.size += rowSize(after)
}

func (t *table) swapAnswer(before, after *answer) {
	if before != nil {
		t.sum -= before.hash
		t.size -= keptSize(before.kept)
	}
	if after == nil {
		t.answers.Delete(before)
		return
	}
	t.answers.Set(after)
	t.sum += after.hash
	t.size += keptSize(after.kept)
}

// revert takes back the newest entry.
func (t *table) revert(u *tableUndo) {
	for i := len(u.records) - 1; i >= 0; i-- {
		t.swapRecord(u.records[i].after, u.records[i].before)
	}
	for i := len(u.answers) - 1; i >= 0; i-- {
		t.swapAnswer(u.answers[i].after, u.answers[i].before)
	}
	if len(u.records) > 0 {
		t.evicted = u.evicted
	}
}

func newAnswer(client journal.ClientID, kept journal.KeptResult) *answer {
	h := newHasher()
	h.number(tagAnswer)
	h.raw(client[:])
	h.kept(kept)
	return &answer{client: client, kept: kept, hash: h.digest.Sum64()}
}

func hashRecord(r *record) uint64 {
	h := newHasher()
	h.number(tagRecord)
	h.raw(r.client[:])
	h.number(uint64(r.last))
	h.number(r.floor)
	h.spans(r.done)
	return h.digest.Sum64()
}
