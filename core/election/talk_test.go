package election_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/election"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// talk is one node's strategy, with what others say put into its mouth by hand.
type talk struct {
	strategy election.Strategy
	view     election.View
}

// newTalk is a node of a room of n nodes that are all present.
func newTalk(e register.Election, self byte, n int) *talk {
	return &talk{election.New(e, rand.New(rand.NewPCG(1, 1))), election.View{
		Now: since, Since: since, Witnessed: true, Self: member(self), Register: list(members(n)...), Present: members(n),
	}}
}

// at is the verdict at a moment after the master went.
func (k *talk) at(d time.Duration, heard ...election.Message) election.Verdict {
	k.view.Now, k.view.Heard = since.Add(d), heard
	return k.strategy.Judge(k.view)
}

func says(from byte, kind frame.ElectKind, about byte, round uint64) election.Message {
	return election.Message{Peer: journal.NodeID{from}, Elect: frame.Elect{Kind: kind, Node: journal.NodeID{about}, Round: round}}
}

// sent lists who gets messages of a kind.
func sent(v election.Verdict, kind frame.ElectKind) (to []byte) {
	for _, m := range v.Send {
		if m.Elect.Kind == kind {
			to = append(to, m.Peer[0])
		}
	}
	return to
}

func TestBullyAnswersACallFromBelowAndNoneFromAbove(t *testing.T) {
	k := newTalk(register.ElectBully, 2, 3)
	if got := sent(k.at(0), frame.ElectCall); !slices.Equal(got, []byte{3}) {
		t.Errorf("calls %v, wanted node 3", got)
	}
	v := k.at(1, says(1, frame.ElectCall, 1, 0), says(3, frame.ElectCall, 3, 0))
	if got := sent(v, frame.ElectAlive); !slices.Equal(got, []byte{1}) {
		t.Errorf("answers %v, wanted node 1", got)
	}
}

func TestBullyWaitsForWhoLivesAboveAndThenCallsAgain(t *testing.T) {
	k := newTalk(register.ElectBully, 2, 3)
	k.at(0)
	k.at(100*time.Millisecond, says(3, frame.ElectAlive, 3, 0))
	if v := k.at(599 * time.Millisecond); v.Claim || len(v.Send) > 0 {
		t.Errorf("while node 3 has its time: %+v", v)
	}
	v := k.at(600 * time.Millisecond)
	if got := sent(v, frame.ElectCall); v.Claim || !slices.Equal(got, []byte{3}) {
		t.Errorf("calls %v, and claims: %v; wanted a call of node 3", got, v.Claim)
	}
	if v := k.at(time.Second); !v.Claim || !slices.Equal(sent(v, frame.ElectCoordinator), []byte{1}) {
		t.Errorf("nobody above has answered for 400 ms: %+v", v)
	}
}

func TestBullyDoesNotWaitForWhoHasLeft(t *testing.T) {
	k := newTalk(register.ElectBully, 2, 3)
	k.at(0)
	k.at(1, says(3, frame.ElectAlive, 3, 0))
	k.view.Present = k.view.Present[:2]
	if v := k.at(2); !v.Claim {
		t.Errorf("nobody is above any more: %+v", v)
	}
}

func TestTheRingIsMadeAnewAtOnceWhenSomebodyLeaves(t *testing.T) {
	k := newTalk(register.ElectRing, 1, 3)
	k.at(0)
	k.view.Present = slices.Delete(members(3), 1, 2)
	v := k.at(1)
	if len(v.Send) != 1 || v.Send[0].Peer != (journal.NodeID{3}) || v.Send[0].Elect.Round != 2 {
		t.Errorf("wanted a token of round 2 for node 3: %+v", v.Send)
	}
	if v := k.at(2, says(3, frame.ElectToken, 3, 1)); len(v.Send) > 0 {
		t.Errorf("a token of the ring before was passed on: %+v", v.Send)
	}
}

func TestWhoHasJustComeIsElectedByTheRingButClaimsLater(t *testing.T) {
	k := newTalk(register.ElectRing, 2, 3)
	k.view.Witnessed, k.view.Present = false, k.view.Present[:2]
	k.at(0)
	k.at(1, says(1, frame.ElectToken, 1, 1)) // and its own follows
	if v := k.at(2, says(1, frame.ElectToken, 2, 1)); v.Claim || v.Again != since.Add(500*time.Millisecond) {
		t.Errorf("node 3 may be about to come back: %+v", v)
	}
	if v := k.at(500 * time.Millisecond); !v.Claim {
		t.Errorf("it did not: %+v", v)
	}
}

func TestHalfOfThemIsNoMajority(t *testing.T) {
	k := newTalk(register.ElectVote, 1, 4)
	k.at(0)
	if got := sent(k.at(2*time.Second), frame.ElectPreAsk); !slices.Equal(got, []byte{2, 3, 4}) {
		t.Fatalf("asks %v beforehand, wanted all others", got)
	}
	later := 2*time.Second + 1
	if v := k.at(later, says(2, frame.ElectPreGrant, 2, 1), says(2, frame.ElectPreGrant, 2, 1)); len(v.Send) > 0 {
		t.Errorf("one of three would, said twice: %+v", v.Send)
	}
	if got := sent(k.at(later, says(3, frame.ElectPreGrant, 3, 1)), frame.ElectAsk); !slices.Equal(got, []byte{2, 3, 4}) {
		t.Errorf("two of three would: asks %v for their votes", got)
	}
	if v := k.at(later, says(2, frame.ElectGrant, 2, 1), says(3, frame.ElectDeny, 3, 1)); v.Claim {
		t.Error("claims with half of the votes")
	}
	if v := k.at(later, says(4, frame.ElectGrant, 4, 1)); !v.Claim {
		t.Error("does not claim with three of four votes")
	}
}

func TestVotesOfAnOlderRoundDoNotCount(t *testing.T) {
	k := newTalk(register.ElectVote, 1, 3)
	k.at(0)
	k.at(2 * time.Second)
	k.at(2*time.Second, says(2, frame.ElectPreGrant, 2, 1)) // it stands in round 1
	k.at(2*time.Second, says(3, frame.ElectAsk, 3, 5))      // and gives up for round 5
	if v := k.at(2*time.Second, says(2, frame.ElectGrant, 2, 1)); v.Claim {
		t.Error("claims in a round that is over")
	}
}
