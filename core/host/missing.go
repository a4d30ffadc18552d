package host

import (
	"strings"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

const roomWaits = "the room waits for "

// WhyNoMaster says in a clause why the room has no master and gets none by
// itself: for whom it waits, or that those who are in sync may not be master. It
// is empty while there is a master, and where one may come at any moment.
func (s RoomStatus) WhyNoMaster() string {
	if s.Seated || s.Register.IsZero() {
		return ""
	}
	if len(s.Waiting.For) > 0 {
		return roomWaits + listWaiting(s.Waiting)
	}
	if len(s.Register.Heirs(s.Members, journal.NodeID{})) > 0 {
		return ""
	}
	var barred []string
	for _, m := range s.Members {
		if s.Register.IsInSync(m.Node) {
			barred = append(barred, m.Node.String())
		}
	}
	if len(barred) == 0 {
		return ""
	}
	return "in sync is only who may not be master: " + strings.Join(barred, ", ")
}

func listWaiting(w frame.Waiting) string {
	ids := make([]string, len(w.For))
	for i, id := range w.For {
		ids[i] = id.String()
	}
	text := strings.Join(ids, ", ")
	switch {
	case len(ids) == 1:
		return text
	case w.All:
		return "all of " + text
	}
	return "one of " + text
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
