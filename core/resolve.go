package core

import (
	"bytes"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// Discard returns the write that ends an orphan without making its changes. It
// is to be asked of the node's or client's own core, with an Ack and a Wait.
func Discard(o journal.Orphan) frame.Write {
	r := o.Resolution()
	return frame.Write{Origin: r.Origin(), Ops: []frame.Op{frame.Resolve(r)}}
}

// Replay is [Discard] behind the orphan's own changes. It is made only where
// each key is as it was before the orphan, or with force whatever is there.
// Keys with a deadline last as long as they were to. Without force one that is
// superseded, or of which is not known what was before, is refused with
// CodeConflict; the master refuses what it knows to be applied in any case.
func Replay(o journal.Orphan, force bool) (frame.Write, *frame.Failure) {
	switch {
	case !force && o.Superseded:
		return frame.Write{}, appliedByRetry(o.Entry.Position)
	case !force && !o.HasBefore:
		return frame.Write{}, conflict("what orphan %v had overwritten is no longer known", o.Entry.Position)
	}
	w := Discard(o)
	changes := o.Entry.Writes()
	ops := make([]frame.Op, 0, len(changes)+1)
	for _, c := range changes {
		if c.Deleted {
			ops = append(ops, frame.Delete{Key: c.Key})
			continue
		}
		set := frame.Set{Key: c.Key, Value: c.Value}
		if c.Deadline != 0 {
			// An increment or append may have met less than may be asked for.
			set.TTL = min(max(c.Deadline.Sub(o.Entry.Time), frame.TTLMin), frame.TTLMax)
		}
		ops = append(ops, set)
	}
	w.Ops = append(ops, w.Ops...)
	if !force {
		w.Conditions = asBefore(changes, o.Before)
	}
	return w, nil
}

func appliedByRetry(orphan journal.Position) *frame.Failure {
	return conflict("orphan %v was applied by a retry of its writer: replayed it would be made twice", orphan)
}

// asBefore are the conditions that each changed key is as it was. A key that
// the write touched twice was met once.
func asBefore(changes []journal.Change, before []journal.Item) []frame.Condition {
	var conditions []frame.Condition
	seen := map[string]bool{}
	for _, c := range changes {
		if seen[c.Key] {
			continue
		}
		seen[c.Key] = true
		condition := frame.Condition{Key: c.Key, Absent: true}
		for _, item := range before {
			if item.Key == c.Key {
				condition = frame.Condition{Key: c.Key, HasValue: true, Value: item.Value}
			}
		}
		conditions = append(conditions, condition)
	}
	return conditions
}

// isResolution reports whether a write is to resolve an orphan.
func isResolution(w frame.Write) bool {
	return slices.ContainsFunc(w.Ops, func(op frame.Op) bool {
		_, ok := op.(frame.Resolve)
		return ok
	})
}

// splitResolution returns the orphan that a resolution is for, and what of the
// write is an ordinary one: without the last operation and the conditions.
func splitResolution(w frame.Write) (journal.Resolution, frame.Write) {
	last, _ := w.Ops[len(w.Ops)-1].(frame.Resolve)
	w.Ops, w.Conditions = w.Ops[:len(w.Ops)-1], nil
	return journal.Resolution(last), w
}

// checkResolution is checkWrite for a resolution. Its client follows from the
// orphan: else it could be made twice.
func checkResolution(w frame.Write) *frame.Failure {
	r, changes := splitResolution(w)
	orphan := r.Orphan
	switch {
	case isResolution(changes) || orphan.IsZero():
		return invalid("an orphan is resolved by the last operation of a write, and by none before")
	case w.Origin.Client != r.Origin().Client || w.Origin.Seq != 1:
		return invalid("orphan %v is resolved by its own client alone, with sequence number 1", orphan)
	case w.Ack < journal.AckRoom || w.Ack >= frame.NodesPerRoomMax:
		return invalid("ack %d is none of async, all or 1 to %d replicas", int(w.Ack), frame.NodesPerRoomMax-1)
	case len(w.Conditions) > frame.BatchMaxOps:
		return overLimit("conditions of a write", len(w.Conditions), frame.BatchMaxOps)
	}
	for _, op := range changes.Ops {
		switch op.(type) {
		case frame.Set, frame.Delete:
		case frame.Increment, frame.Append, frame.Expire, frame.Resolve:
			return invalid("the replay of orphan %v does more than set and delete", orphan)
		}
	}
	if len(changes.Ops) == 0 {
		return nil
	}
	return checkWrite(changes)
}

// checkRetried refuses to replay what its writer's own retry has brought.
func checkRetried(state *keyspace.State, w frame.Write) *frame.Failure {
	r, changes := splitResolution(w)
	if _, seen := state.Lookup(r.Client, r.Seq); len(changes.Ops) > 0 && (seen == keyspace.SeenKept || seen == keyspace.SeenForgotten) {
		return appliedByRetry(r.Orphan)
	}
	return nil
}

// checkResolved answers the retry of a write that was rolled back meanwhile, and
// then replayed or discarded as an orphan. It must not be made now.
func checkResolved(state *keyspace.State, w frame.Write) *frame.Failure {
	if !w.Retry || isResolution(w) {
		return nil
	}
	kept, seen := state.Lookup(w.Origin.Resolver(), 1)
	if seen == keyspace.SeenNot {
		return nil
	}
	failure := &frame.Failure{Code: frame.CodeOutcomeUnknown, Text: "this write was rolled back, and discarded as an orphan"}
	if len(kept.Results) != 1 {
		failure.Text = "this write was rolled back, and replayed as an orphan"
		failure.Position = kept.Position
	}
	return failure
}

// checkForgotten refuses a replay where the room may have forgotten that the
// orphan was resolved before: that was done in a later mastership than its own,
// but in a history that may have been much shorter than the one that was cut. One
// that is forced, and so has no conditions, is made all the same.
func checkForgotten(state *keyspace.State, history journal.History, w frame.Write) *frame.Failure {
	r, _ := splitResolution(w)
	orphan := r.Orphan
	since := orphan.Index
	for _, start := range history {
		if start.Epoch.Number > orphan.Epoch.Number {
			since = min(since, start.First)
		}
	}
	if len(w.Conditions) == 0 || state.Evicted() < since {
		return nil
	}
	return conflict("the room remembers %d writers, and more than that have written since orphan %v: it may have been replayed before",
		state.DedupeMaxClients, orphan)
}

// checkAsBefore is checkCondition with both values in its words: somebody is to
// choose between them.
func checkAsBefore(state *keyspace.State, now journal.Instant, c frame.Condition) *frame.Failure {
	item, found := state.GetAt(c.Key, now)
	switch {
	case c.Absent && found:
		return conflict("key %q holds %.40q now, and was not there before the orphan", c.Key, item.Value)
	case c.Absent:
		return nil
	case !found:
		return conflict("key %q is not there now, and held %.40q before the orphan", c.Key, c.Value)
	case !bytes.Equal(item.Value, c.Value):
		return conflict("key %q holds %.40q now, and held %.40q before the orphan", c.Key, item.Value, c.Value)
	}
	return nil
}
