package core

import (
	"cmp"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// outgoing is a request to be sent now.
type outgoing struct {
	to    journal.NodeID
	frame frame.Frame
}

// due returns what is to be sent now. Master is zero where there is none.
func (o *outbox) due(now journal.Instant, master journal.NodeID) []outgoing {
	var out []outgoing
	o.unsent = slices.DeleteFunc(o.unsent, func(r *request) bool {
		if r.ended {
			return true
		}
		to := r.to
		if to.IsZero() {
			to = master
		}
		if to.IsZero() || r.notYet > now {
			return false
		}
		if w, ok := r.frame.(frame.Watch); ok && !r.sentTo.IsZero() && r.sentTo != to {
			out = append(out, outgoing{to: r.sentTo, frame: frame.Unwatch{ID: w.ID}})
		}
		out = append(out, outgoing{to: to, frame: o.sending(now, r)})
		r.sent, r.sentTo = true, to
		return true
	})
	return out
}

// sending is the frame of a request as it is sent now.
func (o *outbox) sending(now journal.Instant, r *request) frame.Frame {
	r.wasInDoubt, r.inDoubt = r.wasInDoubt || r.inDoubt, true
	// Whoever is asked gives its verdict a little earlier than the asker gives up,
	// so that the asker learns how far it came.
	wait := max(r.deadline.Sub(now)*9/10, time.Millisecond)
	switch f := r.frame.(type) {
	case frame.Write:
		if !isResolution(f) {
			f.Origin.Floor = o.floor()
		}
		f.Retry = r.wasInDoubt
		f.Wait = wait
		return f
	case frame.Read:
		if r.deadline != 0 {
			f.Wait = wait
		}
		return f
	}
	return r.frame
}

// servedBy returns who serves a watch, zero for nobody.
func (o *outbox) servedBy(watch uint64) journal.NodeID {
	r := o.open[keyed(asksWatch, watch)]
	if r == nil || !r.sent {
		return journal.NodeID{}
	}
	return r.sentTo
}

// unsend makes every request to the master due again: the mastership or the
// connection it was sent to is gone. Requests to a named node are not repeated
// on their own; with the connection gone they fail.
func (o *outbox) unsend() {
	again := false
	for _, r := range o.order {
		if r.ended || !r.to.IsZero() {
			continue
		}
		again = again || r.sent
		r.sent, r.notYet = false, 0
	}
	if !again {
		return
	}
	o.unsent = o.unsent[:0]
	for _, r := range o.order {
		if !r.ended && !r.sent {
			o.unsent = append(o.unsent, r)
		}
	}
}

// retry makes a request that was sent due again at a moment.
func (o *outbox) retry(r *request, at journal.Instant) {
	if !r.sent {
		return
	}
	r.sent, r.notYet = false, at
	i, _ := slices.BinarySearchFunc(o.unsent, r.number, func(x *request, number uint64) int {
		return cmp.Compare(x.number, number)
	})
	o.unsent = slices.Insert(o.unsent, i, r)
}
