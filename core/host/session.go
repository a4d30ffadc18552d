package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Session is what a [Node] and a [Client] have in common: the requests to a
// room. Its methods may be called from any number of goroutines. Each waits
// for its answer until its context ends, and for [DefaultWait] where the
// context has no deadline: a room without a master never holds a caller for ever.
type Session struct {
	room   string
	runner *runner
	token  token
}

// Room returns the room's name.
func (s *Session) Room() string { return s.room }

// Set stores value under key, for as long as o says. The value must not change
// until Set returns.
//
// Errors of Set, Delete, Increment, Append, Expire, Persist and Batch: those for [errors.Is] say how the
// write ended. Only with [ErrOutcomeUnknown] may it have been made.
func (s *Session) Set(ctx context.Context, key string, value []byte, o WriteOptions) (Receipt, error) {
	receipt, _, err := s.one(ctx, key, frame.Set{Key: key, Value: value, TTL: o.TTL}, o)
	return receipt, err
}

// Delete removes keys, all at one moment, and returns how many of them there
// were. A condition in o needs a single key.
func (s *Session) Delete(ctx context.Context, o WriteOptions, keys ...string) (int, Receipt, error) {
	if len(keys) == 1 {
		receipt, n, err := s.one(ctx, keys[0], frame.Delete{Key: keys[0]}, o)
		return int(n), receipt, err
	}
	ops := make([]frame.Op, 0, len(keys))
	for _, key := range keys {
		ops = append(ops, frame.Delete{Key: key})
	}
	receipt, results, err := s.Batch(ctx, ops, nil, o)
	removed := 0
	for _, n := range results {
		removed += int(n)
	}
	return removed, receipt, err
}

// Increment adds by to the decimal number at key, where a key that is not
// there counts as 0, and returns the sum. It fails with [ErrConflict] where the
// value is no number or the sum is none of an int64.
func (s *Session) Increment(ctx context.Context, key string, by int64, o WriteOptions) (int64, Receipt, error) {
	receipt, sum, err := s.one(ctx, key, frame.Increment{Key: key, By: by}, o)
	return sum, receipt, err
}

// one makes a write of one operation and returns its result.
func (s *Session) one(ctx context.Context, key string, op frame.Op, o WriteOptions) (Receipt, int64, error) {
	conditions, err := o.condition(key)
	if err != nil {
		return Receipt{}, 0, err
	}
	if _, ok := op.(frame.Set); !ok && o.TTL != 0 {
		return Receipt{}, 0, invalid("a time to live is for a Set; Expire gives one to a key that is there")
	}
	receipt, results, err := s.Batch(ctx, []frame.Op{op}, conditions, WriteOptions{Ack: o.Ack, Degrade: o.Degrade})
	if err != nil || len(results) == 0 {
		return receipt, 0, err
	}
	return receipt, results[0], nil
}

// Batch makes all operations in one piece, or none of them if a condition does
// not hold, and returns one result per operation: for a Delete 1 if there was
// the key and else 0, for an Increment the sum, for an Append the length, for an
// Expire 1 if there is the key and else 0, for a Set 0. The limits of a batch,
// [frame.BatchMaxOps] and [frame.BatchMaxBytes], hold for what it writes too:
// an Append or an Expire writes the whole value again. Conditions of a batch name
// their keys, and a Set its time to live; those in o are for single keys and
// refused here.
func (s *Session) Batch(ctx context.Context, ops []frame.Op, conditions []frame.Condition, o WriteOptions) (Receipt, []int64, error) {
	if own, err := o.condition(""); err != nil || len(own) > 0 {
		return Receipt{}, nil, invalid("the conditions of several keys name their keys")
	}
	if o.TTL != 0 {
		return Receipt{}, nil, invalid("each Set of a batch names its own time to live")
	}
	if err := errors.Join(checkOps(ops), checkConditions(conditions)); err != nil {
		return Receipt{}, nil, err
	}
	answer, err := s.ask(ctx, journal.NodeID{}, frame.Write{
		Ops: ops, Conditions: conditions, Ack: o.Ack.onWire(), Degrade: o.Degrade, Wait: waitOf(ctx),
	})
	if err != nil {
		return Receipt{}, nil, err
	}
	written, ok := answer.(frame.Written)
	if !ok {
		return Receipt{}, nil, unexpected(answer)
	}
	s.token.note(written.Receipt.Position)
	return written.Receipt, written.Results, nil
}

