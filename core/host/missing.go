package host

import (
	"slices"
	"strings"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

const roomWaits = "the room waits for "

// WhyNoMaster says in a clause why the room has no master and gets none by
// itself: for whom it waits, or that those who are in sync may not be master. It
// is empty while there is a master, and where one may come at any moment.
func (s RoomStatus) WhyNoMaster() string {
	if s.Seated || s.Register.IsZero() {
		return ""
	}
	why := ""
	if len(s.Waiting.For) > 0 {
		why = "the room waits for " + listWaiting(s.Waiting)
	} else if barred := s.Register.Barred(s.Members); len(barred) > 0 {
		why = "in sync is only who may not be master: " + listIDs(barred)
	}
	if on := s.WayOn(); why != "" && on != "" {
		why += "; " + on
	}
	return why
}

// WayOn says in a clause what is to be done where nobody present can become
// master, not even by a takeover: the room takes no copies in memory, and there
// are no others. It is empty elsewhere, and where those for whom the room waits
// are the only way.
func (s RoomStatus) WayOn() string {
	keeps := func(m register.Member) bool { return m.HasCopy() && m.Durable }
	if s.Seated || !s.Register.Settings.NoVolatile || slices.ContainsFunc(s.Members, keeps) {
		return ""
	}
	return "here are only copies in memory, which it does not take as master: if nobody else returns, start a node that keeps its copy, and take over with that"
}

func listWaiting(w frame.Waiting) string {
	text := listIDs(w.For)
	switch {
	case len(w.For) == 1:
		return text
	case w.All:
		return "all of " + text
	}
	return "one of " + text
}

func listIDs(nodes []journal.NodeID) string {
	ids := make([]string, len(nodes))
	for i, id := range nodes {
		ids[i] = id.String()
	}
	return strings.Join(ids, ", ")
}

// whyNoMaster is [RoomStatus.WhyNoMaster] as the machine knows it.
func (l *loop) whyNoMaster() string {
	s := l.machine.Status()
	if !s.Connected {
		return ""
	}
	return roomOf(s).WhyNoMaster()
}

// roomOf is what a node's own status tells of its room.
func roomOf(s core.Status) RoomStatus {
	return RoomStatus{Register: s.Register, Seated: s.Seated, Members: s.Members, Waiting: s.Waiting}
}

// withMissing adds to a failure for want of a master why there is none.
func (l *loop) withMissing(failure *frame.Failure) *frame.Failure {
	return because(failure, l.whyNoMaster())
}

// because adds a reason, unless it is empty. Two clauses about the room become
// one sentence.
func because(failure *frame.Failure, why string) *frame.Failure {
	if why == "" {
		return failure
	}
	known := *failure
	known.Text = failure.Error() + "; " + why
	if whom, waits := strings.CutPrefix(why, roomWaits); waits && failure == noMaster {
		known.Text = noMaster.Text + " and waits for " + whom
	}
	return &known
}
