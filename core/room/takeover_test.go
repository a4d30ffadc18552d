package room

import (
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func TestAnybodyMayAskForATakeover(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('c'), client('d'))
	s.play(s.says(2, frame.TakeOver{Request: 1, Version: 2, Successor: id('c')}), "2 answer 1 STALE")
	s.play(s.says(2, frame.TakeOver{Request: 2, Version: 3, Successor: id('d')}), "2 answer 2 GONE")
	s.play(s.says(2, frame.TakeOver{Request: 3, Version: 3, Successor: id('c')}), "store 4: 2c c lost ab by hand")
	s.play(s.says(1, frame.TakeOver{Request: 4, Version: 3, Successor: id('c')})) // waits for the disk
	s.compare(s.stored(), "1 changed 4: 2c c lost ab by hand", "2 changed 4: 2c c lost ab by hand", "2 answer 3 OK",
		"1 answer 4 STALE", "1 waiting for ", "2 waiting for ")
	if node, conn, ok := s.room.Master(); node != id('c') || conn != 1 || !ok {
		t.Errorf("master %v on %d, %v", node, conn, ok)
	}
	s.play(s.says(2, frame.TakeOver{Request: 5, Version: 4, Successor: id('c')}), "2 answer 5 MASTER_HERE")
}

func TestNoTakeoverWhileAnInSyncNodeIsPresent(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('b'), process('c'))
	s.play(s.says(2, frame.TakeOver{Request: 1, Version: 3, Successor: id('c')}), "2 answer 1 IN_SYNC_HERE")
}

func TestATakeoverWhoseSuccessorLeavesMeanwhileLeavesNobody(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('c'), process('d'))
	s.step(s.says(2, frame.TakeOver{Request: 1, Version: 3, Successor: id('c')}))
	s.play(Lost{Conn: 1, Reason: "closed"}, "2 left c 1: closed")
	s.compare(s.stored(), "2 changed 4: 2c c lost ab by hand vacant", "2 answer 1 OK", "2 waiting for c")
}

func TestAnybodyMayChangeTheSettings(t *testing.T) {
	s := newStage(t, held(3, 1, "ab"))
	s.gather(process('a'), process('b'), client('d'))
	s.claim(1)
	epoch := s.room.Register().Epoch
	two := register.Settings{MinInSync: 2}
	s.play(s.says(3, frame.Configure{Request: 1, Version: 3, Settings: two}), "3 answer 1 STALE")
	s.play(s.says(3, frame.Configure{Request: 2, Version: 4, Settings: register.Settings{MinInSync: 2000}}), "3 answer 2 INVALID")
	s.play(s.says(3, frame.Configure{Request: 3, Version: 4, Settings: two}), "store 5: 2a ab min 2")
	s.compare(s.stored(), "1 changed 5: 2a ab min 2", "2 changed 5: 2a ab min 2", "3 changed 5: 2a ab min 2", "3 answer 3 OK")
	s.play(s.says(1, frame.Amend{Request: 1, Version: 5, Epoch: epoch, Remove: []journal.NodeID{id('b')}}), "store 6: 2a a min 2")
	if _, conn, ok := s.room.Master(); conn != 1 || !ok {
		t.Error("the settings have cost the room its master")
	}
}

func TestANewRoomHasNoSettings(t *testing.T) {
	s := newStage(t, register.Register{})
	s.gather(client('d'))
	s.play(s.says(1, frame.Configure{Request: 1}), "1 answer 1 NOT_ALLOWED")
	s.play(s.says(1, frame.TakeOver{Request: 2, Successor: id('d')}), "1 answer 2 NOT_ALLOWED")
}

// A copy in memory that is kept out can't claim: so it is the other one that the
// room waits for.
func TestARoomThatTakesNoCopiesInMemoryWaitsForOneThatLasts(t *testing.T) {
	value := held(3, 1, "aB")
	value.Settings.NoVolatile = true
	s := newStage(t, value)
	s.play(s.arrive(1, tab('b')), "1 welcome b of 3: 1a aB vacant", "1 waiting for a")
	s.play(s.says(1, frame.Claim{Request: 1, Number: 2}), "1 answer 1 NOT_ALLOWED")
}
