package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// localCopy is this node's copy of the room: the journal, the state it leads
// to, the orphans cut from it, and how much of it all is durable.
//
// Invariants: state.Applied == log.Last; log.Base <= state.Committed <=
// log.Last; durable <= log.Last. Changes become records, which [localCopy.flush]
// gives to the host in one Store.
type localCopy struct {
	meta    Meta
	log     journal.Log
	state   *keyspace.State
	orphans orphanage

	// saved is what the state was at some commit mark, from where startOver may
	// go on. The snapshot in storage, or on its way there, is never newer: it
	// is at storedAt, 0 if there is none. replaceable is what the entries take
	// that were committed since, metaBytes what the metas do.
	saved       *keyspace.Snapshot // nil for none
	storedAt    journal.Index
	replaceable int
	metaBytes   int

	records []Record // changes since the last flush
	seq     uint64   // of the last Store
	stored  uint64   // Seq up to which the host has reported Persisted
	metaSeq uint64   // of the Store that holds the newest meta; see isMetaStored
	marks   []mark   // Stores on their way, oldest first
	durable journal.Position

	loaded loaded

	// Watches of level local were shown the entries up to shown; retracted is what
	// was cut of these since, the newest first, with the keys as they are without
	// it. See [Node.showLocal].
	shown     journal.Index
	retracted []journal.Entry

	keepBytes int // entries kept at hand for replicas that fall behind
	compactAt int // no compaction below this size of the journal
}

// mark says where the durable journal ends once the Store seq is persisted.
type mark struct {
	seq  uint64
	last journal.Position
}

// newLocalCopy takes what was stored. Everything in it is durable.
func newLocalCopy(stored Stored, keepBytes int) (*localCopy, error) {
	c := &localCopy{meta: stored.Meta, state: keyspace.New(), keepBytes: keepBytes}
	if stored.Snapshot != nil {
		c.saved, c.state = stored.Snapshot, stored.Snapshot.State()
		c.storedAt = c.saved.At().Index
		c.log = journal.NewLog(stored.Snapshot.At(), stored.History)
	}
	for _, e := range stored.Entries {
		if err := c.follows(e.Position); err != nil {
			return nil, fmt.Errorf("stored journal: %w", err)
		}
		c.log.Append(e)
		c.state.Apply(e)
	}
	c.durable = c.log.Last()
	c.shown = c.log.Last().Index
	c.loaded = loaded{end: c.log.Last().Index, unsure: c.log.Last() != c.state.Committed()}
	c.meta.raiseTo(c.log.Last().Epoch)
	c.orphans.restore(stored.Orphans)
	// A record whose entry is in the journal is either of a cut that a crash
	// prevented or of an entry that came back. Both are as if the cut had never
	// been begun: if it is still needed, the next master's entries do it again.
	c.dropOrphans(c.orphans.withdrawAll(c.hasBack))
	c.dropOrphans(c.orphans.withdrawAll(c.isResolved))
	return c, nil
}

// follows reports why p can't be the position of the next entry.
func (c *localCopy) follows(p journal.Position) error {
	last := c.log.Last()
	if p.Index != last.Index+1 || p.Epoch.Compare(last.Epoch) < 0 {
		return fmt.Errorf("entry %v does not follow %v", p, last)
	}
	return nil
}

// append adds one entry of this node's own mastership, or one that was checked.
func (c *localCopy) append(e journal.Entry) {
	c.log.Append(e)
	c.state.Apply(e)
	if n := len(c.records); n > 0 {
		if a, ok := c.records[n-1].(Append); ok {
			a.Entries = append(a.Entries, e)
			c.records[n-1] = a
			return
		}
	}
	c.records = append(c.records, Append{Entries: []journal.Entry{e}})
}

// committedError is what would have to be cut although it is committed. Only a
// mastership that began without any complete copy may ask for that; see
// [Node.startOver].
type committedError struct {
	have, got journal.Position
	commit    journal.Index
	common    journal.Index // up to where the journals agree
}

func (e *committedError) Error() string {
	return fmt.Sprintf("entry %v differs from %v here, which is committed (up to %d)", e.got, e.have, e.commit)
}

// merge brings entries that follow a position of this journal into it. It
// writes from the first entry that differs on, so a late duplicate cuts
// nothing. What it cuts becomes orphans first; answered says which of the cut
// entries had been answered.
func (c *localCopy) merge(entries []journal.Entry, answered func(journal.Entry) bool) error {
	for len(entries) > 0 && c.log.Contains(entries[0].Position) {
		entries = entries[1:]
	}
	if len(entries) == 0 {
		return nil
	}
	first := entries[0].Position
	if commit := c.state.Committed().Index; first.Index <= commit {
		return &committedError{have: c.log.At(first.Index), got: first, commit: commit, common: first.Index - 1}
	}
	if first.Index <= c.log.Last().Index {
		c.cut(first.Index-1, answered)
	}
	for _, e := range entries {
		if err := c.follows(e.Position); err != nil {
			return err
		}
		c.append(e)
	}
	c.dropOrphans(c.orphans.withdraw(entries))
	return nil
}

