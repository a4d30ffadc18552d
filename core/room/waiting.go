package room

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// tellWaiting tells everybody when the reason changes why the room has no
// master and can get none by itself.
func (r *Room) tellWaiting() {
	now := r.whoIsMissing()
	if now.All == r.waiting.All && slices.Equal(now.For, r.waiting.For) {
		return
	}
	r.waiting = now
	r.tell(now, 0)
}

// whoIsMissing is the zero Waiting while there is a master or one present node
// may become it.
func (r *Room) whoIsMissing() frame.Waiting {
	if r.master != 0 || r.value.IsZero() || r.closed {
		return frame.Waiting{}
	}
	absent := r.absences()
	if len(absent) == 0 {
		return frame.Waiting{}
	}
	if in, ok := register.Reopening(r.value, absent); ok && in == 0 && slices.ContainsFunc(r.links, r.mayLead) {
		return frame.Waiting{}
	}
	if !r.value.Awaiting && len(r.value.Heirs(r.Members(), journal.NodeID{})) > 0 {
		return frame.Waiting{}
	}
	missing := make([]journal.NodeID, len(absent))
	for i, a := range absent {
		missing[i] = a.Node
	}
	return frame.Waiting{For: missing, All: r.value.Awaiting}
}

func (r *Room) mayLead(l *link) bool { return r.value.MayLead(l.member) }
