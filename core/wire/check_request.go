package wire

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func checkWrite(f frame.Write) error {
	if err := first(checkOrigin(f.Origin, false), checkAsked(f.Ack), checkWait("wait", f.Wait)); err != nil {
		return err
	}
	asked := len(f.Ops)
	if asked > 0 {
		if _, ok := f.Ops[asked-1].(frame.Resolve); ok {
			asked-- // which orphan they resolve is no operation of its own
		}
	}
	if err := first(
		that(len(f.Ops) > 0, "ops", "no operation"),
		atMost(nameOps, frame.BatchMaxOps, asked),
		atMost(nameOps, frame.BatchMaxOps, len(f.Conditions)),
		each(f.Conditions, checkCondition),
	); err != nil {
		return err
	}
	bytes := 0
	for _, op := range f.Ops {
		size, err := checkOp(op)
		if err != nil {
			return err
		}
		bytes += size
	}
	if asked <= 1 {
		return nil // the limits of one key and one value
	}
	return atMost(nameWrite, frame.BatchMaxBytes, bytes)
}

// checkOp also returns how many bytes of key and value the operation has.
func checkOp(op frame.Op) (int, error) {
	switch op := op.(type) {
	case frame.Set:
		return len(op.Key) + len(op.Value), first(checkKey("ops", op.Key), checkValue(op.Value), checkWait("ops", op.TTL))
	case frame.Append:
		return len(op.Key) + len(op.Value), first(checkKey("ops", op.Key), checkValue(op.Value))
	case frame.Expire:
		return len(op.Key), first(checkKey("ops", op.Key), checkWait("ops", op.TTL))
	case frame.Resolve:
		return 0, first(
			checkEntryPosition("ops", op.Orphan),
			that(!op.Client.IsZero() && op.Seq > 0, "ops", "the orphan of no write"),
		)
	case frame.Delete:
		return len(op.Key), checkKey("ops", op.Key)
	case frame.Increment:
		return len(op.Key), checkKey("ops", op.Key)
	}
	return 0, wrong("ops", "an operation that is none")
}

func checkCondition(c *frame.Condition) error {
	kinds := 0
	for _, set := range []bool{c.Absent, c.Revision > 0, c.HasValue} {
		if set {
			kinds++
		}
	}
	return first(
		checkKey("conditions", c.Key),
		checkValue(c.Value),
		that(kinds == 1, "conditions", "not exactly one of absent, revision and value"),
		that(c.HasValue || len(c.Value) == 0, "conditions", "a value that is not asked for"),
	)
}

func checkWritten(f frame.Written) error {
	if f.Client.IsZero() || f.Seq == 0 {
		return wrong("client", "no write")
	}
	if err := first(checkReceipt(f.Receipt), atMost(nameOps, frame.EntryMaxChanges, len(f.Results))); err != nil {
		return err
	}
	if f.Failure != nil {
		return checkFailure(f.Failure)
	}
	return that(!f.Receipt.Position.IsZero(), "receipt", "neither a position nor a failure")
}

func checkReceipt(r frame.Receipt) error {
	return first(
		checkPosition("receipt", r.Position),
		checkAck(r.Ack),
		that(r.Durable <= r.Copies, "receipt", "more durable copies than copies"),
	)
}

func checkRead(f frame.Read) error {
	return first(
		that(f.Level <= frame.LevelSession, "level", "a level that is none"),
		checkPosition("least", f.Least),
		checkWait("wait", f.Wait),
		checkPrefix(f.Key),
		that(!f.Exact || f.Key != "", "key", "an empty key"),
		checkPrefix(f.After),
		atMost(nameScan, frame.ScanMaxItems, int(f.Limit)),
	)
}

func checkReadReply(f frame.ReadReply) error {
	return first(
		atMost(nameScan, frame.ScanMaxItems, len(f.Items)),
		checkItems(f.Items),
		atMost(nameReply, frame.ReplyMaxBytes, beyondFirstBytes(f.Items)),
		checkPosition("position", f.Position),
		checkFailure(f.Failure),
	)
}

func checkWatch(f frame.Watch) error {
	return first(
		checkPrefix(f.Prefix),
		that(!f.Exact || f.Prefix != "", "prefix", "an empty key"),
		checkPosition("from", f.From),
		that(f.Level <= frame.LevelCommitted, "level", "not local or committed"),
	)
}

func checkChanges(f frame.Changes) error {
	if err := first(
		checkPosition("through", f.Through), checkFailure(f.Failure), checkList(len(f.Events)), checkList(len(f.Items)),
		checkItems(f.Items), that(!f.More || len(f.Items)+len(f.Events) > 0, "more", "more of what there is nothing of"),
	); err != nil {
		return err
	}
	var before *journal.Event
	return each(f.Events, func(e *journal.Event) error {
		follows := before == nil || followsEvent(before, e)
		before = e
		return first(
			checkEntryPosition("events", e.Position),
			that(follows, "events", "not in the order of their positions"),
			checkChange("events", e.Key, e.Value, e.Deleted),
			that(e.Deleted || !e.Expired, "events", "a key that is there and expired"),
		)
	})
}

// followsEvent reports whether e may stand behind another one: changes rise,
// what is taken back falls, and comes before the changes.
func followsEvent(before, e *journal.Event) bool {
	c := e.Position.Compare(before.Position)
	switch {
	case before.Retracted && e.Retracted:
		return c <= 0
	case e.Retracted:
		return false
	}
	return before.Retracted || c >= 0
}

func checkReport(f frame.Report) error {
	if err := atMost(nameNodes, frame.NodesPerRoomMax, len(f.Progress)); err != nil {
		return err
	}
	var before journal.NodeID
	progress := each(f.Progress, func(p *frame.Progress) error {
		rises := p.Node.Compare(before) > 0
		before = p.Node
		return first(
			that(rises, "progress", "not in the order of the ids"),
			checkPosition("progress", p.Match),
			checkText("progress", p.State),
		)
	})
	return first(
		progress,
		that(f.Failure != nil || !f.Node.IsZero(), "node", "the zero id"),
		that(f.Role <= frame.RoleMaster, "role", "a role that is none"),
		checkEpoch("epoch", f.Epoch),
		checkPosition("last", f.Last),
		checkPosition("commit", f.Commit),
		checkPosition("applied", f.Applied),
		checkText("storage", f.Storage),
		checkFailure(f.Failure),
	)
}

func checkVerify(f frame.Verify) error { return checkNumbered(f.Position) }

// checkNumbered wants the position of an entry, of whose epoch the number is enough.
func checkNumbered(p journal.Position) error {
	return that(p.Index > 0 && p.Epoch.Number > 0, "position", "index or epoch 0")
}

func checkVerified(f frame.Verified) error {
	if f.Failure != nil {
		return first(checkFailure(f.Failure), checkEpoch("position", f.Position.Epoch))
	}
	return first(that(f.Verdict <= frame.VerdictOrphaned, "verdict", "a verdict that is none"), checkNumbered(f.Position))
}

func checkYield(f frame.Yield) error { return checkWait("wait", f.Wait) }

func checkYielded(f frame.Yielded) error {
	return first(
		checkEpoch("epoch", f.Epoch),
		checkFailure(f.Failure),
	)
}
