package sim

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/store"
)

// ledger is what a copy must hold: the simplest thing that could be right.
type ledger struct {
	meta    core.Meta
	log     []journal.Entry // from the first on
	orphans []journal.Orphan
}

func (l ledger) with(r core.Record) ledger {
	switch r := r.(type) {
	case core.SaveMeta:
		l.meta = r.Meta
	case core.Append:
		l.log = slices.Concat(l.log, r.Entries)
	case core.Cut:
		l.log = slices.Clip(l.log[:r.After])
	case core.SaveOrphans:
		l.orphans = slices.Concat(l.orphans, r.Orphans)
	case core.DropOrphans:
		l.orphans = slices.DeleteFunc(slices.Clone(l.orphans), func(o journal.Orphan) bool {
			return slices.Contains(r.Positions, o.Entry.Position)
		})
	case core.SaveSnapshot:
		if r.Reset {
			l.log = story(r.Snapshot.At().Index)
		}
	}
	return l
}

// tell makes the entry at an index: every third begins an epoch.
func tell(i journal.Index) journal.Entry {
	n := journal.EpochNumber(i+2) / 3
	return journal.Entry{
		Position: journal.Position{Epoch: journal.Epoch{Number: n, Master: journal.NodeID{byte(n)}}, Index: i},
		Time:     journal.Instant(i), Origin: journal.Origin{Client: journal.ClientID{9}, Seq: uint64(i), Floor: uint64(i)},
		Changes: []journal.Change{{Key: fmt.Sprint("key", i%5), Value: slices.Repeat([]byte{byte(i)}, 40)}},
	}
}

// story is all entries up to an index.
func story(to journal.Index) []journal.Entry { return storyFrom(1, to) }

func storyFrom(from, to journal.Index) []journal.Entry {
	var all []journal.Entry
	for i := from; i <= to; i++ {
		all = append(all, tell(i))
	}
	return all
}

func stateAt(log []journal.Entry) *keyspace.Snapshot {
	s := keyspace.New()
	for _, e := range log {
		s.Apply(e)
	}
	s.Commit(s.Applied().Index)
	return s.Snapshot()
}

func historyOfEntries(log []journal.Entry) journal.History {
	var h journal.History
	for _, e := range log {
		if p := e.Position; len(h) == 0 || h[len(h)-1].Epoch != p.Epoch {
			h = append(h, journal.EpochStart{Epoch: p.Epoch, First: p.Index})
		}
	}
	return h
}

// differs says how what was loaded differs from the ledger, or nothing. It may
// stand on any snapshot of the ledger's journal.
func (l *ledger) differs(s core.Stored) string {
	at := 0
	if s.Snapshot != nil {
		at = int(s.Snapshot.At().Index)
		if at > len(l.log) {
			return fmt.Sprintf("a snapshot at %v", s.Snapshot.At())
		}
		if want := stateAt(l.log[:at]); s.Snapshot.At() != want.At() || s.Snapshot.Hash() != want.Hash() {
			return fmt.Sprintf("a snapshot at %v that is not of its entries", s.Snapshot.At())
		}
		if want := historyOfEntries(l.log[:at]); !slices.Equal(want, s.History) {
			return fmt.Sprintf("the history %v, not %v", s.History, want)
		}
	}
	switch {
	case !slices.EqualFunc(l.log[at:], s.Entries, func(a, b journal.Entry) bool { return sameEntry(&a, &b) }):
		return fmt.Sprintf("%d entries behind %d", len(s.Entries), at)
	case !reflect.DeepEqual(l.meta, s.Meta):
		return fmt.Sprintf("%+v", s.Meta)
	case !slices.EqualFunc(l.orphans, s.Orphans, func(a, b journal.Orphan) bool {
		return a.Final == b.Final && a.Acked == b.Acked && sameEntry(&a.Entry, &b.Entry)
	}):
		return fmt.Sprintf("%d orphans", len(s.Orphans))
	}
	return ""
}

// deed is one thing a host does with its store.
type deed struct {
	write []core.Record
	work  bool // all that can wait
	close bool // and open it again
}

