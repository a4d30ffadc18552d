package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// answer takes an answer from a peer. It returns what the application gets, or
// nil if nobody waits for it or the request goes on.
func (o *outbox) answer(now journal.Instant, from journal.NodeID, f frame.Frame) frame.Frame {
	key, isOurs := o.keyOfAnswer(f)
	r := o.open[key]
	if !isOurs || r == nil || !r.to.IsZero() && from != r.to {
		return nil // nobody waits for it, or not from there
	}
	if failure := frame.FailureOf(f); failure != nil {
		if r.to.IsZero() && (from != r.sentTo || o.goesOn(now, r, failure)) {
			return nil // a verdict on an earlier sending says nothing of this one
		}
		o.end(r)
		return failed(r.frame, r.verdict(failure))
	}
	if changes, ok := f.(frame.Changes); ok {
		return r.take(from, changes) // a watch stays open
	}
	o.end(r)
	return f
}

// goesOn reports whether a request to the master is sent again after a failure.
func (o *outbox) goesOn(now journal.Instant, r *request, failure *frame.Failure) bool {
	switch {
	case failure.Code == frame.CodeOutcomeUnknown:
		// The master that took it is no longer sure. The next one knows.
		r.at = failure.Position
		if r.deadline > now.Add(askAgainAfter) {
			o.retry(r, now.Add(askAgainAfter/4))
			return true
		}
	case failure.Code == frame.CodeNotMaster:
		r.inDoubt = false // it was not taken
		o.retry(r, now.Add(askAgainAfter))
		return true
	}
	return false
}

// verdict is what a failure of the newest sending means for the request: that
// this one was refused does not say that an earlier one was not carried out.
func (r *request) verdict(failure *frame.Failure) *frame.Failure {
	_, isWrite := r.frame.(frame.Write)
	if !isWrite || !r.wasInDoubt || failure.Code == frame.CodeOutcomeUnknown {
		return failure
	}
	return &frame.Failure{
		Code: frame.CodeOutcomeUnknown, Position: r.at,
		Text: "it may have been made when it was sent first; sent again it was refused: " + failure.Error(),
	}
}

// take moves a watch on, so that it resumes behind what has come should it be
// sent again. Changes of a node that was asked before, and events that came by
// an earlier sending, are dropped: each change is seen once.
//
// While the state comes in parts it resumes nowhere: whoever goes on with the
// watch begins the state anew, and does not leave out the rest of it.
func (r *request) take(from journal.NodeID, f frame.Changes) frame.Frame {
	w, _ := r.frame.(frame.Watch)
	isAnew := f.Gap || len(f.Events) > 0 && f.Events[0].Retracted
	if from != r.sentTo || f.Ahead && r.begun {
		return nil
	}
	if f.Ahead {
		r.begun = true
		return f
	}
	if !isAnew && f.Through.Index < w.From.Index {
		if !f.More {
			return nil
		}
		// The rest is sent when it is asked for, which the application does.
		f.Events, f.Through = nil, w.From
		return f
	}
	if !isAnew && !w.From.IsZero() {
		seen := slices.IndexFunc(f.Events, func(e journal.Event) bool { return e.Position.Index > w.From.Index })
		if seen < 0 {
			seen = len(f.Events)
		}
		f.Events = f.Events[seen:]
	}
	r.begun, r.partial = true, f.More && (f.Gap || r.partial)
	w.From = f.Through
	if r.partial {
		w.From = Nowhere
	}
	r.frame = w
	return f
}

// unanswered is what is known of a request that nobody has answered.
func (r *request) unanswered() *frame.Failure {
	if _, isWrite := r.frame.(frame.Write); isWrite && (r.inDoubt || r.wasInDoubt) {
		return &frame.Failure{
			Code: frame.CodeOutcomeUnknown, Position: r.at,
			Text: "the acknowledgement did not come in time",
		}
	}
	if _, isRead := r.frame.(frame.Read); isRead && r.sent {
		return &frame.Failure{Code: frame.CodeTimeout, Text: "no answer within the time given"}
	}
	return &frame.Failure{Code: frame.CodeNotMaster, Text: "no master within the time given"}
}
