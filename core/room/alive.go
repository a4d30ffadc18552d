package room

import (
	"fmt"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// onWake closes the connections of those who have been silent for too long and
// asks the others for a sign of life.
func (r *Room) onWake() {
	if r.closed || r.alarm == 0 {
		return
	}
	if late := r.now.Sub(r.alarm); late > r.cfg.PingEvery {
		// It was the relay that slept: what they sent meanwhile waits unread.
		for _, l := range r.links {
			l.heard = min(l.heard.Add(late), r.now)
		}
	}
	r.alarm, r.review = 0, true
	for _, l := range slices.Clone(r.links) {
		if r.now.Sub(l.heard) >= r.cfg.DeadAfter {
			why := fmt.Sprintf("silent for %v", r.cfg.DeadAfter)
			r.refuse(l.conn, frame.CodeSilent, why)
			r.leave(l, frame.Left{Reason: why})
		}
	}
	if r.now.Sub(r.pinged) >= r.cfg.PingEvery {
		r.pinged = r.now
		r.nonce++
		r.tell(frame.Ping{Nonce: r.nonce}, 0)
	}
}

// setAlarm asks for the next Wake if it is not the one asked for already. What
// is heard on a connection only puts its end off, so that forwarding never
// comes here.
func (r *Room) setAlarm() {
	var at journal.Instant
	sooner := func(t journal.Instant) {
		if at == 0 || t < at {
			at = t
		}
	}
	if len(r.links) > 0 {
		sooner(r.pinged.Add(r.cfg.PingEvery))
	}
	for _, l := range r.links {
		sooner(l.heard.Add(r.cfg.DeadAfter))
	}
	if in, ok := register.Reopening(r.value, r.absences()); ok && in > 0 && r.master == 0 && len(r.links) > 0 {
		sooner(r.now.Add(in))
	}
	if at != r.alarm {
		r.alarm = at
		r.do(WakeAt{At: at})
	}
}

// openIn is how long the volatile candidates of a new room still wait.
func (r *Room) openIn() time.Duration {
	var first journal.Instant
	for i, l := range r.links {
		if l.member.CanLead() && (first == 0 || l.since < first) {
			first = r.links[i].since
		}
	}
	return max(0, first.Add(r.cfg.OpenAfter).Sub(r.now))
}
