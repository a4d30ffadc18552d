package sim

import (
	"strconv"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// text writes the words of the trace into a buffer. One writer serves both the
// scenarios, whose output is documentation, and the simulator's trace, whose
// lines are hashed for the digest: full adds what readers can do without.
type text struct {
	buf   []byte
	names *names
	full  bool // also origins, nonces, incarnations and logical times
}

func (t *text) reset() *text {
	t.buf = t.buf[:0]
	return t
}

func (t *text) say(words ...string) *text {
	for _, w := range words {
		t.buf = append(t.buf, w...)
	}
	return t
}

func (t *text) num(n uint64) *text {
	t.buf = strconv.AppendUint(t.buf, n, 10)
	return t
}

func (t *text) int(n int64) *text {
	t.buf = strconv.AppendInt(t.buf, n, 10)
	return t
}

func (t *text) duration(d time.Duration) *text { return t.say(d.String()) }

func (t *text) name(id journal.NodeID) *text { return t.say(t.names.of(id)) }

func (t *text) nameList(ids []journal.NodeID) *text {
	for i, id := range ids {
		if i > 0 {
			t.say(" ")
		}
		t.name(id)
	}
	if len(ids) == 0 {
		t.say("nobody")
	}
	return t
}

func (t *text) position(p journal.Position) *text {
	if p.IsZero() {
		return t.say("0")
	}
	t.num(uint64(p.Epoch.Number))
	if t.full {
		t.name(p.Epoch.Master)
	}
	return t.say("/").num(uint64(p.Index))
}

// epochOf adds the epoch a frame belongs to where it is not the position's.
func (t *text) epochOf(e journal.Epoch, p journal.Position) *text {
	if e != p.Epoch {
		t.say(" in epoch ").epoch(e)
	}
	return t
}

func (t *text) epoch(e journal.Epoch) *text {
	t.num(uint64(e.Number))
	if t.full {
		t.name(e.Master)
	}
	return t
}

func (t *text) history(h journal.History) *text {
	for i, s := range h {
		if i > 0 {
			t.say(" ")
		}
		t.epoch(s.Epoch).say("/").num(uint64(s.First))
	}
	if len(h) == 0 {
		t.say("none")
	}
	return t
}

// valueShown is how much of a value is written out.
const valueShown = 40

func (t *text) value(v []byte) *text {
	if len(v) > valueShown {
		return t.say("(").num(uint64(len(v))).say(" bytes)")
	}
	for _, c := range v {
		if c <= ' ' || c >= 0x7f {
			t.buf = strconv.AppendQuote(t.buf, string(v))
			return t
		}
	}
	t.buf = append(t.buf, v...)
	return t
}

func (t *text) key(k string) *text { return t.value([]byte(k)) }

func (t *text) entry(e *journal.Entry) *text {
	t.position(e.Position)
	if e.IsStart() {
		t.say(" start")
	}
	for _, c := range e.Writes() {
		if c.Deleted {
			t.say(" -").key(c.Key)
		} else {
			t.say(" ").key(c.Key).say("=").value(c.Value).deadline(c.Deadline)
		}
	}
	if e.IsExpiry() {
		t.say(" expired")
	}
	if r, ok := e.Resolves(); ok {
		t.say(" resolving ").position(r.Orphan)
	}
	if !e.IsStart() && len(e.Changes) == 0 {
		t.say(" nothing")
	}
	if t.full && !e.IsStart() {
		t.say(" by ").say(t.names.of(journal.NodeID(e.Origin.Client))).say("#").num(e.Origin.Seq)
		t.say(" ack ").say(e.Ack.String()).say(" at ").int(int64(e.Time))
		for _, r := range e.Results {
			t.say(" =").int(r)
		}
	}
	return t
}

func (t *text) entries(all []journal.Entry) *text {
	for i := range all {
		if i > 0 {
			t.say(", ")
		}
		t.entry(&all[i])
	}
	return t
}

func (t *text) register(r register.Register) *text {
	if r.IsZero() {
		return t.say("no register")
	}
	t.say("epoch ").num(uint64(r.Epoch.Number)).say(" master ").name(r.Epoch.Master).say(", in sync")
	for _, s := range r.InSync {
		t.say(" ").name(s.Node)
	}
	if len(r.InSync) == 0 {
		t.say(" nobody")
	}
	t.say(", version ").num(uint64(r.Version))
	if r.Awaiting {
		t.say(", awaiting them")
	}
	if n := len(r.Losses); n > 0 {
		t.say(", lost at epoch ").epoch(r.Losses[n-1].Epoch).say(": ").nameList(r.Losses[n-1].Missing)
		if r.Losses[n-1].Taken {
			t.say(", taken over")
		}
	}
	if r.Settings != (register.Settings{}) {
		t.say(",").settings(r.Settings)
	}
	return t
}

// settings writes those that are not the defaults.
func (t *text) settings(s register.Settings) *text {
	if s == (register.Settings{}) {
		return t.say(" all defaults")
	}
	if s.Election != 0 {
		t.say(" election=", s.Election.String())
	}
	if s.MinInSync != 0 {
		t.say(" min-in-sync=").num(uint64(s.MinInSync))
	}
	if s.Ack.Given {
		t.say(" ack=", s.Ack.Ack.String())
	}
	if s.NoVolatile {
		t.say(" volatile=refuse")
	}
	if s.LagLimit != 0 {
		t.say(" lag-limit=").duration(s.LagLimit)
	}
	return t
}

func (t *text) orphan(o journal.Orphan) *text {
	t.entry(&o.Entry)
	if o.Acked {
		t.say(" acked ").say(o.Entry.Ack.String())
	}
	if o.Final {
		t.say(", final")
	} else {
		t.say(", pending")
	}
	if o.Superseded {
		t.say(", superseded")
	}
	if !o.Replaced.IsZero() {
		t.say(", by ").position(o.Replaced)
	}
	if o.HasBefore {
		t.say(", before")
		for _, i := range o.Before {
			t.item(i)
		}
		if len(o.Before) == 0 {
			t.say(" nothing")
		}
	}
	return t
}

func (t *text) failure(f *frame.Failure) *text {
	t.say(f.Code.String())
	if f.Text != "" {
		t.say(": ", f.Text)
	}
	if !f.Position.IsZero() {
		t.say(" at ").position(f.Position)
	}
	return t
}

func (t *text) to(to frame.To) *text {
	switch to.Group {
	case frame.GroupRelay:
		return t.say("relay")
	case frame.GroupCopies:
		return t.say("copies")
	case frame.GroupNodes:
		return t.nameList(to.Nodes)
	}
	return t.say("group ").num(uint64(to.Group))
}
