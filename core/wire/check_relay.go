package wire

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func isCode(c frame.Code) bool {
	switch c {
	case frame.CodeOK, frame.CodeNotEnoughReplicas, frame.CodeOutcomeUnknown, frame.CodeNotMaster,
		frame.CodeConflict, frame.CodeTooLarge, frame.CodeInvalid, frame.CodeTimeout, frame.CodeBusy, frame.CodeSessionCut,
		frame.CodeStale, frame.CodeNotInSync, frame.CodeMasterHere, frame.CodeGone, frame.CodeRetry,
		frame.CodeAwaiting, frame.CodeNotAllowed, frame.CodeInSyncHere,
		frame.CodeVersion, frame.CodeReplaced, frame.CodeProtocol, frame.CodeTooSlow, frame.CodeFull,
		frame.CodeShutdown, frame.CodeSilent, frame.CodeOutdated:
		return true
	}
	return false
}

func checkMember(m *register.Member) error {
	return first(
		checkID("member", m.Node),
		that(m.Kind >= register.KindProcess && m.Kind <= register.KindClient, "member", "a kind that is none"),
		that(m.Incarnation > 0 || !m.HasCopy(), "member", "a copy of incarnation 0"),
		that(m.HasCopy() || !m.Candidate, "member", "a client that is a candidate"),
		checkString("member", nameNode, frame.NodeNameMaxBytes, m.Name),
	)
}

func checkRegister(r *register.Register) error {
	if r.IsZero() {
		empty := r.Epoch.IsZero() && len(r.InSync) == 0 && !r.Awaiting && len(r.Losses) == 0 && r.Settings == register.Settings{}
		return that(empty, "register", "version 0 with a history")
	}
	if err := atMost(nameNodes, frame.NodesPerRoomMax, len(r.InSync)); err != nil {
		return err
	}
	seen := make(map[journal.NodeID]bool, len(r.InSync))
	seats := each(r.InSync, func(s *register.Seat) error {
		twice := seen[s.Node]
		seen[s.Node] = true
		return first(checkID("register", s.Node), that(!twice, "register", "a node that is in sync twice"))
	})
	return first(
		seats,
		checkEpoch("register", r.Epoch),
		that(r.Epoch.Master.IsZero() || seen[r.Epoch.Master], "register", "a master that is not in sync"),
		checkSettings(r.Settings),
		atMost(nameLosses, register.MaxLosses, len(r.Losses)),
		each(r.Losses, func(l *register.Loss) error {
			return first(checkMastership("register", l.Epoch), checkIDs("register", l.Missing))
		}),
	)
}

func checkSettings(s register.Settings) error {
	err := s.Check()
	return that(err == nil, "register", "settings out of their range")
}

func checkHello(f frame.Hello) error {
	return first(
		that(f.VersionMin > 0 && f.VersionMin <= f.VersionMax, "version", "no range of versions"),
		that(f.Room != "", "room", "no name"),
		checkString("room", nameRoom, frame.RoomNameMaxBytes, f.Room),
		checkMember(&f.Member),
		checkRegister(&f.Register),
	)
}

func checkWelcome(f frame.Welcome) error {
	if err := atMost(nameNodes, frame.NodesPerRoomMax, len(f.Members)); err != nil {
		return err
	}
	var before journal.NodeID
	members := each(f.Members, func(m *register.Member) error {
		rises := m.Node.Compare(before) > 0
		before = m.Node
		return first(checkMember(m), that(rises, "members", "not in the order of their ids"))
	})
	return first(
		members,
		that(f.Version > 0, "version", "version 0"),
		checkSeated(f.Seated, &f.Register),
		checkWait("pingEvery", f.PingEvery),
		checkWait("deadAfter", f.DeadAfter),
	)
}

func checkWait(key string, d time.Duration) error { return that(d >= 0, key, "a time below 0") }

func checkRefused(f frame.Refused) error {
	return first(
		that(f.Code != frame.CodeOK && isCode(f.Code), "code", "a code that is none of a refusal"),
		checkText("text", f.Text),
	)
}

func checkJoined(f frame.Joined) error { return checkMember(&f.Member) }

func checkLeft(f frame.Left) error {
	return first(checkID("node", f.Node), checkText("reason", f.Reason))
}

func checkChanged(f frame.Changed) error {
	return first(that(!f.Register.IsZero(), "register", "version 0"), checkSeated(f.Seated, &f.Register))
}

func checkSeated(seated bool, r *register.Register) error {
	return first(checkRegister(r), that(!seated || !r.Epoch.Master.IsZero(), "seated", "the master, but there is none"))
}

func checkWaiting(f frame.Waiting) error { return checkIDs("for", f.For) }

func checkClaim(f frame.Claim) error { return that(f.Number > 0, "number", "epoch 0") }

func checkAmend(f frame.Amend) error {
	return first(
		checkMastership("epoch", f.Epoch),
		atMost(nameNodes, frame.NodesPerRoomMax, len(f.Add)),
		each(f.Add, func(a *frame.Addition) error {
			return first(checkID("add", a.Node), that(a.Incarnation > 0, "add", "incarnation 0"))
		}),
		checkIDs("remove", f.Remove),
	)
}

func checkHandover(f frame.Handover) error { return checkMastership("epoch", f.Epoch) }

func checkConfirm(f frame.Confirm) error { return checkMastership("epoch", f.Epoch) }

// checkConfigure leaves out whether the values are in their ranges: the relay
// says that in its answer.
func checkConfigure(f frame.Configure) error { return that(f.Request > 0, "request", "request 0") }

func checkTakeOver(f frame.TakeOver) error {
	return first(that(f.Request > 0, "request", "request 0"), checkID("successor", f.Successor))
}

func checkAnswer(f frame.Answer) error {
	return first(
		that(isCode(f.Code), "code", "a code that is none"),
		checkText("text", f.Text),
		checkWait("after", f.After),
	)
}