// cut removes the entries behind an index, orphan records first.
func (c *localCopy) cut(after journal.Index, answered func(journal.Entry) bool) {
	shown, _ := c.log.Between(after, c.shown)
	c.keepOrphans(after, answered)
	c.state.Undo(after)
	c.retract(shown)
	c.cutLog(after)
}

// retract notes that entries which were shown are cut: each with its keys as
// they are now.
func (c *localCopy) retract(shown []journal.Entry) {
	for i := len(shown) - 1; i >= 0; i-- {
		gone := journal.Entry{Position: shown[i].Position}
		for _, change := range shown[i].Changes {
			item, found := c.state.Get(change.Key)
			gone.Changes = append(gone.Changes, journal.Change{
				Key: change.Key, Value: item.Value, Deleted: !found, Deadline: item.Deadline,
			})
		}
		c.retracted = append(c.retracted, gone)
		c.shown = gone.Position.Index - 1
	}
}

func (c *localCopy) cutLog(after journal.Index) {
	c.log.Cut(after)
	c.records = append(c.records, Cut{After: after})
	c.loaded.end = min(c.loaded.end, after)
	c.shortenDurable()
}

// shortenDurable makes durable, now and once the Stores on their way are
// persisted, end with the log.
func (c *localCopy) shortenDurable() {
	last := c.log.Last()
	if c.durable.Index > last.Index {
		c.durable = last
	}
	for i := range c.marks {
		if c.marks[i].last.Index > last.Index {
			c.marks[i].last = last
		}
	}
}

// keepOrphans makes records of the entries behind an index, as far as they are
// at hand: below the base all is committed. It comes before the state that they
// led to goes.
func (c *localCopy) keepOrphans(after journal.Index, answered func(journal.Entry) bool) {
	cut, _ := c.log.Between(max(after, c.log.Base().Index), c.log.Last().Index)
	fresh := c.orphans.keep(cut, c.state, answered)
	if len(fresh) > 0 {
		c.records = append(c.records, SaveOrphans{Orphans: fresh})
	}
}

func (c *localCopy) dropOrphans(positions []journal.Position) {
	if len(positions) > 0 {
		c.records = append(c.records, DropOrphans{Positions: positions})
	}
}

// commit advances the commit mark to at most index, and returns the entries
// that became committed.
func (c *localCopy) commit(index journal.Index) []journal.Entry {
	before := c.state.Committed().Index
	index = min(index, c.log.Last().Index)
	if index <= before {
		return nil
	}
	c.state.Commit(index)
	c.loaded.learn(c.state.Committed(), c)
	entries, _ := c.log.Between(before, index)
	for _, e := range entries {
		c.replaceable += e.SizeBytes()
	}
	c.settleOrphans(c.orphans.settle(index, entries, c))
	c.dropOrphans(c.orphans.resolve(entries))
	return entries
}

func (c *localCopy) settleOrphans(changed []journal.Orphan) {
	if len(changed) > 0 {
		c.records = append(c.records, SaveOrphans{Orphans: changed})
	}
}

// saveMeta stores the small facts. Until they are durable nothing leaves this
// node; see [outlet].
func (c *localCopy) saveMeta() {
	c.records = append(c.records, SaveMeta{Meta: c.meta})
	c.metaBytes += c.meta.sizeBytes()
	c.metaSeq = c.seq + 1
}

func (c *localCopy) isMetaStored() bool { return c.stored >= c.metaSeq }

// flush returns the Store for what changed, or nil.
func (c *localCopy) flush() Effect {
	if len(c.records) == 0 {
		return nil
	}
	c.seq++
	s := Store{Seq: c.seq, Records: c.records}
	c.records = nil
	c.marks = append(c.marks, mark{seq: c.seq, last: c.log.Last()})
	return s
}

// pendingSeq is the Store after which everything of this moment is durable.
func (c *localCopy) pendingSeq() uint64 {
	if len(c.records) > 0 {
		return c.seq + 1
	}
	return c.seq
}

// onPersisted notes what the host has made durable.
func (c *localCopy) onPersisted(seq uint64) {
	c.stored = max(c.stored, seq)
	for len(c.marks) > 0 && c.marks[0].seq <= seq {
		c.durable = c.marks[0].last
		c.marks = c.marks[1:]
	}
}
