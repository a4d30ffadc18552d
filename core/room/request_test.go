package room

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func TestTheFirstDurableCandidateOpensANewRoomAtOnce(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(process('a'), process('b'))
	s.play(s.says(1, frame.Claim{Request: 7, Number: 1}), "store 1: 1a a")
	s.play(s.says(2, frame.Claim{Request: 8, Number: 1})) // waits for the disk
	s.compare(s.stored(), "1 changed 1: 1a a", "2 changed 1: 1a a", "1 answer 7 OK", "2 answer 8 STALE")
	s.play(s.says(2, frame.Claim{Request: 9, Number: 2}), "2 answer 9 MASTER_HERE")
	s.play(s.says(1, frame.Claim{Request: 9, Number: 2}), "1 answer 9 MASTER_HERE")
}

func TestAVolatileCandidateOpensANewRoomLater(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(tab('a'))
	s.now = s.now.Add(100 * time.Millisecond)
	s.play(s.says(1, frame.Claim{Request: 1, Number: 1}), "1 answer 1 RETRY after 150ms")
	s.step(s.arrive(2, process('b')))
	s.now = s.now.Add(150 * time.Millisecond)
	s.play(s.says(1, frame.Claim{Request: 2, Number: 1}), "1 answer 2 RETRY after 100ms")
	s.step(Lost{Conn: 2})
	s.play(s.says(1, frame.Claim{Request: 3, Number: 1}), "store 1: 1a A")
}

func TestAReconnectDoesNotMakeAVolatileCandidateWaitAgain(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(tab('a'))
	s.now = s.now.Add(250 * time.Millisecond)
	s.step(s.arrive(2, tab('a')))
	s.play(s.says(2, frame.Claim{Request: 1, Number: 1}), "store 1: 1a A")
}

func TestMastershipEndsWithItsConnection(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'))
	s.play(s.says(1, frame.Confirm{Request: 1, Epoch: s.room.Register().Epoch}), "1 answer 1 STALE") // after a restart nobody is
	s.claim(1)
	epoch := s.room.Register().Epoch
	s.play(s.says(1, frame.Confirm{Request: 2, Epoch: epoch}), "1 answer 2 OK")
	s.play(s.says(2, frame.Confirm{Request: 3, Epoch: epoch}), "2 answer 3 STALE")
	s.play(s.says(1, frame.Confirm{Request: 4, Epoch: journal.Epoch{Number: 2, Master: id('b')}}), "1 answer 4 STALE")

	s.step(s.arrive(3, process('a')))
	s.play(s.says(3, frame.Confirm{Request: 5, Epoch: epoch}), "3 answer 5 STALE")
	s.play(s.says(3, frame.Amend{Request: 6, Version: 4, Epoch: epoch}), "3 answer 6 STALE")
	s.play(s.says(2, frame.Claim{Request: 7, Number: 3}), "store 5: 3b ab")
}

func TestANewcomerHearsThatTheMasterOfTheRegisterIsNotTheMaster(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.play(s.arrive(1, process('a')), "1 welcome a of 3: 1a ab vacant")
	s.play(s.arrive(2, process('b')), "2 welcome ab of 3: 1a ab vacant", "1 joined b")
	s.claim(1)
	s.play(s.arrive(3, process('c')), "3 welcome abc of 4: 2a ab", "1 joined c", "2 joined c")
}

func TestTheMasterAmendsTheList(t *testing.T) {
	s := newStage(t, held(3, 1, "a"))
	s.gather(process('a'), process('b'), tab('c'))
	s.claim(1)
	epoch := s.room.Register().Epoch
	add := []frame.Addition{{Node: id('b'), Incarnation: 1}, {Node: id('c'), Incarnation: 1}}
	s.play(s.says(1, frame.Amend{Request: 1, Version: 4, Epoch: epoch, Add: add}), "store 5: 2a abC")
	s.compare(s.stored(), "1 changed 5: 2a abC", "2 changed 5: 2a abC", "3 changed 5: 2a abC", "1 answer 1 OK")
	s.play(s.says(1, frame.Amend{Request: 2, Version: 4, Epoch: epoch}), "1 answer 2 STALE")
	s.play(s.says(1, frame.Amend{Request: 3, Version: 5, Epoch: epoch, Remove: []journal.NodeID{id('a')}}), "1 answer 3 NOT_ALLOWED")
	s.play(s.says(2, frame.Amend{Request: 4, Version: 5, Epoch: epoch}), "2 answer 4 STALE")
	s.step(Lost{Conn: 2})
	add[0].Incarnation = 2
	s.play(s.says(1, frame.Amend{Request: 5, Version: 5, Epoch: epoch, Add: add[:1]}), "1 answer 5 GONE")
	s.play(s.says(1, frame.Amend{Request: 6, Version: 5, Epoch: epoch, Remove: []journal.NodeID{id('b')}}), "store 6: 2a aC")
}

func TestWhoDoesNotAnswerTheMasterIsExpelledWithItsSeat(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'), process('c'))
	s.claim(1)
	remove := frame.Amend{Request: 1, Version: 4, Epoch: s.room.Register().Epoch, Remove: []journal.NodeID{id('b'), id('c')}, Expel: true}
	s.play(s.says(1, remove), "store 5: 2a a")
	s.compare(s.stored(), "1 changed 5: 2a a", "2 changed 5: 2a a", "3 changed 5: 2a a", "1 answer 1 OK",
		"2 refused SILENT", "close 2 SILENT", "1 left b 1: the master had no answer", "3 left b 1: the master had no answer")
}

