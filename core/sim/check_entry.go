package sim

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// checkMade compares an entry, when it is made, with what it was made of: it
// does to the state before it what its write asked for, and nothing else. An
// expiry takes away keys whose deadline has come by its own logical time, and
// nothing else does.
func (g *god) checkMade(c *copyView, k *known) {
	e := &k.entry
	if e.Ack < journal.AckAll {
		g.fail("entries", "%s makes %v with ack %v", c.name, e.Position, e.Ack)
	}
	switch {
	case e.IsStart():
		if len(e.Changes) > 0 {
			g.fail("entries", "%s begins its epoch with %v, which changes something", c.name, e.Position)
		}
	case e.IsExpiry():
		g.checkExpiry(c, k)
	case g.w.byHand: // whose writes are not noted
	case e.IsWrite():
		g.checkWrite(c, k)
	default:
		g.fail("entries", "%s makes %v, which is of no kind", c.name, e.Position)
	}
}

func (g *god) checkExpiry(c *copyView, k *known) {
	e := &k.entry
	if len(e.Changes) == 0 {
		g.fail("expiry", "%s makes the expiry %v of nothing", c.name, e.Position)
	}
	for _, change := range e.Changes {
		item, found := g.itemAt(k.prev, change.Key)
		switch {
		case !change.Deleted:
			g.fail("expiry", "%s writes %q by the expiry %v", c.name, change.Key, e.Position)
		case !found:
			g.fail("expiry", "%s takes %q away by the expiry %v, and there is none", c.name, change.Key, e.Position)
		case !isDue(item.Deadline, e.Time):
			g.fail("expiry", "%s takes %q away by the expiry %v at time %d, its deadline is %d", c.name, change.Key, e.Position, e.Time, item.Deadline)
		}
	}
	g.w.expired += len(e.Changes)
}

// asks notes what a user has asked for. Several may ask for one and the same
// write of an orphan's client, in different ways.
func (g *god) asks(o origin, w frame.Write) {
	if len(g.asked[o]) == 0 {
		g.askedAt[o] = g.w.now
	}
	g.asked[o] = append(g.asked[o], w)
}

// checkWrite does the writes that were asked for under the entry's origin to the
// state before it: one of them must give what the entry gives.
func (g *god) checkWrite(c *copyView, k *known) {
	o := origin{k.entry.Origin.Client, k.entry.Origin.Seq}
	why := "nobody has asked for it"
	for _, asked := range g.asked[o] {
		if why = g.differs(k, asked); why == "" {
			return
		}
	}
	g.fail("entries", "%s makes %v of write %d of %s: %s", c.name, k.entry.Position, o.seq, g.w.names.of(journal.NodeID(o.client)), why)
}

// differs says in what an entry is not what a write asked for; "" in nothing.
func (g *god) differs(k *known, asked frame.Write) string {
	e := &k.entry
	m := model{g: g, before: k.prev, time: e.Time, keys: map[string]journal.Item{}}
	for _, c := range asked.Conditions {
		if !m.holds(c) {
			return "its condition on " + c.Key + " does not hold"
		}
	}
	if len(e.Results) != len(asked.Ops) {
		return strconv.Itoa(len(e.Results)) + " results"
	}
	for i, op := range asked.Ops {
		if result, known := m.do(op); known && result != e.Results[i] {
			return "result " + strconv.FormatInt(e.Results[i], 10) + " should be " + strconv.FormatInt(result, 10)
		}
	}
	got := model{g: g, before: k.prev, time: e.Time, keys: map[string]journal.Item{}}
	for _, c := range e.Changes {
		got.set(c)
	}
	touched := slices.Concat(m.touched, got.touched)
	slices.Sort(touched)
	for _, key := range slices.Compact(touched) {
		a, isA := m.get(key)
		b, isB := got.get(key)
		if isA != isB || !bytes.Equal(a.Value, b.Value) || a.Deadline != b.Deadline {
			return "it makes" + g.items([]journal.Item{b}) + " where" + g.items([]journal.Item{a}) + " was asked for"
		}
	}
	return ""
}

// model is the state before an entry with some of its operations done, at the
// entry's own time: a key that is due is not there.
type model struct {
	g       *god
	before  *known
	time    journal.Instant
	keys    map[string]journal.Item // as they are; without a revision: gone
	touched []string
}

func (m *model) get(key string) (journal.Item, bool) {
	item, found := m.keys[key]
	if found {
		found = item.Revision != 0
	} else {
		item, found = m.g.itemAt(m.before, key)
	}
	if !found || isDue(item.Deadline, m.time) {
		return journal.Item{}, false
	}
	return item, true
}

func (m *model) set(c journal.Change) {
	item := journal.Item{Key: c.Key, Value: c.Value, Revision: 1, Deadline: c.Deadline}
	if c.Deleted {
		item = journal.Item{}
	}
	m.keys[c.Key] = item
	m.touched = append(m.touched, c.Key)
}

func (m *model) holds(c frame.Condition) bool {
	item, found := m.get(c.Key)
	switch {
	case c.Absent:
		return !found
	case c.HasValue:
		return found && bytes.Equal(item.Value, c.Value)
	}
	return found && item.Revision == c.Revision
}

// do does one operation and gives its result, where it has one.
func (m *model) do(op frame.Op) (result int64, known bool) {
	switch op := op.(type) {
	case frame.Set:
		m.set(journal.Change{Key: op.Key, Value: op.Value, Deadline: m.deadline(int64(op.TTL))})
	case frame.Delete:
		if _, found := m.get(op.Key); found {
			result = 1
		}
		m.set(journal.Change{Key: op.Key, Deleted: true})
		return result, true
	case frame.Increment:
		old, _ := m.get(op.Key)
		if len(old.Value) > 0 {
			result, _ = strconv.ParseInt(string(old.Value), 10, 64)
		}
		result += op.By
		m.set(journal.Change{Key: op.Key, Value: strconv.AppendInt(nil, result, 10), Deadline: old.Deadline})
		return result, true
	case frame.Append:
		old, _ := m.get(op.Key)
		value := slices.Concat(old.Value, op.Value)
		m.set(journal.Change{Key: op.Key, Value: value, Deadline: old.Deadline})
		return int64(len(value)), true
	case frame.Expire:
		old, found := m.get(op.Key)
		if found {
			m.set(journal.Change{Key: op.Key, Value: old.Value, Deadline: m.deadline(int64(op.TTL))})
			return 1, true
		}
		return 0, true
	case frame.Resolve:
	}
	return 0, false
}

func (m *model) deadline(ttl int64) journal.Instant {
	if ttl == 0 {
		return 0
	}
	return m.time + journal.Instant(ttl)
}
