package keyspace

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/journal"
)

// Builder makes a [Snapshot] again from its parts.
type Builder struct {
	content content
	key     string           // of the newest item
	client  journal.ClientID // of the newest client
}

// NewBuilder begins a snapshot of the state at a position.
func NewBuilder(at journal.Position) *Builder {
	b := &Builder{content: newContent()}
	b.content.at = at
	return b
}

// Add takes the next part, whose slices must not change any more. After an
// error, which wraps [ErrOrder], the Builder is of no use.
func (b *Builder) Add(p Part) error {
	if len(p.Items) > 0 && b.content.table.records.Len() > 0 {
		return fmt.Errorf("key %q behind client %v: %w", p.Items[0].Key, b.client, ErrOrder)
	}
	for _, i := range p.Items {
		if i.Key <= b.key {
			return fmt.Errorf("key %q behind %q: %w", i.Key, b.key, ErrOrder)
		}
		b.key = i.Key
		r := newRow(i)
		b.content.items.Load(r)
		if r.Deadline != 0 {
			b.content.mortal.Set(r)
		}
		b.content.sum += r.hash
		b.content.size += itemSize(i)
	}
	for _, c := range p.Clients {
		if err := b.addClient(c); err != nil {
			return err
		}
	}
	b.content.table.evicted = max(b.content.table.evicted, p.Evicted)
	return nil
}

func (b *Builder) addClient(c journal.ClientRecord) error {
	if compareClients(&c.Client, &b.client) <= 0 {
		return fmt.Errorf("client %v behind %v: %w", c.Client, b.client, ErrOrder)
	}
	b.client = c.Client
	t := &b.content.table
	r := &record{client: c.Client, last: c.Last, floor: c.Floor, done: c.Done}
	for i, s := range c.Done {
		if s.To < s.From || i > 0 && s.From <= c.Done[i-1].To {
			return fmt.Errorf("client %v: writes %d to %d in place %d of its spans: %w", c.Client, s.From, s.To, i, ErrOrder)
		}
	}
	for i, k := range c.Kept {
		if i > 0 && k.Seq <= c.Kept[i-1].Seq {
			return fmt.Errorf("client %v: answer %d behind %d: %w", c.Client, k.Seq, c.Kept[i-1].Seq, ErrOrder)
		}
		r.keptBytes += keptSize(k)
		t.swapAnswer(nil, newAnswer(c.Client, k))
	}
	r.hash = hashRecord(r)
	t.swapRecord(nil, r)
	return nil
}

// Finish returns the snapshot once all parts are added, given the logical time
// and the state hash that came with them. It fails with a [*HashError] if the
// parts make another state. The Builder is used up.
func (b *Builder) Finish(time journal.Instant, hash uint64) (*Snapshot, error) {
	b.content.time = time
	if got := b.content.hash(); got != hash {
		return nil, &HashError{At: b.content.at, Want: hash, Got: got}
	}
	return &Snapshot{content: b.content}, nil
}
