package keyspace

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func TestPartsKeepTheirLimitAndBreakAtIt(t *testing.T) {
	s := applied(
		wrote(1, 1, 1, 1, set("a", "1"), set("b", strings.Repeat("x", 1000)), set("c", "1"), set("d", "1")),
		wrote(2, 2, 1, 1),
	)
	s.DedupeMaxClients = 1
	s.Apply(wrote(3, 3, 1, 1))
	s.Apply(wrote(4, 4, 1, 1))
	s.Commit(4)
	two := 2 * itemSize(journal.Item{Key: "a", Value: []byte("1")})
	snapshot := s.Snapshot()
	for limit, want := range map[int]string{
		0:       "a|b|c|d|1",
		two - 1: "a|b|c|d|1",
		two:     "a|b|cd|1", // b is over the limit alone
		1 << 20: "abcd1",
	} {
		var parts []string
		for from, done := (Cursor{}), false; !done; {
			var p Part
			p, from, done = snapshot.Part(from, limit)
			text := ""
			for _, i := range p.Items {
				text += i.Key
			}
			parts = append(parts, text+strings.Repeat("1", len(p.Clients)))
			if wantEvicted := map[bool]journal.Index{true: 3}[done]; p.Evicted != wantEvicted {
				t.Errorf("limit %d: evicted %d in part %d, done %t", limit, p.Evicted, len(parts), done)
			}
		}
		if got := strings.Join(parts, "|"); got != want {
			t.Errorf("limit %d: parts %s, want %s", limit, got, want)
		}
	}
}

func TestAnEmptySnapshotIsOneEmptyPart(t *testing.T) {
	p, _, done := New().Snapshot().Part(Cursor{}, 0)
	if !done || len(p.Items)+len(p.Clients) != 0 {
		t.Errorf("part %v, done %t", p, done)
	}
}

func TestASnapshotDoesNotMoveWithItsState(t *testing.T) {
	s := applied(start(1, set("a", "1")))
	s.Commit(1)
	s.Apply(start(2, set("a", "2")))
	snapshot := s.Snapshot()
	s.Apply(start(3, del("a")))
	s.Commit(3)
	second := snapshot.State()
	second.Apply(start(2, set("b", "2")))
	if p, _, _ := snapshot.Part(Cursor{}, 100); len(p.Items) != 1 || string(p.Items[0].Value) != "1" || snapshot.At() != at(1) {
		t.Errorf("the snapshot at %v is %v", snapshot.At(), p.Items)
	}
	if got := scanned(second.Scan, "", ""); got != "a=1@1 b=2@2 " || second.Committed() != at(1) {
		t.Errorf("its state is %s, committed %v", got, second.Committed())
	}
	if got := scanned(s.Scan, "", ""); got != "" {
		t.Errorf("the first state is %s", got)
	}
}

func TestWhatWasEvictedTravelsInASnapshot(t *testing.T) {
	s := New()
	s.DedupeMaxClients = 1
	s.Apply(wrote(1, 1, 1, 1))
	s.Apply(wrote(2, 2, 1, 1))
	s.Commit(2)
	p, _, _ := s.Snapshot().Part(Cursor{}, 1000)
	b := NewBuilder(at(2))
	if err := b.Add(p); err != nil {
		t.Fatal(err)
	}
	got, err := b.Finish(s.Time(), s.Hash())
	if err != nil || got.State().Evicted() != 1 {
		t.Errorf("evicted %v, %v", got, err)
	}
}

