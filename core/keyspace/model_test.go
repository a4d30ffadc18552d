package keyspace

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/understudy-dev/understudy/core/journal"
)

// modelClients is the limit of the dedupe table in the property: fewer than
// there are clients.
const modelClients = 3

// model is what entries make, found the slow way: from the first entry, with
// maps, without undo.
type model struct {
	at      journal.Position
	time    journal.Instant
	items   map[string]journal.Item
	clients map[journal.ClientID]*modelClient
	evicted journal.Index
}

type modelClient struct {
	last  journal.Index
	floor uint64
	done  map[uint64]bool
	kept  map[uint64]journal.KeptResult
}

func modelOf(entries []journal.Entry) model {
	m := model{items: map[string]journal.Item{}, clients: map[journal.ClientID]*modelClient{}}
	for _, e := range entries {
		m.at = e.Position
		m.time = max(m.time, e.Time)
		for _, c := range e.Changes {
			delete(m.items, c.Key)
			if !c.Deleted {
				m.items[c.Key] = journal.Item{Key: c.Key, Value: c.Value, Revision: e.Position.Index, Deadline: c.Deadline}
			}
		}
		if e.IsWrite() {
			m.dedupe(e)
		}
	}
	return m
}

func (m *model) dedupe(e journal.Entry) {
	c := m.clients[e.Origin.Client]
	if c == nil {
		c = &modelClient{done: map[uint64]bool{}, kept: map[uint64]journal.KeptResult{}}
		m.clients[e.Origin.Client] = c
	}
	c.last = e.Position.Index
	c.floor = max(c.floor, e.Origin.Floor)
	c.done[e.Origin.Seq] = true
	if spans := c.spans(); len(spans) > spansMax {
		maps.DeleteFunc(c.done, func(seq uint64, _ bool) bool { return seq <= spans[0].To })
	}
	c.kept[e.Origin.Seq] = journal.KeptResult{Seq: e.Origin.Seq, Position: e.Position, Results: e.Results}
	maps.DeleteFunc(c.kept, func(seq uint64, _ journal.KeptResult) bool { return seq < c.floor })
	if len(m.clients) > modelClients {
		oldest := e.Origin.Client
		for id, c := range m.clients {
			if c.last < m.clients[oldest].last {
				oldest = id
			}
		}
		m.evicted = max(m.evicted, m.clients[oldest].last)
		delete(m.clients, oldest)
	}
}

func (c *modelClient) spans() []journal.Span {
	var spans []journal.Span
	for _, seq := range slices.Sorted(maps.Keys(c.done)) {
		if n := len(spans); n > 0 && spans[n-1].To+1 == seq {
			spans[n-1].To = seq
		} else {
			spans = append(spans, journal.Span{From: seq, To: seq})
		}
	}
	return spans
}

// part is the whole model as one part of a snapshot.
func (m *model) part() Part {
	p := Part{Evicted: m.evicted}
	for _, key := range slices.Sorted(maps.Keys(m.items)) {
		p.Items = append(p.Items, m.items[key])
	}
	for _, id := range slices.SortedFunc(maps.Keys(m.clients), func(a, b journal.ClientID) int { return compareClients(&a, &b) }) {
		c := m.clients[id]
		r := journal.ClientRecord{Client: id, Last: c.last, Floor: c.floor, Done: c.spans()}
		for _, seq := range slices.Sorted(maps.Keys(c.kept)) {
			r.Kept = append(r.Kept, c.kept[seq])
		}
		p.Clients = append(p.Clients, r)
	}
	return p
}

// seen is the model's answer to [State.Lookup].
func (m *model) seen(client journal.ClientID, seq uint64) Seen {
	c, ok := m.clients[client]
	switch {
	case !ok:
		return SeenNot
	case c.kept[seq].Seq != 0:
		return SeenKept
	case c.done[seq]:
		return SeenForgotten
	case seq < c.floor:
		return SeenBelow
	}
	return SeenNot
}

// checkSnapshot wants a snapshot to be the model, hash included: a Builder adds
// the hash up anew from the model's content.
func (m *model) checkSnapshot(t *rapid.T, s *Snapshot) {
	t.Helper()
	want := m.part()
	if got, _, done := s.Part(Cursor{}, 1<<30); !done || !reflect.DeepEqual(got, want) {
		t.Fatalf("at %v: got  %v\nwant %v", m.at, got, want)
	}
	if s.At() != m.at || s.Time() != m.time || s.Len() != len(m.items) {
		t.Fatalf("snapshot at %v, time %d, %d keys; want %v, %d, %d", s.At(), s.Time(), s.Len(), m.at, m.time, len(m.items))
	}
	if got := s.SizeBytes(); got != sizeOf(want) {
		t.Fatalf("snapshot of %d bytes, want %d", got, sizeOf(want))
	}
	b := NewBuilder(m.at)
	if err := b.Add(want); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Finish(m.time, s.Hash()); err != nil {
		t.Fatal(err)
	}
}

