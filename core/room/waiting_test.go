package room

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

func TestTheRoomSaysWhomItWaitsFor(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.play(s.arrive(1, process('c')), "1 welcome c of 3: 1a ab vacant", "1 waiting for ab")
	s.play(s.arrive(2, process('d')), "2 welcome cd of 3: 1a ab vacant", "1 joined d", "2 waiting for ab")
	s.play(s.arrive(3, process('b')), "3 welcome bcd of 3: 1a ab vacant", "1 joined b", "2 joined b", "3 waiting for ab",
		"3 waiting for ", "1 waiting for ", "2 waiting for ")
	s.play(Lost{Conn: 3, Reason: "closed"}, "1 left b 1: closed", "2 left b 1: closed", "1 waiting for ab", "2 waiting for ab")
}

func TestNobodyWaitsWhileThereIsAMaster(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'), process('c'))
	s.claim(1)
	s.play(Lost{Conn: 2, Reason: "closed"}, "1 left b 1: closed", "3 left b 1: closed")
	s.play(Lost{Conn: 1, Reason: "closed"}, "3 left a 1: closed", "3 waiting for ab")
	s.play(s.says(3, frame.Claim{Request: 1, Number: 3}), "3 answer 1 NOT_IN_SYNC")
}

func TestCopiesInMemoryThatAreGoneDoNotHoldTheRoomUp(t *testing.T) {
	s := newStage(t, held(3, 1, "AB"))
	s.gather(tab('a'), tab('b'), tab('c'))
	s.claim(1)
	s.play(Lost{Conn: 1, Reason: "closed"}, "2 left a 1: closed", "3 left a 1: closed")
	s.play(s.says(3, frame.Claim{Request: 1, Number: 3}), "3 answer 1 NOT_IN_SYNC")
	s.now = s.now.Add(time.Second)
	s.play(s.says(2, frame.Goodbye{}), "3 left b 1: goodbye", "close 2 OK", "3 waiting for ab")
	s.play(s.says(3, frame.Claim{Request: 2, Number: 3}), "3 answer 2 RETRY after 2s")
	s.now = s.now.Add(time.Second)
	s.step(s.says(3, frame.Pong{}))
	s.now = s.now.Add(time.Second)
	s.play(Wake{}, "3 ping", "3 waiting for ")
	s.play(s.says(3, frame.Claim{Request: 3, Number: 3}), "store 5: 3c C lost ab")
	s.compare(s.stored(), "3 changed 5: 3c C lost ab", "3 answer 3 OK")
	if got := s.room.Register().Losses[0].At; got != s.now {
		t.Errorf("lost at %d, want %d", got, s.now)
	}
}

func TestTheAlarmComesWhenTheLastCopyCountsAsGone(t *testing.T) {
	s := newStage(t, held(3, 1, "A"))
	s.gather(tab('a'), tab('c'))
	s.now = s.now.Add(300 * time.Millisecond)
	s.step(s.says(2, frame.Pong{}))
	s.step(Lost{Conn: 1})
	gone := s.now.Add(frame.DeadAfter)
	for s.now < gone {
		s.now = s.room.alarm
		s.step(s.says(2, frame.Pong{}))
		s.step(Wake{})
	}
	if s.now != gone {
		t.Errorf("woken at %v, gone at %v", s.now, gone)
	}
	if len(s.room.Waiting().For) > 0 {
		t.Error("it still waits")
	}
}

func TestACopyInMemoryThatReturnsIsNotGone(t *testing.T) {
	s := newStage(t, held(3, 1, "A"))
	s.gather(tab('a'), tab('c'))
	s.step(Lost{Conn: 1})
	s.now = s.now.Add(2 * time.Second)
	s.step(s.arrive(3, tab('a')))
	s.now = s.now.Add(2 * time.Second)
	s.play(s.says(2, frame.Claim{Request: 1, Number: 2}), "2 answer 1 NOT_IN_SYNC")
	s.step(Lost{Conn: 3})
	s.play(s.says(2, frame.Claim{Request: 2, Number: 2}), "2 answer 2 RETRY after 3s")
	s.step(s.arrive(4, tab('a')))
	s.play(s.says(4, frame.Claim{Request: 3, Number: 2}), "store 4: 2a A")
}

