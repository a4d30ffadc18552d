package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

// perform does the effects of one step, in order.
func (l *loop) perform(effects []core.Effect) {
	for _, effect := range effects {
		switch effect := effect.(type) {
		case core.Send:
			l.send(effect)
		case core.Store:
			l.store(effect)
		case core.Replied:
			l.reply(effect.Frame)
		case core.Orphaned:
			l.tellOrphans(effect.Orphans)
		case core.Refuse:
			l.refuse(effect)
		case core.WakeAt:
			l.setWake(effect)
		case core.Disconnect:
			l.closeLink(effect.Reason)
		case core.Alarm:
			l.log.say(LogError, "copies differ", keyError, effect.Err)
			l.runner.config.board.alarm(effect.Err)
		case core.Stop:
			l.over, l.runner.cause = true, effect.Err
			l.log.say(LogError, "the node stops", keyError, effect.Err)
		case core.Gone:
			l.over, l.runner.gone = true, true
		}
	}
}

// send puts a frame on the connection. A connection that does not take it is
// of no use any more: the peers must see it end rather than miss a frame.
func (l *loop) send(e core.Send) {
	if write, ok := e.Frame.(frame.Write); ok {
		if c := l.calls.own(write.Origin); c != nil {
			c.sent = true
		}
	}
	if l.link == nil {
		return
	}
	message, err := wire.Encode(e.Head, e.Frame)
	if err != nil {
		l.log.say(LogError, "a frame of ours can't be sent", keyFrame, fmt.Sprintf("%T", e.Frame), keyError, err)
		l.closeLink("a frame that can't be sent")
		return
	}
	if err := l.link.Send(message); err != nil {
		l.lost = err
		l.closeLink(err.Error())
	}
}

// store gives records to the storage. Memory takes them on the spot.
func (l *loop) store(e core.Store) {
	l.noteOwn(e.Records)
	if l.memory == nil {
		l.writer.add(e)
		return
	}
	if err := l.memory.Write(context.Background(), e.Records); err != nil {
		l.inputs = append(l.inputs, core.StoreFailed{Err: err})
		return
	}
	l.stored = e.Seq
}

// noteOwn notes where the journal has the application's own writes: from here
// on they may be kept, whatever becomes of the answer.
func (l *loop) noteOwn(records []core.Record) {
	for _, record := range records {
		add, ok := record.(core.Append)
		if !ok {
			continue
		}
		for _, entry := range add.Entries {
			if c := l.calls.own(entry.Origin); c != nil {
				c.sent, c.position = true, entry.Position
			}
		}
	}
}

// reply brings an answer to the caller, or changes to a watch.
func (l *loop) reply(answer frame.Frame) {
	if changes, ok := answer.(frame.Changes); ok {
		if sub := l.calls.subs[changes.ID]; sub != nil {
			sub.push(changes)
		}
		return
	}
	c := l.calls.take(answer)
	if c == nil {
		return
	}
	failure := frame.FailureOf(answer)
	switch {
	case failure == nil:
		c.finish(answer, nil)
	case failure.Code == frame.CodeNotMaster && !l.welcome:
		// The machine knows that nobody took it; that there is no relay says more.
		c.finish(nil, l.whyUnanswered(c, context.DeadlineExceeded))
	case failure.Code == frame.CodeNotMaster:
		c.finish(nil, l.withMissing(failure))
	case failure.Code == frame.CodeOutcomeUnknown && failure.Position.IsZero():
		known := *failure
		known.Position = c.position
		c.finish(nil, &known)
	default:
		c.finish(nil, failure)
	}
}

// tellOrphans says what a failover has cost. Nobody else may ever ask.
func (l *loop) tellOrphans(orphans []journal.Orphan) {
	l.log.say(LogWarn, "rolled back by a failover", keyCount, len(orphans), keyFirst, orphans[0].Entry.Position)
	if b := l.runner.config.board; b != nil {
		b.tellOrphans(orphans)
	}
}

func (l *loop) setWake(e core.WakeAt) {
	l.wakeAt = e.At
	if e.At == 0 {
		l.timer.Stop()
		return
	}
	l.timer.Reset(max(e.At.Sub(l.clock.now()), 0))
}

// closeLink gives the connection up; the connector notices and makes another.
func (l *loop) closeLink(reason string) {
	if l.link == nil {
		return
	}
	if len(reason) > reasonMaxBytes {
		reason = reason[:reasonMaxBytes]
	}
	// A link that can't even be closed reports its end to the connector.
	_ = l.link.Close(CloseNormal, reason)
	l.link, l.welcome = nil, false
}

// reasonMaxBytes is what fits into a close frame behind the code (RFC 6455,
// section 5.5).
const reasonMaxBytes = 123

// refusals counts what was refused, by kind of frame.
type refusals map[string]uint64

// refuse counts a refusal, and logs the first and then every 1,000th of a kind.
// That a copy has forgotten something is always said: somebody must look at its
// disk.
func (l *loop) refuse(e core.Refuse) {
	kind := fmt.Sprintf("%T", e.Frame)
	l.refused[kind]++
	var forgotten *core.ForgottenError
	if n := l.refused[kind]; n%1000 == 1 || errors.As(e.Err, &forgotten) {
		l.log.say(LogWarn, "refused", keyFrame, kind, keyFrom, e.From, keyError, e.Err, keyCount, n)
	}
}
