package sim

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func (t *text) request(f frame.Frame) *text {
	switch f := f.(type) {
	case frame.Write:
		t.write(f)
	case frame.Read:
		t.say("read ").key(f.Key)
		if !f.Exact {
			t.say("*")
		}
		t.say(" ").level(f.Level)
		if !f.Least.IsZero() {
			t.say(" of at least ").position(f.Least).say(" within ").duration(f.Wait)
		}
		t.id(f.ID)
	case frame.Watch:
		t.say("watch ").key(f.Prefix)
		if !f.Exact {
			t.say("*")
		}
		if !f.From.IsZero() {
			t.say(" after ").position(f.From)
		}
		if f.Level == frame.LevelLocal {
			t.say(" local")
		}
		t.id(f.ID)
	case frame.Proceed:
		t.say("proceed").id(f.ID)
	case frame.ListOrphans:
		t.say("list orphans")
		if !f.After.IsZero() {
			t.say(" after ").position(f.After)
		}
		if !f.Only.IsZero() {
			t.say(" only ").position(f.Only)
		}
		if f.All {
			t.say(", all")
		}
		t.id(f.ID)
	case frame.Unwatch:
		t.say("unwatch").id(f.ID)
	case frame.Probe:
		t.say("probe").id(f.ID)
	case frame.Verify:
		t.say("verify ").position(f.Position).id(f.ID)
	case frame.Yield:
		t.say("yield to ").name(f.Successor).id(f.ID)
	case frame.Configure, frame.TakeOver:
		t.registering(journal.Epoch{}, f)
	}
	return t
}

func (t *text) id(id uint64) *text {
	if t.full {
		t.say(" #").num(id)
	}
	return t
}

func (t *text) level(l frame.Level) *text {
	switch l {
	case frame.LevelLocal:
		return t.say("local")
	case frame.LevelCommitted:
		return t.say("committed")
	case frame.LevelLatest:
		return t.say("latest")
	case frame.LevelSession:
		return t.say("session")
	}
	return t.say("level ").num(uint64(l))
}

func (t *text) write(w frame.Write) {
	t.say("write")
	for _, c := range w.Conditions {
		t.say(" if ").key(c.Key)
		switch {
		case c.Absent:
			t.say(" is absent")
		case c.HasValue:
			t.say(" is ").value(c.Value)
		default:
			t.say(" has revision ").num(uint64(c.Revision))
		}
	}
	for _, op := range w.Ops {
		t.op(op)
	}
	t.say(" ack=", w.Ack.String())
	if w.Degrade {
		t.say(" or what there is")
	}
	if w.Retry {
		t.say(" retry")
	}
	if t.full {
		t.say(" by ", t.names.of(journal.NodeID(w.Origin.Client)), "#").num(w.Origin.Seq)
		t.say(" floor ").num(w.Origin.Floor).say(" known ").num(uint64(w.Known)).say(" wait ").duration(w.Wait)
	}
}

func (t *text) op(op frame.Op) {
	switch op := op.(type) {
	case frame.Set:
		t.say(" ").key(op.Key).say("=").value(op.Value)
		if op.TTL != 0 {
			t.say(" for ").duration(op.TTL)
		}
	case frame.Delete:
		t.say(" -").key(op.Key)
	case frame.Increment:
		t.say(" ").key(op.Key)
		if op.By >= 0 {
			t.say("+")
		}
		t.int(op.By)
	case frame.Append:
		t.say(" ").key(op.Key).say("<<").value(op.Value)
	case frame.Expire:
		t.say(" ").key(op.Key)
		if op.TTL == 0 {
			t.say(" for ever")
			return
		}
		t.say(" for ").duration(op.TTL)
	case frame.Resolve:
		t.say(" resolving ").position(op.Orphan)
	}
}

func (t *text) answer(f frame.Frame) *text {
	switch f := f.(type) {
	case frame.Written:
		t.written(f)
	case frame.ReadReply:
		t.say("read")
		if f.Failure != nil {
			return t.say(": ").failure(f.Failure).id(f.ID)
		}
		for _, i := range f.Items {
			t.item(i)
		}
		if len(f.Items) == 0 {
			t.say(" nothing")
		}
		t.say(" at ").position(f.Position)
		if f.Dirty {
			t.say(", dirty")
		}
		t.id(f.ID)
	case frame.Changes:
		t.changes(f)
	case frame.OrphanList:
		t.orphanList(f)
	case frame.Answer:
		t.registering(journal.Epoch{}, f)
	case frame.Report:
		t.say("report ", f.Role.String(), " last ").position(f.Last).say(" commit ").position(f.Commit).id(f.ID)
	case frame.Verified:
		t.say("verified ").position(f.Position).say(": ", f.Verdict.String()).id(f.ID)
	case frame.Yielded:
		t.say("yielded")
		if f.Failure != nil {
			return t.say(": ").failure(f.Failure).id(f.ID)
		}
		t.say(" epoch ").epoch(f.Epoch).id(f.ID)
	}
	return t
}

func (t *text) written(f frame.Written) {
	if f.Failure != nil {
		t.say("not written: ").failure(f.Failure)
	} else {
		t.say("written ").position(f.Receipt.Position).say(" ack ", f.Receipt.Ack.String(), ", on ")
		t.num(uint64(f.Receipt.Copies))
		if f.Receipt.Durable != f.Receipt.Copies {
			t.say(", durable on ").num(uint64(f.Receipt.Durable))
		}
		for i, r := range f.Results {
			if i == 0 {
				t.say(", results")
			}
			t.say(" ").int(r)
		}
	}
	if t.full {
		t.say(" for ", t.names.of(journal.NodeID(f.Client)), "#").num(f.Seq)
	}
}

func (t *text) changes(f frame.Changes) {
	t.say("changes")
	if f.Failure != nil {
		t.say(": ").failure(f.Failure).id(f.ID)
		return
	}
	if f.Gap {
		t.say(" after a gap")
	}
	for _, e := range f.Events {
		t.event(e)
	}
	for _, i := range f.Items {
		t.item(i)
	}
	t.say(" through ").position(f.Through)
	if f.Ahead {
		t.say(", which is before it")
	}
	if f.More {
		t.say(", more to come")
	}
	t.id(f.ID)
}

func (t *text) event(e journal.Event) {
	t.say(" ").position(e.Position)
	if e.Retracted {
		t.say(" retracted:")
	}
	if e.Expired {
		t.say(" expired")
	}
	if e.Deleted {
		t.say(" -").key(e.Key)
		return
	}
	t.say(" ").key(e.Key).say("=").value(e.Value).deadline(e.Deadline)
}

// item writes one key of a state.
func (t *text) item(i journal.Item) *text {
	t.say(" ").key(i.Key).say("=").value(i.Value)
	if t.full {
		t.say("@").num(uint64(i.Revision))
	}
	return t.deadline(i.Deadline)
}

// deadline is in time since the beginning of the world, as nobody reads the
// nanoseconds of an epoch.
func (t *text) deadline(at journal.Instant) *text {
	if at == 0 {
		return t
	}
	return t.say(" until ").duration(at.Sub(epoch0))
}

func (t *text) orphanList(f frame.OrphanList) {
	t.say("orphans")
	if f.Failure != nil {
		t.say(": ").failure(f.Failure).id(f.ID)
		return
	}
	for i, o := range f.Orphans {
		if i > 0 {
			t.say(";")
		}
		t.say(" ").orphan(o)
	}
	if len(f.Orphans) == 0 {
		t.say(" none")
	}
	if f.More {
		t.say(", more to come")
	}
	t.id(f.ID)
}
