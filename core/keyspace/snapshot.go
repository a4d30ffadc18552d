package keyspace

import (
	"github.com/understudy-dev/understudy/core/journal"
)

// Snapshot is the whole state at one position. It never changes, and any
// number of goroutines may read it.
type Snapshot struct{ content content }

// At returns the position the snapshot was taken at; it covers the entries up
// to there.
func (s *Snapshot) At() journal.Position { return s.content.at }

// Time returns the logical time at At.
func (s *Snapshot) Time() journal.Instant { return s.content.time }

// Hash returns the state hash at At.
func (s *Snapshot) Hash() uint64 { return s.content.hash() }

// Len returns the number of keys, reserved ones and those whose deadline has
// come included.
func (s *Snapshot) Len() int { return s.content.items.Len() }

// SizeBytes returns about what the parts take in frames or in storage. It costs
// the same however large the state is.
func (s *Snapshot) SizeBytes() int { return s.content.sizeBytes() }

// State returns a state of its own that begins at the snapshot: At is both
// applied and committed.
func (s *Snapshot) State() *State {
	c := s.content
	c.items = copyTree(c.items)
	c.mortal = copyTree(c.mortal)
	c.table.records = copyTree(c.table.records)
	c.table.byAge = copyTree(c.table.byAge)
	c.table.answers = copyTree(c.table.answers)
	return newState(c)
}

// Part is a piece of a snapshot: items by key, then clients by id. Together the
// parts hold everything but the position, the time and the hash.
type Part struct {
	Items   []journal.Item
	Clients []journal.ClientRecord
	Evicted journal.Index // see [State.Evicted]; with the last part, 0 before
}

// Cursor says where a part of a snapshot begins. The zero Cursor is the first
// part's. It may be kept, compared, and used again.
type Cursor struct {
	key     string // of the first item
	clients bool   // the items are done
	client  journal.ClientID
}

// Part returns the piece that begins at from, where the next one begins, and
// whether this is the last; behind the last there is no next one. A part holds
// at least one item or client, unless the snapshot is empty, and more while
// they fit into limitBytes. The same snapshot has the same parts at every copy.
func (s *Snapshot) Part(from Cursor, limitBytes int) (part Part, next Cursor, done bool) {
	size := 0
	fits := func(more int) bool {
		first := size == 0
		size += more
		return first || size <= limitBytes
	}
	full := false
	if !from.clients {
		s.content.items.Ascend(byKey(from.key), func(r *row) bool {
			if full = !fits(itemSize(r.Item)); full {
				next = Cursor{key: r.Key}
				return false
			}
			part.Items = append(part.Items, r.Item)
			return true
		})
	}
	if full {
		return part, next, false
	}
	s.content.table.records.Ascend(&record{client: from.client}, func(r *record) bool {
		if full = !fits(recordSize(r)); full {
			next = Cursor{clients: true, client: r.client}
			return false
		}
		part.Clients = append(part.Clients, s.content.table.clientRecord(r))
		return true
	})
	if full {
		return part, next, false
	}
	part.Evicted = s.content.table.evicted
	return part, Cursor{}, true
}

// clientRecord puts a row and its answers together.
func (t *table) clientRecord(r *record) journal.ClientRecord {
	c := journal.ClientRecord{Client: r.client, Last: r.last, Floor: r.floor, Done: r.done}
	t.answers.Ascend(&answer{client: r.client}, func(a *answer) bool {
		if a.client != r.client {
			return false
		}
		c.Kept = append(c.Kept, a.kept)
		return true
	})
	return c
}

// The sizes estimate what things take in a frame, rather too much than too little.

func itemSize(i journal.Item) int {
	size := len(i.Key) + len(i.Value) + 24
	if i.Deadline != 0 {
		size += 10 // not of other items: older copies of a snapshot have the same parts
	}
	return size
}

func recordSize(r *record) int { return rowSize(r) + r.keptBytes }

// rowSize is recordSize without the answers.
func rowSize(r *record) int { return 64 + 20*len(r.done) }

func keptSize(k journal.KeptResult) int { return 64 + 9*len(k.Results) }

// SumPart returns the xxhash64 of a part's content. No and empty values, spans
// and results are the same to it, as they are to the state hash.
func SumPart(p Part) uint64 {
	h := newHasher()
	h.number(uint64(len(p.Items)))
	for _, i := range p.Items {
		h.text(i.Key)
		h.bytes(i.Value)
		h.number(uint64(i.Revision))
	}
	h.number(uint64(len(p.Clients)))
	for _, c := range p.Clients {
		h.raw(c.Client[:])
		h.number(uint64(c.Last))
		h.number(c.Floor)
		h.spans(c.Done)
		h.number(uint64(len(c.Kept)))
		for _, k := range c.Kept {
			h.kept(k)
		}
	}
	h.number(uint64(p.Evicted))
	for n, i := range p.Items {
		if i.Deadline != 0 { // else the sum is what it was before there were any
			h.number(uint64(n))
			h.number(uint64(i.Deadline))
		}
	}
	return h.digest.Sum64()
}