func TestADurableCopyIsNeverGone(t *testing.T) {
	s := newStage(t, held(3, 1, "Ab"))
	s.gather(tab('a'), process('b'), process('c'))
	s.step(s.says(1, frame.Goodbye{}))
	s.step(s.says(2, frame.Goodbye{}))
	s.now = s.now.Add(time.Hour)
	s.play(s.says(3, frame.Claim{Request: 1, Number: 2}), "3 answer 1 NOT_IN_SYNC")
}

func TestAfterARestartCopiesInMemoryHaveTimeToReturn(t *testing.T) {
	s := newStage(t, held(3, 1, "A"))
	s.room.cfg.Started = s.now
	s.gather(tab('c'))
	s.now = s.now.Add(5 * time.Second)
	s.play(s.says(1, frame.Claim{Request: 1, Number: 2}), "1 answer 1 RETRY after 30s")
	s.now = s.now.Add(30 * time.Second)
	s.play(s.says(1, frame.Claim{Request: 2, Number: 2}), "store 4: 2c C lost a", "1 waiting for ")
}

// x has opened the room anew before anybody came who knew it: what was promised
// by that goes on record as lost.
func TestARelayWithoutItsRegisterAdoptsOneAndAwaitsAllOfItsNodes(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('x'))
	s.claim(1)
	s.play(s.offer(2, process('a'), held(12, 7, "abc")), "store 13: 8 abc awaiting lost x")
	s.play(s.says(1, frame.Confirm{Request: 1, Epoch: s.room.Register().Epoch}), "1 answer 1 STALE")
	s.play(s.offer(3, process('b'), held(14, 7, "ab"))) // newer, but must wait
	s.compare(s.stored(), "1 changed 13: 8 abc awaiting lost x", "2 welcome ax of 13: 8 abc awaiting lost x", "1 joined a",
		"store 15: 8 ab awaiting lost x", "2 waiting for all of bc", "1 waiting for all of bc")
	s.play(s.says(2, frame.Claim{Request: 2, Number: 9})) // waits, too
	s.compare(s.stored(), "2 changed 15: 8 ab awaiting lost x", "1 changed 15: 8 ab awaiting lost x",
		"3 welcome abx of 15: 8 ab awaiting lost x", "2 joined b", "1 joined b", "3 waiting for all of bc",
		"store 16: 9a ab awaiting lost x",
		"2 waiting for ", "3 waiting for ", "1 waiting for ")
	s.compare(s.stored(), "2 changed 16: 9a ab awaiting lost x", "3 changed 16: 9a ab awaiting lost x", "1 changed 16: 9a ab awaiting lost x", "2 answer 2 OK")

	// The list may be an old one. If its master is lost before it has brought all
	// of them up, everybody is awaited again.
	s.play(Lost{Conn: 2, Reason: "closed"}, "3 left a 1: closed", "1 left a 1: closed", "3 waiting for all of a", "1 waiting for all of a")
	s.play(s.says(3, frame.Claim{Request: 3, Number: 10}), "3 answer 3 AWAITING")
	s.step(s.arrive(4, process('a')))
	s.step(s.says(4, frame.Claim{Request: 1, Number: 10}))
	s.stored()
	settled := frame.Amend{Request: 2, Version: 17, Epoch: s.room.Register().Epoch, Settled: true}
	s.play(s.says(4, settled), "store 18: 10a ab lost x")
	s.stored()
	s.step(Lost{Conn: 4, Reason: "closed"})
	s.play(s.says(3, frame.Claim{Request: 4, Number: 11}), "store 19: 11b ab lost x")
}

