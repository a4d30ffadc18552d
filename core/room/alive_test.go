package room

import (
	"slices"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// wake lets the time pass until the alarm.
func (s *stage) wake(want ...string) {
	s.t.Helper()
	if s.room.alarm <= s.now {
		s.t.Fatalf("the alarm is set to %v, and it is %v", s.room.alarm, s.now)
	}
	s.now = s.room.alarm
	s.play(Wake{}, want...)
}

func TestWhoIsSilentIsGivenUp(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('a'), process('b'))
	s.wake("1 ping", "2 ping")
	s.step(s.says(1, frame.Pong{}))
	s.wake("1 ping", "2 ping")
	s.step(Forwarded{Conn: 1, Head: frame.Head{From: id('a'), To: frame.ToNode(id('b'))}}) // as good as a pong
	s.wake("2 refused SILENT", "close 2 SILENT", "1 left b 1: silent for 3s", "1 ping")
	if got := s.now.Sub(start); got != 3*time.Second {
		t.Errorf("given up after %v", got)
	}
}

func TestAnEarlyWakeIsAskedForAgain(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('a'))
	if got := s.step(Wake{}); !slices.Contains(got, Effect(WakeAt{At: s.now.Add(frame.PingEvery)})) {
		t.Errorf("no alarm after a wake that came early: %v", got)
	}
}

func TestTheMastershipOfASilentMasterEnds(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'))
	s.claim(1)
	for s.now.Sub(start) < frame.DeadAfter {
		s.step(s.says(2, frame.Pong{}))
		s.now = s.room.alarm
		s.step(Wake{})
	}
	s.play(s.says(2, frame.Claim{Request: 1, Number: 3}), "store 5: 3b ab")
}

func TestARelayThatSleptBlamesNobody(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('a'), process('b'))
	s.now = s.now.Add(time.Minute)
	s.step(s.says(1, frame.Pong{}))
	s.play(Wake{}, "1 ping", "2 ping")
	s.wake("1 ping", "2 ping")
	s.step(s.says(1, frame.Pong{}))
	s.wake("2 refused SILENT", "close 2 SILENT", "1 left b 1: silent for 3s", "1 ping")
}

func TestAnEmptyRoomSetsNoAlarm(t *testing.T) {
	s := newStage(t, register.Register{})
	if got := s.step(s.arrive(1, process('a'))); !slices.Contains(got, Effect(WakeAt{At: s.now.Add(frame.PingEvery)})) {
		t.Errorf("the first to come sets no alarm: %v", got)
	}
	if got := s.step(Lost{Conn: 1}); !slices.Contains(got, Effect(WakeAt{})) {
		t.Errorf("the last to leave takes no alarm back: %v", got)
	}
	s.now = s.now.Add(time.Hour)
	s.play(Wake{})
	s.play(s.arrive(2, process('a')), "2 welcome a of 0: 0 ")
	s.wake("2 ping")
}

func TestARoomIsIdleOnceNobodyIsOnTheWayBack(t *testing.T) {
	s := newStage(t, held(3, 1, "a"))
	if !s.room.IsIdle(s.now) {
		t.Error("a new room is not idle")
	}
	s.gather(process('a'))
	s.step(s.says(1, frame.Claim{Number: 2}))
	if s.room.IsIdle(s.now) {
		t.Error("idle with a node connected")
	}
	s.step(Lost{Conn: 1})
	s.now = s.now.Add(frame.DeadAfter)
	if s.room.IsIdle(s.now) {
		t.Error("idle while a value is being stored")
	}
	s.stored()
	if !s.room.IsIdle(s.now) || s.room.IsIdle(s.now-1) {
		t.Error("not idle exactly from DeadAfter on")
	}
}

func TestAFrameGoesToItsReceivers(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('a'), process('b'), client('c'), tab('d'))
	send := func(to frame.To) Input {
		return Forwarded{Conn: 2, Head: frame.Head{From: id('b'), To: to}, Body: "x"}
	}
	s.play(send(frame.ToCopies()), "pass [1 4] x")
	s.play(send(frame.ToNode(id('c'))), "pass [3] x")
	s.play(send(frame.ToNodes([]journal.NodeID{id('d'), id('z'), id('a'), id('d')})), "pass [4 1] x")
	s.play(send(frame.ToNode(id('z'))))
	s.play(send(frame.ToRelay()), "refuse 2")
	s.play(send(frame.To{Group: 9}), "refuse 2")
	s.play(send(frame.ToNodes(make([]journal.NodeID, frame.NodesPerRoomMax+1))), "refuse 2")
	s.play(send(frame.ToNodes(make([]journal.NodeID, frame.NodesPerRoomMax))))
	if s.room.links[0].member.Node != id('a') {
		t.Fatal("members are not in order")
	}
}

func TestEntriesOfAnOlderEpochAreDropped(t *testing.T) {
	s := newStage(t, held(3, 4, "ab"))
	s.gather(process('a'), process('b'))
	send := func(number journal.EpochNumber, replicate bool) Input {
		head := frame.Head{From: id('a'), To: frame.ToCopies(), Epoch: journal.Epoch{Number: number, Master: id('a')}}
		return Forwarded{Conn: 1, Head: head, Replicate: replicate, Body: "x"}
	}
	s.play(send(4, true), "pass [2] x")
	s.play(send(3, true), "refuse 1")
	s.play(send(3, false), "pass [2] x")
	s.step(s.says(2, frame.Claim{Number: 5}))
	s.play(send(4, true), "pass [2] x") // the new value is not in force yet
	s.stored()
	s.play(send(4, true), "refuse 1")
}