// sizeOf counts what a part takes, by the measure of [Snapshot.Part].
func sizeOf(p Part) int {
	size := 0
	for _, i := range p.Items {
		size += itemSize(i)
	}
	for _, c := range p.Clients {
		size += rowSize(&record{done: c.Done})
		for _, k := range c.Kept {
			size += keptSize(k)
		}
	}
	return size
}

// get is the model's answer to [State.GetAt].
func (m *model) get(key string, time journal.Instant) (journal.Item, bool) {
	i, ok := m.items[key]
	if !ok || 0 < i.Deadline && i.Deadline <= time {
		return journal.Item{}, false
	}
	return i, true
}

// scan is the model's answer to [State.Scan].
func (m *model) scan(prefix, after string) []journal.Item {
	var items []journal.Item
	for _, i := range m.part().Items {
		if _, ok := m.get(i.Key, m.time); ok && i.Key > after && strings.HasPrefix(i.Key, prefix) && !isReserved(i.Key) {
			items = append(items, i)
		}
	}
	return items
}

// due is the model's answer to [State.Due].
func (m *model) due(time journal.Instant) []journal.Item {
	var items []journal.Item
	for _, i := range m.part().Items {
		if 0 < i.Deadline && i.Deadline <= time {
			items = append(items, i)
		}
	}
	slices.SortStableFunc(items, func(a, b journal.Item) int { return cmp.Compare(a.Deadline, b.Deadline) })
	return items
}

// world is the system under test beside its whole history.
type world struct {
	state     *State
	entries   []journal.Entry // all that are applied
	committed int
	epoch     journal.EpochNumber
	snapshots []*Snapshot
}

var (
	modelKeys   = rapid.SampledFrom([]string{"a", "ab", "abc", "b", "ba", "c", "\x00q", "\x01"})
	modelPrefix = rapid.SampledFrom([]string{"", "a", "ab", "b", "c", "d", "\x00", "\xff"})
	modelAfter  = rapid.SampledFrom([]string{"", "a", "aa", "ab", "b", "c", "\x00q", "z"})
	modelChange = rapid.Custom(func(t *rapid.T) journal.Change {
		c := journal.Change{Key: modelKeys.Draw(t, "key"), Deleted: rapid.IntRange(0, 2).Draw(t, "deleted") == 0}
		if !c.Deleted {
			c.Value = []byte(rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "value"))
			c.Deadline = journal.Instant(rapid.SampledFrom([]int{0, 0, 20, 50, 99, 101, 150}).Draw(t, "deadline"))
		}
		return c
	})
)

func drawClient(t *rapid.T) journal.ClientID {
	return journal.ClientID{byte(rapid.IntRange(1, modelClients+2).Draw(t, "client"))}
}

func (w *world) apply(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "new epoch") == 0 {
		w.epoch++
	}
	e := journal.Entry{
		Position: journal.Position{Epoch: journal.Epoch{Number: w.epoch}, Index: journal.Index(len(w.entries)) + 1},
		Time:     journal.Instant(rapid.IntRange(0, 100).Draw(t, "time")),
		Changes:  rapid.SliceOfN(modelChange, 0, 4).Draw(t, "changes"),
	}
	switch rapid.IntRange(0, 5).Draw(t, "start") {
	case 0:
	case 1:
		e.Origin.Seq = journal.ExpirySeq
	default:
		e.Origin = journal.Origin{
			Client: drawClient(t),
			Seq:    rapid.Uint64Range(1, 60).Draw(t, "seq"),
			Floor:  rapid.Uint64Range(0, 20).Draw(t, "floor"),
		}
		e.Results = []int64{int64(e.Position.Index)}
	}
	w.state.Apply(e)
	w.entries = append(w.entries, e)
}

func (w *world) undo(t *rapid.T) {
	n := rapid.IntRange(w.committed, len(w.entries)).Draw(t, "undo behind")
	w.state.Undo(journal.Index(n))
	w.entries = slices.Clip(w.entries[:n])
	w.epoch++ // what comes now is another history
}

func (w *world) commit(t *rapid.T) {
	n := rapid.IntRange(0, len(w.entries)+2).Draw(t, "commit to")
	w.state.Commit(journal.Index(n))
	w.committed = max(w.committed, min(n, len(w.entries)))
}

func (w *world) snapshot(*rapid.T) { w.snapshots = append(w.snapshots, w.state.Snapshot()) }

// install goes on from a snapshot, passed on in parts, and the entries behind it.
func (w *world) install(t *rapid.T) {
	if len(w.snapshots) == 0 {
		w.snapshot(t)
	}
	from := rapid.SampledFrom(w.snapshots).Draw(t, "snapshot")
	if rapid.Bool().Draw(t, "in parts") {
		from = passed(t, from, rapid.IntRange(0, 400).Draw(t, "part bytes"))
	}
	w.state = from.State()
	w.state.DedupeMaxClients = modelClients
	w.committed = int(from.At().Index)
	// What was committed behind it may be undone from now on.
	w.snapshots = slices.DeleteFunc(w.snapshots, func(s *Snapshot) bool { return s.At().Index > from.At().Index })
	for _, e := range w.entries[w.committed:] {
		w.state.Apply(e)
	}
}

