package core

import (
	"fmt"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

const (
	defaultWait = 5 * time.Second

	// askAgainAfter is the pause before a master that said it is none is asked
	// again, should nothing else happen before.
	askAgainAfter = 200 * time.Millisecond
)

// outbox holds the application's open requests: each is sent to whom it
// concerns, sent again when that one is lost, and answered once. A write keeps
// its (client, seq), so sending it again never makes it twice.
type outbox struct {
	client ClientID
	open   []*request      // in the order asked; writes have rising Seq
	unsent int             // how many of them are not sent
	soon   journal.Instant // no deadline is before it; 0 if there is none
}

// ClientID is short for the journal's.
type ClientID = journal.ClientID

// request is one open request.
type request struct {
	to       journal.NodeID // whom to ask; zero for the master
	frame    frame.Frame
	deadline journal.Instant // 0 for none
	sent     bool            // to the present master, by the present connection
	sentTo   journal.NodeID  // whom it was sent to last
	tried    bool            // sent at least once
	notYet   journal.Instant // not to be sent before

	// at is where a master said that the write stands, when it could not vouch
	// for it.
	at journal.Position
}

// add takes a request. Known is the newest committed index the asker knows.
func (o *outbox) add(now journal.Instant, in Asked, known journal.Index) {
	r := &request{to: in.To, frame: in.Frame}
	switch f := in.Frame.(type) {
	case frame.Write:
		f.Wait = positive(f.Wait)
		f.Origin.Client, f.Known = o.client, known
		r.frame, r.deadline = f, now.Add(f.Wait)
	case frame.Yield:
		f.Wait = positive(f.Wait)
		r.frame, r.deadline = f, now.Add(f.Wait)
	}
	o.open = append(o.open, r)
	o.unsent++
	o.soon = sooner(o.soon, r.deadline)
}

func positive(wait time.Duration) time.Duration {
	if wait <= 0 {
		return defaultWait
	}
	return wait
}

// floor is the lowest sequence number of a write that is not answered yet.
func (o *outbox) floor() uint64 {
	for _, r := range o.open {
		if w, ok := r.frame.(frame.Write); ok {
			return w.Origin.Seq
		}
	}
	return 0
}

// outgoing is a request to be sent now.
type outgoing struct {
	to    journal.NodeID
	frame frame.Frame
}

// due returns what is to be sent now. Master is zero where there is none.
func (o *outbox) due(now journal.Instant, master journal.NodeID) []outgoing {
	var out []outgoing
	for _, r := range o.open {
		if r.sent || r.notYet > now {
			continue
		}
		to := r.to
		if to.IsZero() {
			to = master
		}
		if to.IsZero() {
			continue
		}
		f := r.frame
		if w, ok := f.(frame.Write); ok {
			w.Origin.Floor = o.floor()
			w.Retry = r.tried
			// The master gives its verdict a little earlier than the asker
			// gives up, so that the asker learns the position.
			w.Wait = max(r.deadline.Sub(now)*9/10, time.Millisecond)
			f = w
		}
		r.sent, r.tried, r.sentTo = true, true, to
		o.unsent--
		out = append(out, outgoing{to: to, frame: f})
	}
	return out
}

// unsend makes every request to the master due again: the mastership or the
// connection it was sent to is gone. Requests to a named node are not repeated
// on their own; with the connection gone they fail.
func (o *outbox) unsend() {
	for _, r := range o.open {
		if r.to.IsZero() {
			o.retry(r, 0)
		}
	}
}

// retry makes a request due again at a moment.
func (o *outbox) retry(r *request, at journal.Instant) {
	if r.sent {
		o.unsent++
	}
	r.sent, r.notYet = false, at
}

// ended counts a request that leaves the box.
func (o *outbox) ended(r *request) {
	if !r.sent {
		o.unsent--
	}
}

// abandon ends every request: nobody will ask for this node any more.
func (o *outbox) abandon(why string) []frame.Frame {
	var answers []frame.Frame
	for _, r := range o.open {
		failure := r.timeout()
		failure.Text = why
		answers = append(answers, failed(r.frame, failure))
	}
	o.open, o.unsent = nil, 0
	return answers
}

// lose ends the requests to named nodes of which gone is true and returns
// their answers.
func (o *outbox) lose(gone func(journal.NodeID) bool, why string) []frame.Frame {
	var answers []frame.Frame
	o.open = slices.DeleteFunc(o.open, func(r *request) bool {
		if r.to.IsZero() || !gone(r.to) {
			return false
		}
		failure := &frame.Failure{Code: frame.CodeGone, Text: why}
		if _, isWrite := r.frame.(frame.Write); isWrite {
			failure.Code = frame.CodeOutcomeUnknown
		}
		answers = append(answers, failed(r.frame, failure))
		o.ended(r)
		return true
	})
	return answers
}

// answer takes an answer from a peer. It returns what the application gets, or
// nil if nobody waits for it or the request goes on.
func (o *outbox) answer(now journal.Instant, from journal.NodeID, f frame.Frame) frame.Frame {
	i := slices.IndexFunc(o.open, func(r *request) bool { return isAnswerTo(f, r.frame) })
	if i < 0 {
		return nil
	}
	r := o.open[i]
	if failure := failureOf(f); failure != nil && r.to.IsZero() {
		switch failure.Code {
		case frame.CodeOutcomeUnknown:
			// The master that took it is no longer sure. The next one knows.
			r.at = failure.Position
			if r.deadline > now.Add(askAgainAfter) {
				o.retry(r, now.Add(askAgainAfter/4))
				return nil
			}
		case frame.CodeNotMaster:
			o.retry(r, now.Add(askAgainAfter))
			return nil
		}
	}
	if changes, ok := f.(frame.Changes); ok && changes.Failure == nil {
		return r.take(from, changes) // a watch stays open
	}
	o.ended(r)
	o.open = slices.Delete(o.open, i, i+1)
	return f
}

// take moves a watch on, so that it resumes behind what has come should it be
// sent again. Changes of a node that was asked before, and events that came by
// an earlier sending, are dropped: each change is seen once.
func (r *request) take(from journal.NodeID, f frame.Changes) frame.Frame {
	w, _ := r.frame.(frame.Watch)
	if from != r.sentTo || (!f.Gap && f.Through.Index < w.From.Index) {
		return nil
	}
	if !f.Gap && !w.From.IsZero() {
		seen := slices.IndexFunc(f.Events, func(e journal.Event) bool { return e.Position.Index > w.From.Index })
		if seen < 0 {
			seen = len(f.Events)
		}
		f.Events = f.Events[seen:]
	}
	w.From = f.Through
	r.frame = w
	return f
}

// forget drops a request. For a Watch the caller sends Unwatch.
func (o *outbox) forget(f frame.Frame) (to journal.NodeID, found bool) {
	i := slices.IndexFunc(o.open, func(r *request) bool { return sameRequest(r.frame, f) })
	if i < 0 {
		return journal.NodeID{}, false
	}
	to = o.open[i].to
	o.ended(o.open[i])
	o.open = slices.Delete(o.open, i, i+1)
	return to, true
}

func (o *outbox) mayExpire(now journal.Instant) bool { return o.soon != 0 && o.soon <= now }

// expire ends the requests whose time is over and returns their answers.
func (o *outbox) expire(now journal.Instant) []frame.Frame {
	var answers []frame.Frame
	o.soon = 0
	o.open = slices.DeleteFunc(o.open, func(r *request) bool {
		if r.deadline == 0 || r.deadline > now {
			o.soon = sooner(o.soon, r.deadline)
			return false
		}
		answers = append(answers, failed(r.frame, r.timeout()))
		o.ended(r)
		return true
	})
	return answers
}

func (r *request) timeout() *frame.Failure {
	if _, isWrite := r.frame.(frame.Write); isWrite && r.tried {
		return &frame.Failure{
			Code: frame.CodeOutcomeUnknown, Position: r.at,
			Text: "the acknowledgement did not come in time",
		}
	}
	return &frame.Failure{Code: frame.CodeNotMaster, Text: "no master within the time given"}
}

// addAlarms adds the moments at which due or expire have something to do.
func (o *outbox) addAlarms(a *alarm) {
	a.add(o.soon)
	if o.unsent == 0 {
		return
	}
	for _, r := range o.open {
		if !r.sent {
			a.add(r.notYet)
		}
	}
}

// sooner returns the earlier of two moments, where 0 is never.
func sooner(a, b journal.Instant) journal.Instant {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}

// failed makes the answer that a request gets when it fails.
func failed(f frame.Frame, failure *frame.Failure) frame.Frame {
	switch f := f.(type) {
	case frame.Write:
		return frame.Written{Client: f.Origin.Client, Seq: f.Origin.Seq, Failure: failure}
	case frame.Read:
		return frame.ReadReply{ID: f.ID, Failure: failure}
	case frame.Watch:
		return frame.Changes{ID: f.ID, Failure: failure}
	case frame.Verify:
		return frame.Verified{ID: f.ID, Failure: failure}
	case frame.Yield:
		return frame.Yielded{ID: f.ID, Failure: failure}
	case frame.Probe:
		return frame.Report{ID: f.ID, Failure: failure}
	}
	panic(fmt.Sprintf("core: %T is not a request", f))
}
