package room

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func TestWhoComesIsWelcomedAndTheOthersAreTold(t *testing.T) {
	s := newStage(t, register.Register{})
	s.play(s.arrive(1, process('b')), "1 welcome b of 0: 0 ")
	s.play(s.arrive(2, client('a')), "2 welcome ab of 0: 0 ", "1 joined a hidden")
	s.play(s.arrive(3, tab('c')), "3 welcome abc of 0: 0 ", "2 joined c", "1 joined c")
	s.play(Lost{Conn: 2, Reason: "closed"}, "1 left a 0: closed", "3 left a 0: closed")
	s.play(Lost{Conn: 2, Reason: "closed"})
	s.play(s.says(3, frame.Goodbye{}), "1 left c 1: goodbye", "close 3 OK")
	if got := s.room.Members(); len(got) != 1 || got[0] != process('b') {
		t.Errorf("members %v", got)
	}
}

func TestTheNewerConnectionOfANodeWins(t *testing.T) {
	older, newer := process('a'), process('a')
	newer.Incarnation = 2

	s := newStage(t, register.Register{})
	s.gather(process('b'), older)
	s.play(s.arrive(3, older), "2 refused REPLACED", "close 2 REPLACED", "3 welcome ab of 0: 0 ", "1 joined a again")
	s.play(s.arrive(4, newer), "3 refused REPLACED", "close 3 REPLACED", "4 welcome ab of 0: 0 ", "1 joined a again")
	s.play(s.arrive(5, older), "refuse 5", "5 refused REPLACED", "close 5 REPLACED")
	s.play(Lost{Conn: 3, Reason: "closed"})
	s.play(Arrived{Conn: 2, Hello: hello(newer)}, "refuse 2", "2 refused REPLACED", "close 2 REPLACED")
	s.play(Forwarded{Conn: 3, Head: frame.Head{From: id('a'), To: frame.ToCopies()}}, "refuse 3", "3 refused PROTOCOL", "close 3 PROTOCOL")
	if _, conn, _ := s.room.Master(); conn != 0 || len(s.room.Members()) != 2 {
		t.Errorf("members %v", s.room.Members())
	}
}

func TestAHelloIsCheckedBeforeItHasAnyEffect(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*frame.Hello)
		want   frame.Code
	}{
		"only newer protocol versions":   {func(h *frame.Hello) { h.VersionMin, h.VersionMax = 2, 9 }, frame.CodeVersion},
		"only older protocol versions":   {func(h *frame.Hello) { h.VersionMin, h.VersionMax = 0, 0 }, frame.CodeVersion},
		"another room":                   {func(h *frame.Hello) { h.Room = "bath" }, frame.CodeProtocol},
		"a node name over the limit":     {func(h *frame.Hello) { h.Member.Name = strings.Repeat("n", frame.NodeNameMaxBytes+1) }, frame.CodeProtocol},
		"no node id":                     {func(h *frame.Hello) { h.Member.Node = journal.NodeID{} }, frame.CodeProtocol},
		"no kind":                        {func(h *frame.Hello) { h.Member.Kind = 0 }, frame.CodeProtocol},
		"an unknown kind":                {func(h *frame.Hello) { h.Member.Kind = 4 }, frame.CodeProtocol},
		"an impossible register":         {func(h *frame.Hello) { h.Register.Version = 3 }, frame.CodeProtocol},
		"an epoch at the end of numbers": {func(h *frame.Hello) { h.Register = held(3, ^journal.EpochNumber(0), "a") }, frame.CodeProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, register.Register{})
			in := Arrived{Conn: 1, Hello: hello(process('a'))}
			c.change(&in.Hello)
			s.play(in, "refuse 1", "1 refused "+c.want.String(), "close 1 "+c.want.String())
		})
	}
	s := newStage(t, register.Register{})
	limit := process('a')
	limit.Name = strings.Repeat("n", frame.NodeNameMaxBytes)
	s.play(s.arrive(1, limit), "1 welcome a of 0: 0 ")
	s.play(s.says(1, hello(limit)), "refuse 1")
}

func TestARoomHasALimitOfNodes(t *testing.T) {
	s := newStage(t, register.Register{})
	s.room.cfg.NodesMax = 2
	s.gather(process('a'), client('b'))
	s.play(s.arrive(3, process('c')), "refuse 3", "3 refused FULL", "close 3 FULL")
	s.play(s.arrive(4, process('a')), "1 refused REPLACED", "close 1 REPLACED", "4 welcome ab of 0: 0 ", "2 joined a again")
}