// aLife is everything a store is asked to do, once.
func aLife() []deed {
	meta := func(i journal.Incarnation) core.Record {
		return core.SaveMeta{Meta: core.Meta{Node: journal.NodeID{1}, Incarnation: i, Accepted: journal.Epoch{Number: journal.EpochNumber(i)}}}
	}
	other := func(i journal.Index) journal.Entry { // in the place of the one that is told
		e := tell(i)
		e.Position.Epoch = journal.Epoch{Number: e.Position.Epoch.Number - 1, Master: journal.NodeID{99}}
		return e
	}
	add := func(from, to journal.Index) core.Record { return core.Append{Entries: storyFrom(from, to)} }
	snapshot := func(at journal.Index, reset bool) core.Record {
		return core.SaveSnapshot{Snapshot: stateAt(story(at)), History: historyOfEntries(story(at)), Reset: reset}
	}
	return []deed{
		{write: []core.Record{meta(1)}},
		{write: []core.Record{add(1, 3), meta(2)}},
		{write: []core.Record{core.Append{Entries: []journal.Entry{other(4), other(5)}}}},
		{work: true},
		{write: []core.Record{
			core.SaveOrphans{Orphans: []journal.Orphan{{Entry: other(4), Acked: true}, {Entry: other(5)}}},
			core.Cut{After: 3}, add(4, 5), meta(3),
		}},
		{write: []core.Record{add(6, 12)}},
		{close: true},
		{write: []core.Record{snapshot(9, false), add(13, 13)}},
		{work: true},
		{write: []core.Record{core.DropOrphans{Positions: []journal.Position{other(4).Position}}, add(14, 15)}},
		{write: []core.Record{snapshot(15, false)}}, // which nobody gets to write
		{write: []core.Record{snapshot(22, true), add(23, 24), meta(4)}},
		{work: true},
		{write: []core.Record{snapshot(24, false), core.Cut{After: 24}, add(25, 40)}},
		{close: true},
		{write: []core.Record{add(41, 42)}},
	}
}

// liver lives a life on a disk until something stops it.
type liver struct {
	disk  *platter
	plant func(journal.Directory) journal.Directory // a bug; nil for none
	store *store.Store
	ahead int64    // bytes of zeros it writes ahead
	sure  ledger   // what it was told to be durable
	maybe []ledger // what it may be besides, since
}

// open begins a process. It must find what is sure and perhaps some of the rest.
func (l *liver) open() error {
	dir := journal.Directory(l.disk)
	if l.plant != nil {
		dir = l.plant(dir)
	}
	l.store = store.New(dir, store.Options{SegmentBytes: 1200, AheadBytes: l.ahead})
	stored, report, err := l.store.Load()
	if err != nil {
		return err
	}
	if report.Renewed != "" || len(report.Damage) > 0 {
		return fmt.Errorf("it is renewed: %s %v", report.Renewed, report.Damage)
	}
	differs := ""
	for _, could := range append([]ledger{l.sure}, l.maybe...) {
		if differs = could.differs(stored); differs == "" {
			l.sure, l.maybe = could, nil
			return nil
		}
	}
	return fmt.Errorf("it holds %s; it has promised %d entries, and %d changes were on their way", differs, len(l.sure.log), len(l.maybe))
}

func (l *liver) do(d deed) error {
	switch {
	case d.close:
		if err := l.store.Close(); err != nil {
			return err
		}
		return l.open()
	case d.work:
		for more := true; more; {
			var err error
			if more, err = l.store.Work(); err != nil {
				return err
			}
		}
		return nil
	}
	could := l.sure
	for _, r := range single(d.write) {
		could = could.with(r)
		l.maybe = append(l.maybe, could)
	}
	if err := l.store.Write(d.write); err != nil {
		return err
	}
	l.sure, l.maybe = could, nil
	return nil
}

