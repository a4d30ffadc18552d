package core

import (
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// reset replaces the whole copy by a snapshot. What this journal held and the
// snapshot's history does not becomes orphans.
func (c *localCopy) reset(s *keyspace.Snapshot, history journal.History, answered func(journal.Entry) bool) error {
	common := c.log.Common(history, s.At())
	if commit := c.state.Committed(); commit.Index > common.Index {
		return &committedError{have: commit, got: s.At(), commit: commit.Index, common: common.Index}
	}
	c.keepOrphans(common.Index, answered)
	c.log = journal.NewLog(s.At(), history)
	c.state = s.State()
	c.loaded = loaded{}
	c.saveSnapshot(true)
	c.nothingDurable()
	c.dropOrphans(c.orphans.withdrawAll(c.hasBack))
	c.settleOrphans(c.orphans.settleAll(s.At().Index, c))
	c.dropOrphans(c.orphans.withdrawAll(c.isResolved))
	return nil
}

// startOver goes back to the entry at an index, committed or not: by what the
// newest snapshot and the entries behind it make of it. Where the journal parted
// before that, or before the snapshot in storage, which is never cut, the copy
// begins as new.
func (c *localCopy) startOver(after journal.Index, answered func(journal.Entry) bool) {
	c.keepOrphans(after, answered)
	var from journal.Index
	c.state = keyspace.New()
	if c.saved != nil && c.saved.At().Index <= after {
		from, c.state = c.saved.At().Index, c.saved.State()
	}
	again, ok := c.log.Between(from, after)
	if !ok || after < c.storedAt {
		c.forgetAll(answered)
		return
	}
	for _, e := range again {
		c.state.Apply(e)
	}
	c.state.Commit(after)
	c.cutLog(after)
}

// forgetAll makes the copy as new. The orphan records of what comes again are
// withdrawn then.
func (c *localCopy) forgetAll(answered func(journal.Entry) bool) {
	c.keepOrphans(0, answered)
	c.log, c.state = journal.Log{}, keyspace.New()
	c.loaded = loaded{}
	c.saveSnapshot(true)
	c.nothingDurable()
}

// saveSnapshot stores the state at the commit mark. With reset it stands for
// the whole journal.
func (c *localCopy) saveSnapshot(reset bool) {
	c.saved = c.state.Snapshot()
	c.storedAt, c.replaceable, c.metaBytes = c.saved.At().Index, 0, 0
	history := c.log.HistoryUpTo(c.storedAt)
	c.records = append(c.records, SaveSnapshot{Snapshot: c.saved, History: history, Reset: reset})
}

// nothingDurable notes that the journal was replaced as a whole.
func (c *localCopy) nothingDurable() {
	c.durable = journal.Position{}
	for i := range c.marks {
		c.marks[i].last = journal.Position{}
	}
}

// compactStorage stores a snapshot once it takes the place of twice keepBytes
// of entries, and of as many as it takes itself: so that over a long time no
// more is written for snapshots than for entries, however large the state is
// and however short the journal at hand. What is not committed stays entries.
//
// Storage keeps the metas between its entries, too. So they count where nodes
// come and go, and nobody writes enough for a snapshot.
func (c *localCopy) compactStorage() {
	due := max(2*c.keepBytes, c.state.SizeBytes())
	isNew := c.state.Committed().Index > c.storedAt
	if c.replaceable >= due || isNew && c.metaBytes >= max(due, metaKeepBytes) {
		c.saveSnapshot(false)
	}
}

// metaKeepBytes of metas may stand in storage without a snapshot.
const metaKeepBytes = 1 << 20

// compact forgets old entries, in memory only, once they take more than twice
// keepBytes, but none behind keepFrom unless they take more than eight times as
// much. Where that holds up most of it, it tries again when the journal has
// grown.
func (c *localCopy) compact(keepFrom journal.Index) {
	size := c.log.SizeBytes()
	if size <= max(2*c.keepBytes, c.compactAt) {
		return
	}
	to := c.state.Committed().Index
	if size <= 8*c.keepBytes {
		to = min(to, keepFrom)
	}
	// The newest keepBytes stay.
	excess, drop := size-c.keepBytes, c.log.Base().Index
	for excess > 0 && drop < to {
		e, _ := c.log.Entry(drop + 1)
		excess -= e.SizeBytes()
		drop++
	}
	if freed := size - c.keepBytes - excess; freed < c.keepBytes/2 {
		c.compactAt = size + c.keepBytes/4
		return
	}
	c.compactAt = 0
	c.saved = c.state.Snapshot()
	c.log.Compact(drop)
}
