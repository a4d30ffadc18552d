package wire_test

import (
	"math"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// draw makes the parts of random frames that keep every rule.
type draw struct{ *rapid.T }

func (d draw) upTo(most int) int { return rapid.IntRange(0, most).Draw(d.T, "n") }
func (d draw) bool() bool        { return rapid.Bool().Draw(d.T, "bool") }

// number returns any number, small ones and edges often.
func (d draw) number() uint64 {
	return rapid.OneOf(rapid.Uint64Range(0, 300), rapid.SampledFrom([]uint64{
		1<<16 - 1, 1 << 16, 1<<32 - 1, 1 << 32, math.MaxInt64, 1 << 63, math.MaxUint64,
	})).Draw(d.T, "number")
}

func (d draw) positive() uint64 { return max(1, d.number()) }

func (d draw) integer() int64 {
	return rapid.OneOf(rapid.Int64Range(-300, 300), rapid.Int64()).Draw(d.T, "integer")
}

func (d draw) wait() time.Duration {
	return time.Duration(rapid.Int64Range(0, math.MaxInt64).Draw(d.T, "wait"))
}

// id returns one of few ids, never zero.
func (d draw) id() (id journal.NodeID) {
	id[d.upTo(15)] = byte(1 + d.upTo(3))
	return id
}

func (d draw) ids(most int) []journal.NodeID { return some(d, most, d.id) }

func (d draw) idOrZero() journal.NodeID {
	if d.bool() {
		return journal.NodeID{}
	}
	return d.id()
}

// risingIDs returns different ids in order.
func (d draw) risingIDs(most int) []journal.NodeID {
	ids := d.ids(most)
	slices.SortFunc(ids, journal.NodeID.Compare)
	return slices.Compact(ids)
}

func (d draw) client() journal.ClientID { return journal.ClientID(d.id()) }

func (d draw) key() string {
	return string(rapid.SliceOfN(rapid.Byte(), 1, 30).Draw(d.T, "key"))
}

func (d draw) prefix() string { return string(rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(d.T, "prefix")) }

func (d draw) value() []byte {
	v := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(d.T, "value")
	if len(v) == 0 {
		return nil
	}
	return v
}

func (d draw) text() string { return rapid.StringN(0, 12, 60).Draw(d.T, "text") }

// some returns up to most items, and nil for none.
func some[T any](d draw, most int, item func() T) []T {
	var items []T
	for range d.upTo(most) {
		items = append(items, item())
	}
	return items
}

func (d draw) mastership() journal.Epoch {
	return journal.Epoch{Number: journal.EpochNumber(d.positive()), Master: d.id()}
}

// epoch may be zero or have no master.
func (d draw) epoch() journal.Epoch {
	e := d.mastership()
	switch d.upTo(3) {
	case 0:
		e = journal.Epoch{}
	case 1:
		e.Master = journal.NodeID{}
	}
	return e
}

func (d draw) entryPosition() journal.Position {
	return journal.Position{Epoch: d.mastership(), Index: journal.Index(d.positive())}
}

func (d draw) position() journal.Position {
	if d.upTo(4) == 0 {
		return journal.Position{}
	}
	return d.entryPosition()
}

func (d draw) ack() journal.Ack { return journal.Ack(rapid.Int32Range(-1, 999).Draw(d.T, "ack")) }

// asked is the ack of a request, which may leave it to the room.
func (d draw) asked() journal.Ack {
	return journal.Ack(rapid.Int32Range(-2, 999).Draw(d.T, "ack"))
}

func (d draw) origin() journal.Origin {
	seq := d.positive()
	return journal.Origin{Client: d.client(), Seq: seq, Floor: min(seq, d.number())}
}

func (d draw) results() []int64 { return some(d, 4, d.integer) }

func (d draw) member() register.Member {
	m := register.Member{
		Node: d.id(), Incarnation: journal.Incarnation(d.positive()), Name: d.text(),
		Kind: register.Kind(1 + d.upTo(2)), Priority: int32(d.integer()), Durable: d.bool(), Visible: d.bool(),
	}
	m.Candidate = m.HasCopy() && d.bool()
	return m
}

func (d draw) members() []register.Member {
	var members []register.Member
	for _, id := range d.risingIDs(4) {
		m := d.member()
		m.Node = id
		members = append(members, m)
	}
	return members
}

func (d draw) register() register.Register {
	if d.upTo(4) == 0 {
		return register.Register{}
	}
	r := register.Register{
		Version: register.Version(d.positive()), Epoch: d.epoch(), Awaiting: d.bool(),
		Losses: some(d, 3, func() register.Loss {
			return register.Loss{Epoch: d.mastership(), At: journal.Instant(d.integer()), Missing: d.ids(3), Taken: d.bool()}
		}),
		Settings: d.settings(),
	}
	seated := r.Epoch.Master.IsZero()
	for _, id := range d.risingIDs(4) {
		seated = seated || id == r.Epoch.Master
		r.InSync = append(r.InSync, register.Seat{Node: id, Volatile: d.bool(), Incarnation: journal.Incarnation(d.number())})
	}
	if !seated {
		r.InSync = append(r.InSync, register.Seat{Node: r.Epoch.Master})
	}
	return r
}

func (d draw) settings() register.Settings {
	s := register.Settings{
		Election: register.Election(d.upTo(3)), MinInSync: uint16(d.upTo(3)), NoVolatile: d.bool(),
		LagLimit: time.Duration(d.upTo(1)) * time.Minute,
	}
	if d.bool() {
		s.Ack = register.Ack{Given: true, Ack: d.ack()}
	}
	return s
}

func (d draw) orphan() journal.Orphan {
	prev := d.entryPosition()
	prev.Index = min(prev.Index, math.MaxUint64-1)
	o := journal.Orphan{
		Entry: journal.Entry{
			Position: journal.Position{Epoch: prev.Epoch, Index: prev.Index + 1}, Time: journal.Instant(d.integer()),
			Ack: d.ack(), Origin: d.origin(), Changes: d.changes(), Results: d.results(),
		},
		Acked: d.bool(), Final: d.bool(), Superseded: d.bool(), Replaced: d.position(),
	}
	if o.HasBefore = d.bool(); o.HasBefore {
		o.Before = d.items()
	}
	return o
}

func (d draw) instant() journal.Instant {
	return journal.Instant(rapid.Int64Range(0, math.MaxInt64).Draw(d.T, "instant"))
}

func (d draw) deadline() journal.Instant {
	if d.upTo(2) > 0 {
		return 0
	}
	return d.instant()
}

func (d draw) changes() []journal.Change {
	return some(d, 3, func() journal.Change {
		c := journal.Change{Key: d.key(), Deleted: d.bool()}
		if !c.Deleted {
			c.Value, c.Deadline = d.value(), d.deadline()
		}
		return c
	})
}

func (d draw) failure() *frame.Failure {
	if d.bool() {
		return nil
	}
	codes := []frame.Code{frame.CodeNotEnoughReplicas, frame.CodeOutcomeUnknown, frame.CodeStale, frame.CodeSilent}
	return &frame.Failure{Code: rapid.SampledFrom(codes).Draw(d.T, "code"), Text: d.text(), Position: d.position()}
}

// later returns the epoch of an entry behind one of epoch e.
func (d draw) later(e journal.Epoch) journal.Epoch {
	next := d.mastership()
	if d.upTo(3) > 0 && !e.IsZero() || next.Compare(e) < 0 {
		return e
	}
	return next
}

func (d draw) entries(prev journal.Position) []journal.Entry {
	room := int(min(12, math.MaxUint64-prev.Index)) // to the last index there is
	now := journal.Instant(d.integer())
	client := journal.ClientID(d.id())
	return some(d, room, func() journal.Entry {
		prev = journal.Position{Epoch: d.later(prev.Epoch), Index: prev.Index + 1}
		if more := journal.Instant(d.number() >> 1); now < math.MaxInt64-more {
			now += more
		}
		e := journal.Entry{Position: prev, Time: now, Ack: d.ack(), Results: d.results()}
		if d.upTo(4) > 0 {
			if d.bool() {
				client = d.client()
			}
			e.Origin = d.origin()
			e.Origin.Client = client
		} else if d.bool() {
			e.Origin.Seq = journal.ExpirySeq
		}
		e.Changes = d.changes()
		return e
	})
}

// history returns one, and where a journal with it ends.
func (d draw) history() (journal.History, journal.Position) {
	var h journal.History
	var last journal.Position
	for range d.upTo(4) {
		last.Epoch = journal.Epoch{Number: last.Epoch.Number + journal.EpochNumber(1+d.upTo(300)), Master: d.id()}
		last.Index += journal.Index(1 + d.upTo(70_000))
		h = append(h, journal.EpochStart{Epoch: last.Epoch, First: last.Index})
	}
	if len(h) > 0 {
		last.Index += journal.Index(d.upTo(70_000))
	}
	return h, last
}

func (d draw) items() []journal.Item {
	items := some(d, 5, func() journal.Item {
		return journal.Item{Key: d.key(), Value: d.value(), Revision: journal.Index(d.positive()), Deadline: d.deadline()}
	})
	slices.SortFunc(items, func(a, b journal.Item) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return slices.CompactFunc(items, func(a, b journal.Item) bool { return a.Key == b.Key })
}

func (d draw) clientRecord() journal.ClientRecord {
	c := journal.ClientRecord{Client: d.client(), Last: journal.Index(d.positive()), Floor: d.number()}
	seq := uint64(0)
	for range d.upTo(3) {
		from := seq + 1 + uint64(d.upTo(300))
		seq = from + uint64(d.upTo(300))
		c.Done = append(c.Done, journal.Span{From: from, To: seq})
		c.Kept = append(c.Kept, journal.KeptResult{Seq: seq, Position: d.entryPosition(), Results: d.results()})
	}
	return c
}