// live does one deed after the other and returns the first error.
func (l *liver) live(deeds []deed) error {
	if err := l.open(); err != nil {
		return err
	}
	for i, d := range deeds {
		if err := l.do(d); err != nil {
			return fmt.Errorf("deed %d: %w", i, err)
		}
	}
	return l.store.Close()
}

// dieAt lives until the operation of that number, and reports whether there is one.
func (l *liver) dieAt(t *testing.T, operation int) bool {
	t.Helper()
	l.disk.stress.killAt = operation
	err := l.live(aLife())
	if err != nil && !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	return err != nil
}

// goOn opens what is left, and writes on: twice. What was found is durable from
// then on, also where it had only been written.
func (l *liver) goOn() error {
	l.disk.begin()
	if err := l.open(); err != nil {
		return err
	}
	l.disk.cutPower(keeper{chance: l.disk.stress.chance})
	for range 2 {
		l.disk.begin()
		if err := l.open(); err != nil {
			return err
		}
		next := journal.Index(len(l.sure.log)) + 1
		for _, d := range []deed{
			{write: []core.Record{core.SaveMeta{Meta: core.Meta{Node: journal.NodeID{1}, Incarnation: 9}}}},
			{write: []core.Record{core.Append{Entries: l.follow(next, next+3)}}}, {work: true},
		} {
			if err := l.do(d); err != nil {
				return err
			}
		}
		l.disk.cutPower(keeper{chance: l.disk.stress.chance})
	}
	return nil
}

// follow tells the story on in an epoch behind all others.
func (l *liver) follow(from, to journal.Index) []journal.Entry {
	entries := storyFrom(from, to)
	for i := range entries {
		entries[i].Position.Epoch = journal.Epoch{Number: 99, Master: journal.NodeID{99}}
	}
	return entries
}

// ending is a way in which a process and its machine end.
type ending struct {
	name string
	end  func(p *platter)
}

var ends = []ending{
	{"killed", func(*platter) {}},
	{"power cut, nothing kept", func(p *platter) { p.cutPower(keeper{chance: p.stress.chance}) }},
	{"power cut, some kept", func(p *platter) { p.cutPower(keeper{chance: p.stress.chance, permille: 300}) }},
	{"power cut, most kept", func(p *platter) { p.cutPower(keeper{chance: p.stress.chance, permille: 800}) }},
	{"power cut, last write torn", func(p *platter) { p.cutPower(keeper{chance: p.stress.chance, permille: 500, torn: true}) }},
}

func TestACopySurvivesADeathAtEveryOperation(t *testing.T) {
	draws := uint64(4)
	if testing.Short() {
		draws = 1
	}
	for _, e := range ends {
		t.Run(e.name, func(t *testing.T) {
			for operation := 0; ; operation++ {
				for seed := range draws {
					l := &liver{disk: newPlatter(newChance(seed, e.name)), ahead: 300 * int64(seed%2)}
					if !l.dieAt(t, operation) {
						if operation < 100 {
							t.Errorf("a whole life is only %d operations", operation)
						}
						return
					}
					e.end(l.disk)
					if err := l.goOn(); err != nil {
						t.Fatalf("%s before operation %d (draw %d): %v", e.name, operation, seed, err)
					}
				}
			}
		})
	}
}

func TestACopySurvivesADeathAtEveryOperationOfItsRecovery(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for _, e := range []ending{ends[0], ends[2]} {
		t.Run(e.name, func(t *testing.T) {
			for operation := 0; ; operation += step {
				for again := 0; ; again++ {
					l := &liver{disk: newPlatter(newChance(uint64(again), e.name))}
					if !l.dieAt(t, operation) {
						return
					}
					e.end(l.disk)
					l.disk.begin()
					l.disk.stress.killAt = again
					err := l.open()
					if err == nil {
						break
					}
					if !errors.Is(err, errKilled) {
						t.Fatalf("%s before operation %d: %v", e.name, operation, err)
					}
					e.end(l.disk)
					if err := l.goOn(); err != nil {
						t.Fatalf("%s before operation %d and again before operation %d of the recovery: %v", e.name, operation, again, err)
					}
				}
			}
		})
	}
}
