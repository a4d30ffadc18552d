package core

import (
	"fmt"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// lobby is what a node or client knows of its room from the relay: whether it
// is connected, who else is, and the register.
type lobby struct {
	conn      uint64 // the newest connection; 0 before the first
	connected bool   // the connection is open
	welcome   bool   // and the relay has answered hello on it

	members  []register.Member // by NodeID
	register register.Register
	waiting  frame.Waiting

	// seated is true while the master holds the connection on which it was
	// granted the mastership. unseatedAt is when that ended, for all this node
	// knows; witnessed says that it was connected and saw it.
	seated     bool
	unseatedAt journal.Instant
	witnessed  bool

	greeted journal.Incarnation // of the newest hello
	first   bool                // it is the first hello of that incarnation

	heardAt   journal.Instant // when the relay's last frame came
	deadAfter time.Duration
	request   uint64 // the newest request number used with the relay
}

// onConnected notes a new connection of this incarnation.
func (l *lobby) onConnected(now journal.Instant, conn uint64, as journal.Incarnation) {
	l.first, l.greeted = l.greeted != as, as
	l.conn, l.connected, l.welcome = conn, true, false
	l.heardAt = now
	if l.deadAfter == 0 {
		l.deadAfter = frame.DeadAfter
	}
}

func (l *lobby) onDisconnected(now journal.Instant) {
	l.connected, l.welcome = false, false
	l.members, l.waiting = nil, frame.Waiting{}
	l.unseat(now, false)
}

func (l *lobby) unseat(now journal.Instant, witnessed bool) {
	if l.seated || !witnessed {
		l.unseatedAt, l.witnessed = now, witnessed
	}
	l.seated = false
}

// master returns who has the mastership, or the zero NodeID.
func (l *lobby) master() journal.NodeID {
	if !l.welcome || !l.seated {
		return journal.NodeID{}
	}
	return l.register.Epoch.Master
}

// member finds a connected member.
func (l *lobby) member(id journal.NodeID) (register.Member, bool) {
	i, found := l.find(id)
	if !found {
		return register.Member{}, false
	}
	return l.members[i], true
}

func (l *lobby) isPresent(id journal.NodeID) bool {
	_, found := l.find(id)
	return found
}

func (l *lobby) find(id journal.NodeID) (int, bool) {
	return slices.BinarySearchFunc(l.members, id, func(m register.Member, id journal.NodeID) int {
		return m.Node.Compare(id)
	})
}

func (l *lobby) onWelcome(now journal.Instant, f frame.Welcome) {
	l.welcome = true
	l.members = slices.Clone(f.Members)
	l.register = f.Register
	l.deadAfter = f.DeadAfter
	l.seated = f.Seated
	if !f.Seated {
		l.unseatedAt, l.witnessed = now, false
	}
}

func (l *lobby) onChanged(now journal.Instant, f frame.Changed) {
	l.register = f.Register
	if f.Seated {
		l.seated = true
		l.waiting = frame.Waiting{}
		return
	}
	l.unseat(now, true)
}

func (l *lobby) onJoined(now journal.Instant, f frame.Joined) {
	// Copied before it changes: Status and strategies may hold the old list.
	i, found := l.find(f.Member.Node)
	l.members = slices.Clone(l.members)
	if found {
		l.members[i] = f.Member
	} else {
		l.members = slices.Insert(l.members, i, f.Member)
	}
	if f.Again && f.Member.Node == l.register.Epoch.Master {
		l.unseat(now, true)
	}
}

func (l *lobby) onLeft(now journal.Instant, f frame.Left) {
	i, found := l.find(f.Node)
	if found {
		l.members = slices.Delete(slices.Clone(l.members), i, i+1)
	}
	if f.Node == l.register.Epoch.Master {
		l.unseat(now, true)
	}
}

// isSilent reports whether the relay has said nothing for so long that the
// connection can't be alive: it pings more often.
func (l *lobby) isSilent(now journal.Instant) bool {
	return l.connected && now.Sub(l.heardAt) >= l.deadAfter
}

// silentAt is the moment isSilent may become true.
func (l *lobby) silentAt() journal.Instant {
	if !l.connected {
		return 0
	}
	return l.heardAt.Add(l.deadAfter)
}

func (l *lobby) nextRequest() uint64 {
	l.request++
	return l.request
}

// refusalError is why the relay closed the connection, as an error.
func refusalError(f frame.Refused) error {
	return fmt.Errorf("the relay refused this node: %w", &frame.Failure{Code: f.Code, Text: f.Text})
}

// isForGood reports whether it is of no use to connect again.
func isForGood(f frame.Refused) bool {
	return slices.Contains([]frame.Code{
		frame.CodeReplaced, frame.CodeVersion, frame.CodeNotAllowed, frame.CodeInvalid, frame.CodeOutdated,
	}, f.Code)
}
