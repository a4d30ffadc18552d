package sim

import (
	"bytes"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// checkRead compares an answer with the state at the position it names. That
// latest reads are of a late enough position is for [World.checkLinearizable].
func (g *god) checkRead(who string, asked frame.Read, got frame.ReadReply) {
	if got.Failure != nil {
		return
	}
	p := got.Position
	k := g.known[p]
	switch {
	case p.IsZero():
		if len(got.Items) > 0 {
			g.fail("reads", "%s read something before the first entry", who)
		}
		return
	case k == nil:
		g.fail("reads", "%s read at %v, which nobody made", who, p)
		return
	}
	inHistory := int(p.Index) <= len(g.commits) && g.commits[p.Index-1] == k
	isLocal := asked.Level == frame.LevelLocal || asked.Level == frame.LevelSession
	if !isLocal && !inHistory && !k.atRisk {
		g.fail("reads", "%s read %s at %v, which is not committed", who, asked.Key, p)
		return
	}
	if !inHistory {
		g.checkLocalRead(who, asked, got, k)
		return
	}
	want := g.states.scan(asked.Key, asked.Exact, p.Index, k.entry.Time)
	if got.More {
		want = want[:min(len(want), len(got.Items))] // the rest did not fit
	}
	if !slices.EqualFunc(got.Items, want, sameItem) && !g.hasSpoilt() {
		g.fail("reads", "%s read %q at %v and got%s, it was%s", who, asked.Key, p, g.items(got.Items), g.items(want))
	}
}

// committed counts the entries that nothing can take back any more.
func (g *god) committed() int {
	n := len(g.commits)
	for n > 0 && g.commits[n-1].atRisk {
		n--
	}
	return n
}

// checkFresh: a latest read is of a state that has all that was committed when
// it was asked for.
func (g *god) checkFresh(c *call) {
	asked, got := c.asked.(frame.Read), c.read
	if asked.Level == frame.LevelLatest && got.Failure == nil && g.unclean == c.losses && int(got.Position.Index) < c.committed {
		g.fail("reads", "%s read the latest state at %v, and %d entries were committed before it asked",
			c.user.name, got.Position, c.committed)
	}
}

func (g *god) items(all []journal.Item) string {
	t := text{names: g.w.names}
	for _, i := range all {
		t.say(" ").key(i.Key).say("=").value(i.Value).say("@").num(uint64(i.Revision))
	}
	return string(t.buf)
}

func sameItem(a, b journal.Item) bool {
	return a.Key == b.Key && a.Revision == b.Revision && a.Deadline == b.Deadline && bytes.Equal(a.Value, b.Value)
}

// checkLocalRead looks for each key back along the journal that was read.
func (g *god) checkLocalRead(who string, asked frame.Read, got frame.ReadReply, at *known) {
	if !asked.Exact {
		return
	}
	var want []journal.Item
	if item, found := g.itemAt(at, asked.Key); found && !isDue(item.Deadline, at.entry.Time) {
		want = []journal.Item{item}
	}
	if !slices.EqualFunc(got.Items, want, sameItem) && !g.hasSpoilt() {
		g.fail("reads", "%s read %q at %v and got%s, it was%s", who, asked.Key, at.entry.Position, g.items(got.Items), g.items(want))
	}
}

// itemAt is a key as it was behind an entry that is known, whether its deadline
// had come or not.
func (g *god) itemAt(at *known, key string) (journal.Item, bool) {
	for k := at; k != nil; k = k.prev {
		if i := k.entry.Position.Index; int(i) <= len(g.commits) && g.commits[i-1] == k {
			v, found := g.states.at(key, i)
			return journal.Item{Key: key, Value: v.value, Revision: v.from, Deadline: v.deadline}, found
		}
		for j := len(k.entry.Changes) - 1; j >= 0; j-- {
			if c := k.entry.Changes[j]; c.Key == key {
				return journal.Item{Key: key, Value: c.Value, Revision: k.entry.Position.Index, Deadline: c.Deadline}, !c.Deleted
			}
		}
	}
	return journal.Item{}, false
}
