package core

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

const (
	defaultWait = 5 * time.Second
	waitMax     = 24 * time.Hour

	// askAgainAfter is the pause before a master that said it is none is asked
	// again, should nothing else happen before.
	askAgainAfter = 200 * time.Millisecond
)

// outbox holds the application's open requests: each is sent to whom it
// concerns, sent again when that one is lost, and answered once. A write keeps
// its (client, seq), so sending it again never makes it twice.
type outbox struct {
	client ClientID
	open   map[requestKey]*request // to look up; order has the same in order
	order  []*request              // as asked, with some that have ended
	ended  int                     // how many of order have ended
	writes []*request              // the writes among them, by Seq
	unsent []*request              // what is to be sent, as asked, with some that have ended
	soon   journal.Instant         // no deadline is before it; 0 if there is none
	number uint64                  // of the newest request
}

// ClientID is short for the journal's.
type ClientID = journal.ClientID

// request is one open request.
type request struct {
	number   uint64         // rises with every request
	to       journal.NodeID // whom to ask; zero for the master
	frame    frame.Frame
	deadline journal.Instant // 0 for none
	ended    bool

	sent   bool            // to the present master, by the present connection
	sentTo journal.NodeID  // whom it was sent to last
	notYet journal.Instant // not to be sent before

	// A sending without a verdict may have been carried out. In doubt is the
	// newest one from the moment it is sent, and wasInDoubt any before it.
	inDoubt, wasInDoubt bool

	// Of a Watch: whether it was answered, and whether some of the state that
	// comes in parts is missing.
	begun, partial bool

	// at is where a master said that the write stands, when it could not vouch
	// for it.
	at journal.Position
}

// add takes a request. Known is the newest committed index the asker knows.
func (o *outbox) add(now journal.Instant, in Asked, known journal.Index) {
	o.number++
	r := &request{number: o.number, to: in.To, frame: in.Frame}
	switch f := in.Frame.(type) {
	case frame.Write:
		f.Wait = positive(f.Wait)
		f.Known = known
		if !isResolution(f) { // whose client is the orphan's
			f.Origin.Client = o.client
			o.writes = append(o.writes, r)
		}
		r.frame, r.deadline = f, now.Add(f.Wait)
	case frame.Yield:
		f.Wait = positive(f.Wait)
		r.frame, r.deadline = f, now.Add(f.Wait)
	case frame.Read:
		if !f.Least.IsZero() {
			f.Wait = positive(f.Wait)
			r.frame, r.deadline = f, now.Add(f.Wait)
		}
	}
	if o.open == nil {
		o.open = map[requestKey]*request{}
	}
	key := keyOfRequest(r.frame)
	if old := o.open[key]; old != nil {
		o.end(old)
	}
	o.open[key] = r
	o.order = append(o.order, r)
	o.unsent = append(o.unsent, r)
	o.soon = sooner(o.soon, r.deadline)
}

// positive is how long a request may wait: what it says, within a day, or the
// default.
func positive(wait time.Duration) time.Duration {
	if wait <= 0 {
		return defaultWait
	}
	return min(wait, waitMax)
}

// end takes a request out of the box.
func (o *outbox) end(r *request) {
	r.ended = true
	o.ended++
	delete(o.open, keyOfRequest(r.frame))
	if o.ended > 64 && o.ended > len(o.order)/2 {
		o.order = slices.DeleteFunc(o.order, func(x *request) bool { return x.ended })
		o.ended = 0
	}
}

// endAll ends the requests that over is true for, and returns them as asked.
func (o *outbox) endAll(over func(*request) bool) []*request {
	var gone []*request
	for _, r := range o.order {
		if !r.ended && over(r) {
			gone = append(gone, r)
		}
	}
	for _, r := range gone {
		o.end(r)
	}
	return gone
}

// floor is the lowest sequence number of a write that is not answered yet.
func (o *outbox) floor() uint64 {
	for len(o.writes) > 0 && o.writes[0].ended {
		o.writes[0] = nil
		o.writes = o.writes[1:]
	}
	if len(o.writes) == 0 {
		return 0
	}
	w, _ := o.writes[0].frame.(frame.Write)
	return w.Origin.Seq
}

// abandon ends every request: nobody will ask for this node any more.
func (o *outbox) abandon(why string) []frame.Frame {
	var answers []frame.Frame
	for _, r := range o.endAll(func(*request) bool { return true }) {
		failure := r.unanswered()
		failure.Text = why
		answers = append(answers, failed(r.frame, failure))
	}
	return answers
}

// lose ends the requests to named nodes of which gone is true and returns
// their answers.
func (o *outbox) lose(gone func(journal.NodeID) bool, why string) []frame.Frame {
	var answers []frame.Frame
	for _, r := range o.endAll(func(r *request) bool { return !r.to.IsZero() && gone(r.to) }) {
		failure := r.unanswered()
		if failure.Code != frame.CodeOutcomeUnknown {
			failure.Code = frame.CodeGone
		}
		failure.Text = why
		answers = append(answers, failed(r.frame, failure))
	}
	return answers
}

// forget drops a request, and returns who may be serving it: for a Watch the
// caller sends Unwatch.
func (o *outbox) forget(f frame.Frame) (to journal.NodeID, found bool) {
	r := o.open[keyOfRequest(f)]
	if r == nil {
		return journal.NodeID{}, false
	}
	o.end(r)
	return r.sentTo, true
}

func (o *outbox) mayExpire(now journal.Instant) bool { return o.soon != 0 && o.soon <= now }

// expire ends the requests whose time is over and returns their answers.
func (o *outbox) expire(now journal.Instant) []frame.Frame {
	o.soon = 0
	var answers []frame.Frame
	for _, r := range o.endAll(func(r *request) bool {
		if r.deadline == 0 || r.deadline > now {
			o.soon = sooner(o.soon, r.deadline)
			return false
		}
		return true
	}) {
		answers = append(answers, failed(r.frame, r.unanswered()))
	}
	return answers
}

// addAlarms adds the moments at which due or expire have something to do.
func (o *outbox) addAlarms(a *alarm) {
	a.add(o.soon)
	for _, r := range o.unsent {
		if !r.ended {
			a.add(r.notYet)
		}
	}
}