func TestNothingCountsBeforeWelcome(t *testing.T) {
	s := newStage(t, register.Register{})
	s.play(s.says(1, frame.Claim{Number: 1}), "refuse 1", "1 refused PROTOCOL", "close 1 PROTOCOL")
	s.play(Forwarded{Conn: 2}, "refuse 2", "2 refused PROTOCOL", "close 2 PROTOCOL")
	// A hello that waits for the disk is not answered yet either.
	s.step(s.offer(3, process('a'), held(4, 2, "a")))
	s.play(s.says(3, frame.Pong{}), "refuse 3", "3 refused PROTOCOL", "close 3 PROTOCOL")
	s.compare(s.stored())
	if got := registerText(s.room.Register()); got != "5: 3 a awaiting" {
		t.Error(got)
	}
}

func TestWhoLiesAboutItsSenderIsClosed(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('a'), process('b'), process('c'))
	lie := frame.Head{From: id('b'), To: frame.ToCopies()}
	s.play(Forwarded{Conn: 1, Head: lie}, "refuse 1", "1 refused PROTOCOL", "close 1 PROTOCOL",
		"2 left a 1: protocol error", "3 left a 1: protocol error")
	s.play(Received{Conn: 3, Head: lie, Frame: frame.Goodbye{}}, "refuse 3", "3 refused PROTOCOL", "close 3 PROTOCOL",
		"2 left c 1: protocol error")
}

func TestATabThatIsHiddenIsShownAsHidden(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(tab('a'), tab('b'))
	s.play(s.says(1, frame.Appear{Visible: true}))
	s.play(s.says(1, frame.Appear{Visible: false}), "1 joined a hidden", "2 joined a hidden")
	s.play(s.arrive(3, tab('c')), "3 welcome abc of 0: 0 ", "1 joined c", "2 joined c")
	if s.room.Members()[0].Visible {
		t.Error("the member is still shown as visible")
	}
}

func TestAFrameThatIsNotForTheRelayIsRefusedAndTheConnectionGoesOn(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('a'))
	s.play(s.says(1, frame.Seal{}), "refuse 1")
	s.play(s.says(1, frame.Welcome{}), "refuse 1")
	if len(s.room.Members()) != 1 {
		t.Error("the connection is gone")
	}
}

func TestAtShutdownEverybodyIsTold(t *testing.T) {
	s := newStage(t, held(3, 1, "a"))
	s.gather(process('a'), process('b'))
	s.step(s.says(1, frame.Claim{Request: 1, Number: 2}))
	s.step(s.offer(3, process('c'), held(9, 9, "c")))
	s.play(Shutdown{}, "1 refused SHUTDOWN", "close 1 SHUTDOWN", "2 refused SHUTDOWN", "close 2 SHUTDOWN",
		"3 refused SHUTDOWN", "close 3 SHUTDOWN")
	s.compare(s.stored())
	if got := registerText(s.room.Register()); got != "4: 2a a" {
		t.Errorf("what was being stored: %s", got)
	}
	s.play(s.arrive(4, process('d')), "refuse 4", "4 refused SHUTDOWN", "close 4 SHUTDOWN")
	s.play(Wake{})

	adopting := newStage(t, register.Register{})
	adopting.step(adopting.offer(1, process('c'), held(9, 9, "c")))
	adopting.play(Shutdown{}, "1 refused SHUTDOWN", "close 1 SHUTDOWN")
}

func TestACopyOlderThanItsSeatIsRefused(t *testing.T) {
	value := held(9, 4, "ab")
	value.InSync[1].Incarnation = 5
	backup, same := process('b'), process('b')
	backup.Incarnation, same.Incarnation = 4, 5

	s := newStage(t, value)
	s.play(s.arrive(1, backup), "refuse 1", "1 refused OUTDATED", "close 1 OUTDATED")
	s.play(s.arrive(2, same), "2 welcome b of 9: 4a ab vacant")
	s.play(s.arrive(3, backup), "refuse 3", "3 refused OUTDATED", "close 3 OUTDATED")

	guest := client('b') // shares an id with nobody's copy
	s = newStage(t, value)
	s.play(s.arrive(1, guest), "1 welcome b of 9: 4a ab vacant", "1 waiting for a")
}

func TestACopyOlderThanAnAdoptedSeatIsSentAway(t *testing.T) {
	known := held(9, 4, "ab")
	known.InSync[1].Incarnation = 5
	offer := hello(process('a'))
	offer.Register = known

	s := newStage(t, register.Register{})
	s.play(s.arrive(1, process('b')), "1 welcome b of 0: 0 ") // incarnation 1
	s.play(Arrived{Conn: 2, Hello: offer}, "store 10: 5 ab awaiting")
	s.play(Stored{Version: 10}, "1 changed 10: 5 ab awaiting", "2 welcome ab of 10: 5 ab awaiting", "1 joined a",
		"1 refused OUTDATED", "close 1 OUTDATED",
		"2 left b 1: incarnation 1 of miaaaaaa is older than the copy that is in sync: was it restored from a backup?",
		"2 waiting for all of b")
}