func TestASumTellsPartsApart(t *testing.T) {
	whole := func() Part {
		return Part{
			Items:   []journal.Item{{Key: "a", Value: []byte("1"), Revision: 1}},
			Clients: []journal.ClientRecord{{Client: journal.ClientID{1}, Last: 2, Floor: 3, Done: []journal.Span{{From: 4, To: 5}}, Kept: []journal.KeptResult{{Seq: 5, Position: at(2), Results: []int64{6}}}}},
			Evicted: 7,
		}
	}
	for what, spoil := range map[string]func(*Part){
		"key":      func(p *Part) { p.Items[0].Key = "b" },
		"value":    func(p *Part) { p.Items[0].Value = []byte("2") },
		"revision": func(p *Part) { p.Items[0].Revision++ },
		"border":   func(p *Part) { p.Items[0].Key, p.Items[0].Value = "a1", nil },
		"no item":  func(p *Part) { p.Items = nil },
		"client":   func(p *Part) { p.Clients[0].Client[15]++ },
		"last":     func(p *Part) { p.Clients[0].Last++ },
		"floor":    func(p *Part) { p.Clients[0].Floor++ },
		"span":     func(p *Part) { p.Clients[0].Done[0].To++ },
		"kept":     func(p *Part) { p.Clients[0].Kept[0].Seq++ },
		"position": func(p *Part) { p.Clients[0].Kept[0].Position.Epoch.Number++ },
		"result":   func(p *Part) { p.Clients[0].Kept[0].Results[0]++ },
		"evicted":  func(p *Part) { p.Evicted++ },
	} {
		p := whole()
		spoil(&p)
		if SumPart(p) == SumPart(whole()) {
			t.Errorf("the sum does not cover: %s", what)
		}
		b := NewBuilder(at(9))
		clean := NewBuilder(at(9))
		if err := errors.Join(b.Add(p), clean.Add(whole())); err != nil {
			t.Fatal(err)
		}
		var wrong *HashError
		if _, err := b.Finish(1, clean.content.hash()-mix(tagTime, 0, 0, 0)+mix(tagTime, 1, 0, 0)); !errors.As(err, &wrong) {
			t.Errorf("the state hash does not cover: %s: %v", what, err)
		}
	}
	if SumPart(Part{Items: []journal.Item{{Key: "a"}}}) != SumPart(Part{Items: []journal.Item{{Key: "a", Value: []byte{}}}}) {
		t.Error("an empty value counts")
	}
}

func TestABuilderRefusesWhatIsOutOfOrder(t *testing.T) {
	item := func(key string) Part { return Part{Items: []journal.Item{{Key: key}}} }
	client := func(c journal.ClientRecord) Part { return Part{Clients: []journal.ClientRecord{c}} }
	id := journal.ClientID{1}
	for what, parts := range map[string][]Part{
		"a key again":         {item("a"), item("a")},
		"a smaller key":       {{Items: []journal.Item{{Key: "b"}, {Key: "a"}}}},
		"an empty key":        {item("")},
		"an item at last":     {client(journal.ClientRecord{Client: id}), item("a")},
		"a client again":      {client(journal.ClientRecord{Client: id}), client(journal.ClientRecord{Client: id})},
		"nobody":              {client(journal.ClientRecord{})},
		"a part again":        {item("a"), item("b"), item("b")},
		"answers":             {client(journal.ClientRecord{Client: id, Kept: []journal.KeptResult{{Seq: 2}, {Seq: 1}}})},
		"a span upside down":  {client(journal.ClientRecord{Client: id, Done: []journal.Span{{From: 2, To: 1}}})},
		"spans out of order":  {client(journal.ClientRecord{Client: id, Done: []journal.Span{{From: 5, To: 6}, {From: 1, To: 2}}})},
		"spans over another":  {client(journal.ClientRecord{Client: id, Done: []journal.Span{{From: 1, To: 3}, {From: 3, To: 4}}})},
		"the time of another": nil,
	} {
		b := NewBuilder(at(1))
		var err error
		for _, p := range parts {
			err = errors.Join(err, b.Add(p))
		}
		if parts == nil {
			var wrong *HashError
			if _, err := b.Finish(1, New().Hash()); !errors.As(err, &wrong) ||
				!strings.HasPrefix(err.Error(), "state hash of the snapshot at 1/1 is ") || wrong.Want != New().Hash() {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		if !errors.Is(err, ErrOrder) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestASnapshotIsReadWhileItsStateGoesOn(t *testing.T) {
	s := New()
	for i := range journal.Index(2000) {
		s.Apply(wrote(i+1, byte(i%50)+1, uint64(i)+1, uint64(i)/2, set(string(rune('a'+i)), "1")))
	}
	s.Commit(2000)
	snapshot := s.Snapshot()
	before, _, _ := snapshot.Part(Cursor{}, 1<<30)
	sums := make(chan uint64)
	for range 2 {
		go func() {
			p, _, _ := snapshot.Part(Cursor{}, 1<<30)
			own := snapshot.State()
			own.Apply(start(2001, set("own", "1")))
			sums <- SumPart(p)
		}()
	}
	for i := journal.Index(2000); i < 3000; i++ {
		s.Apply(wrote(i+1, byte(i%50)+1, uint64(i)+1, uint64(i)/2, set(string(rune('a'+i%1000)), "2"), del("b")))
	}
	for range 2 {
		if sum := <-sums; sum != SumPart(before) {
			t.Error("the snapshot changed")
		}
	}
	if !bytes.Equal(before.Items[0].Value, []byte("1")) {
		t.Error("the snapshot changed")
	}
}