// passed sends a snapshot through parts and a Builder.
func passed(t *rapid.T, s *Snapshot, limitBytes int) *Snapshot {
	b := NewBuilder(s.At())
	var cursors []Cursor
	var sums []uint64
	for from := (Cursor{}); ; {
		part, next, done := s.Part(from, limitBytes)
		cursors, sums = append(cursors, from), append(sums, SumPart(part))
		if err := b.Add(part); err != nil {
			t.Fatal(err)
		}
		if done {
			break
		}
		if len(part.Items)+len(part.Clients) == 0 || part.Evicted != 0 || next == from {
			t.Fatalf("part before the last: %v", part)
		}
		from = next
	}
	got, err := b.Finish(s.Time(), s.Hash())
	if err != nil {
		t.Fatal(err)
	}
	for i, from := range cursors {
		if part, _, _ := got.Part(from, limitBytes); SumPart(part) != sums[i] {
			t.Fatalf("part %d is another one at the copy", i)
		}
	}
	return got
}

// check compares everything a State answers with the model.
func (w *world) check(t *rapid.T) {
	newest, committed := modelOf(w.entries), modelOf(w.entries[:w.committed])
	newest.checkSnapshot(t, &Snapshot{content: w.state.newest})
	committed.checkSnapshot(t, w.state.Snapshot())
	if w.state.Hash() != (&Snapshot{content: w.state.newest}).Hash() || w.state.Time() != newest.time || w.state.Len() != len(newest.items) {
		t.Fatalf("time %d, %d keys", w.state.Time(), w.state.Len())
	}
	if w.state.Applied() != newest.at || w.state.Committed() != committed.at {
		t.Fatalf("applied %v, committed %v; want %v, %v", w.state.Applied(), w.state.Committed(), newest.at, committed.at)
	}
	for _, s := range w.snapshots {
		then := modelOf(w.entries[:s.At().Index])
		then.checkSnapshot(t, s)
	}
	w.checkReads(t, &newest, &committed)
	w.checkDeadlines(t, &newest)
	client, seq := drawClient(t), rapid.Uint64Range(0, 60).Draw(t, "looked up")
	if _, got := w.state.Lookup(client, seq); got != newest.seen(client, seq) {
		t.Fatalf("%v/%d: seen %d, want %d", client, seq, got, newest.seen(client, seq))
	}
}

func (w *world) checkDeadlines(t *rapid.T, newest *model) {
	time := journal.Instant(rapid.SampledFrom([]int{0, 19, 20, 50, 100, 101, 200}).Draw(t, "due at"))
	var due []journal.Item
	w.state.Due(time, func(i journal.Item) bool { due = append(due, i); return true })
	if want := newest.due(time); !reflect.DeepEqual(due, want) {
		t.Fatalf("due at %d: %v, want %v", time, due, want)
	}
	var next journal.Instant
	if all := newest.due(1 << 60); len(all) > 0 {
		next = all[0].Deadline
	}
	if got := w.state.NextDeadline(); got != next {
		t.Fatalf("next deadline %d, want %d", got, next)
	}
	for key := range newest.items {
		got, ok := w.state.GetAt(key, max(time, newest.time))
		want, wantOK := newest.get(key, max(time, newest.time))
		if ok != wantOK || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q at %d: %v %t, want %v %t", key, time, got, ok, want, wantOK)
		}
	}
}

func (w *world) checkReads(t *rapid.T, newest, committed *model) {
	key, prefix, after := modelKeys.Draw(t, "read"), modelPrefix.Draw(t, "prefix"), modelAfter.Draw(t, "after")
	dirty := slices.ContainsFunc(w.entries[w.committed:], func(e journal.Entry) bool {
		return slices.ContainsFunc(e.Changes, func(c journal.Change) bool { return c.Key == key })
	})
	if got := w.state.IsDirty(key); got != dirty {
		t.Fatalf("%q is dirty: %t", key, got)
	}
	for _, c := range []struct {
		name string
		m    *model
		get  func(string) (journal.Item, bool)
		scan func(prefix, after string, visit func(journal.Item) bool)
	}{
		{"newest", newest, w.state.Get, w.state.Scan},
		{"committed", committed, w.state.GetCommitted, w.state.ScanCommitted},
	} {
		got, ok := c.get(key)
		want, wantOK := c.m.get(key, c.m.time)
		if ok != wantOK || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s %q: %v %t, want %v %t", c.name, key, got, ok, want, wantOK)
		}
		var items []journal.Item
		c.scan(prefix, after, func(i journal.Item) bool { items = append(items, i); return true })
		if want := c.m.scan(prefix, after); !reflect.DeepEqual(items, want) {
			t.Fatalf("%s scan %q after %q: %v, want %v", c.name, prefix, after, items, want)
		}
	}
}

func TestAnyCourseOfEventsGivesTheStateOfItsEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{state: New(), epoch: 1}
		w.state.DedupeMaxClients = modelClients
		t.Repeat(map[string]func(*rapid.T){
			"apply":    w.apply,
			"apply2":   w.apply, // twice as often as the others
			"undo":     w.undo,
			"commit":   w.commit,
			"snapshot": w.snapshot,
			"install":  w.install,
			"":         w.check,
		})
	})
}