func TestOneRequestIsOnItsWayToTheDiskAndTheOthersWait(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'), process('c'))
	s.claim(1)
	epoch := s.room.Register().Epoch
	s.play(s.says(1, frame.Amend{Request: 1, Version: 4, Epoch: epoch, Remove: []journal.NodeID{id('b')}}), "store 5: 2a a")
	s.play(s.says(1, frame.Handover{Request: 2, Version: 4, Epoch: epoch, Successor: id('b')}))
	s.play(s.says(2, frame.Claim{Request: 3, Number: 3}))
	s.play(s.says(3, frame.Claim{Request: 4, Number: 3}))
	s.play(s.says(1, frame.Confirm{Request: 5, Epoch: epoch}), "1 answer 5 OK")
	s.play(Forwarded{Conn: 1, Head: frame.Head{From: id('a'), To: frame.ToCopies(), Epoch: epoch}, Replicate: true, Body: "x"}, "pass [2 3] x")
	s.play(s.arrive(5, client('e')), "5 welcome abce of 4: 2a ab", "1 joined e hidden", "2 joined e hidden", "3 joined e hidden")
	s.play(Lost{Conn: 2, Reason: "closed"}, "1 left b 1: closed", "3 left b 1: closed", "5 left b 1: closed")
	s.compare(s.stored(), "1 changed 5: 2a a", "3 changed 5: 2a a", "5 changed 5: 2a a",
		"1 answer 1 OK", "1 answer 2 STALE", "3 answer 4 MASTER_HERE")
}

func TestRequestsThatWaitAreBounded(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'))
	s.step(s.says(1, frame.Claim{Number: 2}))
	for range requestsMax {
		s.play(s.says(2, frame.Claim{Number: 2}))
	}
	s.play(s.says(2, frame.Claim{Request: 9, Number: 2}), "2 answer 9 BUSY")
	s.play(s.says(1, frame.Claim{Request: 9, Number: 2}))
}

func TestAClaimOfALostConnectionStandsButNobodyIsMaster(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'))
	s.step(s.says(1, frame.Claim{Request: 1, Number: 2}))
	s.play(Lost{Conn: 1, Reason: "closed"}, "2 left a 1: closed")
	s.compare(s.stored(), "2 changed 4: 2a ab vacant")
	s.play(s.says(2, frame.Claim{Request: 2, Number: 3}), "store 5: 3b ab")

	// The same, but the claimant is back before its claim is stored.
	s = newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'))
	s.step(s.says(1, frame.Claim{Request: 1, Number: 2}))
	s.step(s.arrive(3, process('a')))
	s.compare(s.stored(), "3 changed 4: 2a ab vacant", "2 changed 4: 2a ab vacant")
	s.play(s.says(3, frame.Confirm{Request: 1, Epoch: s.room.Register().Epoch}), "3 answer 1 STALE")
	s.play(s.says(3, frame.Claim{Request: 2, Number: 3}), "store 5: 3a ab")
}

func TestHandoverBindsTheMastershipToTheSuccessorsConnection(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'))
	s.claim(1)
	epoch := s.room.Register().Epoch
	s.play(s.says(1, frame.Handover{Request: 1, Version: 4, Epoch: epoch, Successor: id('b')}), "store 5: 3b ab")
	s.compare(s.stored(), "1 changed 5: 3b ab", "2 changed 5: 3b ab", "1 answer 1 OK")
	next := s.room.Register().Epoch
	s.play(s.says(2, frame.Confirm{Request: 1, Epoch: next}), "2 answer 1 OK")
	s.play(s.says(1, frame.Confirm{Request: 2, Epoch: epoch}), "1 answer 2 STALE")
	s.play(s.says(1, frame.Claim{Request: 3, Number: 4}), "1 answer 3 MASTER_HERE")
	// A resignation goes back; the goodbye behind it does not take it back.
	s.play(s.says(2, frame.Handover{Request: 4, Version: 5, Epoch: next}), "store 6: 4a ab")
	s.play(s.says(2, frame.Goodbye{}), "1 left b 1: goodbye", "close 2 OK")
	s.compare(s.stored(), "1 changed 6: 4a ab")
	if node, conn, ok := s.room.Master(); node != id('a') || conn != 1 || !ok {
		t.Errorf("master %v on %d, %v", node, conn, ok)
	}
}

func TestAHandoverToASuccessorThatLeavesMeanwhileLeavesNobody(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'))
	s.claim(1)
	s.step(s.says(1, frame.Handover{Request: 1, Version: 4, Epoch: s.room.Register().Epoch, Successor: id('b')}))
	s.step(Lost{Conn: 2})
	s.compare(s.stored(), "1 changed 5: 3b ab vacant", "1 answer 1 OK")
	s.play(s.says(1, frame.Claim{Request: 2, Number: 4}), "store 6: 4a ab")
}

func TestOnlyCandidatesInTheListClaim(t *testing.T) {
	s := newStage(t, held(3, 1, "a"))
	bystander := process('a')
	bystander.Candidate = false
	s.gather(bystander, process('b'), client('c'))
	s.play(s.says(1, frame.Claim{Request: 1, Number: 2}), "1 answer 1 NOT_ALLOWED")
	s.play(s.says(2, frame.Claim{Request: 2, Number: 2}), "2 answer 2 NOT_IN_SYNC")
	s.play(s.says(3, frame.Claim{Request: 3, Number: 2}), "3 answer 3 NOT_ALLOWED")
	s.play(s.says(2, frame.Claim{Request: 4, Number: 5}), "2 answer 4 STALE")
}

func TestAStoreThatWasNotAskedForIsTheHostsFault(t *testing.T) {
	s := newStage(t, register.Register{})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s.step(Stored{Version: 1})
}