// Verify asks what became of the write at a position, as its receipt or an
// [ErrOutcomeUnknown] gave it, and returns the position with the epoch's
// master filled in where it is known.
func (s *Session) Verify(ctx context.Context, at journal.Position) (frame.Verdict, journal.Position, error) {
	answer, err := s.ask(ctx, journal.NodeID{}, frame.Verify{Position: at})
	if err != nil {
		return frame.VerdictUnknown, at, err
	}
	verified, ok := answer.(frame.Verified)
	if !ok {
		return frame.VerdictUnknown, at, unexpected(answer)
	}
	return verified.Verdict, verified.Position, nil
}

// HandOver asks the master to pass the mastership to a node, or to the first in
// succession if it is zero, and returns the epoch of the new mastership.
func (s *Session) HandOver(ctx context.Context, successor journal.NodeID) (journal.Epoch, error) {
	answer, err := s.ask(ctx, journal.NodeID{}, frame.Yield{Successor: successor, Wait: waitOf(ctx)})
	if err != nil {
		return journal.Epoch{}, err
	}
	yielded, ok := answer.(frame.Yielded)
	if !ok {
		return journal.Epoch{}, unexpected(answer)
	}
	return yielded.Epoch, nil
}

// Done is closed when the session has ended: by Close, or because the node
// stopped. [Session.Err] then says why.
func (s *Session) Done() <-chan struct{} { return s.runner.ended }

// Err returns nil while the session goes on and after an end that was wanted.
// Otherwise it says what ended it: storage that can't be written, or a newer
// start of the same node.
func (s *Session) Err() error {
	select {
	case <-s.runner.ended:
		return s.runner.err
	default:
		return nil
	}
}

// Reconnect ends the pause before the next attempt to reach the relay, if there
// is one: for a machine or page that has learnt that the network is back.
func (s *Session) Reconnect() { s.runner.hurry() }

// DefaultWait is how long a request waits whose context has no end.
const DefaultWait = 5 * time.Second

// ask gives the loop a request and waits for the answer, or for what the loop
// says when ctx ends first. An answer that is a failure is an error.
func (s *Session) ask(ctx context.Context, to journal.NodeID, request frame.Frame) (frame.Frame, error) {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, DefaultWait)
		defer cancel()
	}
	c := &call{to: to, request: request, answered: make(chan struct{})}
	if err := s.runner.post(ctx, asked{c}); err != nil {
		return nil, err
	}
	select {
	case <-c.answered:
		return c.answer, c.err
	case <-s.runner.done:
		return c.atEnd(s.runner)
	case <-ctx.Done():
	}
	// The loop knows best how far the request came.
	select {
	case s.runner.events <- expired{call: c, cause: context.Cause(ctx)}:
	case <-s.runner.done:
	}
	select {
	case <-c.answered:
		return c.answer, c.err
	case <-s.runner.done:
		return c.atEnd(s.runner)
	}
}

// waitMargin is how much earlier than the caller's deadline the node is asked
// to answer: its answer says more than the loop's guess at the deadline.
const waitMargin = 50 * time.Millisecond

// waitOf returns the time until ctx ends as a frame carries it.
func waitOf(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return DefaultWait - waitMargin
	}
	left := time.Until(deadline)
	return max(left-min(left/8, waitMargin), 1)
}

func unexpected(answer frame.Frame) error {
	return &frame.Failure{Code: frame.CodeProtocol, Text: fmt.Sprintf("a %T is no answer to what was asked", answer)}
}
