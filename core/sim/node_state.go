package sim

import (
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// spoilState lets a copy begin its next life with a state that is not what its
// entries make, under a checksum that is right: its journal is good.
func (n *nemesis) spoilState() {
	if v := n.spare(); v != nil && v.disk.store != nil {
		n.w.crash(v)
		v.spoilt = true
	}
}

// spoil gives the copy a snapshot of what is committed in its journal, with
// another value of one key or a key more. It does nothing where nothing new is committed.
func (n *node) spoil(stored *core.Stored, chance chance) bool {
	log := n.w.god.copies[n.id].disk.log
	base, upTo := len(log)-len(stored.Entries), 0
	for i := range stored.Entries {
		if n.w.god.isCommitted(log[base+i]) {
			upTo = i + 1
		}
	}
	good := stateOf(stored, upTo, -1, "")
	extra := pick(chance, "", "x", "x") // a key that nobody writes lasts until the state is made anew
	for which := max(0, upTo-1-chance.IntN(4)); which < upTo; which++ {
		bad := stateOf(stored, upTo, which, extra)
		if bad.Hash() == good.Hash() {
			continue // another write of the same key covers it
		}
		bad.Commit(bad.Applied().Index)
		stored.Snapshot, stored.History = bad.Snapshot(), historyOf(log[:base+upTo])
		stored.Entries = stored.Entries[upTo:]
		return true
	}
	return false
}

// stateOf is the state behind the first entries of a stored copy, of which one
// is taken for what it is not: it writes another value, or a key more.
func stateOf(stored *core.Stored, count, wrong int, extra string) *keyspace.State {
	s := keyspace.New()
	if stored.Snapshot != nil {
		s = stored.Snapshot.State()
	}
	for i, e := range stored.Entries[:count] {
		switch {
		case i != wrong:
		case extra != "":
			e.Changes = append(slices.Clone(e.Changes), journal.Change{Key: extra, Value: []byte("wrong")})
		case len(e.Changes) > 0 && !e.Changes[0].Deleted:
			e.Changes = slices.Clone(e.Changes)
			e.Changes[0].Value = append(slices.Clone(e.Changes[0].Value), '0')
		}
		s.Apply(e)
	}
	return s
}