func TestAnAdoptedRegisterGrantsNothingUntilEverybodyIsThere(t *testing.T) {
	s := newStage(t, register.Register{})
	s.step(s.offer(1, process('a'), held(12, 7, "ab")))
	s.compare(s.stored(), "1 welcome a of 13: 8 ab awaiting", "1 waiting for all of b")
	s.play(s.says(1, frame.Claim{Request: 1, Number: 9}), "1 answer 1 AWAITING")
	s.step(s.arrive(2, process('b')))
	s.step(Lost{Conn: 2})
	s.play(s.says(1, frame.Claim{Request: 2, Number: 9}), "1 answer 2 AWAITING")
	s.step(s.arrive(3, process('b')))
	s.play(s.says(3, frame.Claim{Request: 3, Number: 9}), "store 14: 9b ab awaiting")
}

func TestAnAdoptedRegisterOfCopiesInMemoryThatAreGoneReopens(t *testing.T) {
	s := newStage(t, register.Register{})
	s.room.cfg.Started = s.now
	s.step(s.offer(1, process('x'), held(12, 7, "AB")))
	s.compare(s.stored(), "1 welcome x of 13: 8 AB awaiting", "1 waiting for all of ab")
	s.play(s.says(1, frame.Claim{Request: 1, Number: 9}), "1 answer 1 RETRY after 35s")
	s.now = s.now.Add(35 * time.Second)
	s.play(s.says(1, frame.Claim{Request: 2, Number: 9}), "store 14: 9x x lost ab", "1 waiting for ")
}

func TestOffersThatWaitAreStoredOneAfterTheOther(t *testing.T) {
	s := newStage(t, register.Register{})
	s.play(s.offer(1, process('a'), held(12, 7, "a")), "store 13: 8 a awaiting")
	s.play(s.offer(2, process('b'), held(20, 9, "b")))
	s.play(s.offer(3, process('c'), held(30, 11, "c")))
	s.compare(s.stored(), "1 welcome a of 13: 8 a awaiting", "store 21: 10 b awaiting")
	s.compare(s.stored(), "1 changed 21: 10 b awaiting", "2 welcome ab of 21: 10 b awaiting", "1 joined b", "store 31: 12 c awaiting")
	s.compare(s.stored(), "1 changed 31: 12 c awaiting", "2 changed 31: 12 c awaiting", "3 welcome abc of 31: 12 c awaiting",
		"1 joined c", "2 joined c")
}

func TestAnAdoptedValueStandsThoughItsBringerIsGone(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('x'))
	s.step(s.offer(2, process('a'), held(12, 7, "a")))
	s.step(s.offer(3, process('b'), held(20, 9, "b")))
	s.play(Lost{Conn: 2})
	s.play(Lost{Conn: 3})
	s.compare(s.stored(), "1 changed 13: 8 a awaiting", "1 waiting for all of a")
}

func TestWhatAnOldConnectionOrAClientOffersIsNotHeard(t *testing.T) {
	s := newStage(t, register.Register{})
	newer := process('a')
	newer.Incarnation = 2
	s.gather(newer)
	s.play(s.offer(2, process('a'), held(12, 7, "a")), "refuse 2", "2 refused REPLACED", "close 2 REPLACED")
	s.play(s.offer(3, client('c'), held(12, 7, "a")), "3 welcome ac of 0: 0 ", "1 joined c hidden")
	// One that is overtaken while it waits for the disk.
	s.step(s.says(1, frame.Claim{Number: 1}))
	s.step(s.offer(4, process('b'), held(12, 7, "b")))
	s.step(s.arrive(5, process('b')))
	s.compare(s.stored(), "1 changed 1: 1a a", "5 changed 1: 1a a", "3 changed 1: 1a a", "1 answer 0 OK",
		"refuse 4", "4 refused REPLACED", "close 4 REPLACED")
}
