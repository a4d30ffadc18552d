package election_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/election"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

var elections = []register.Election{register.ElectSuccession, register.ElectBully, register.ElectRing, register.ElectVote}

// bound is when somebody has claimed at the latest, whatever happens before.
const bound = 500*time.Millisecond + 5*time.Second + 9*200*time.Millisecond + 50*time.Millisecond

func TestEachElectionHasItsStrategy(t *testing.T) {
	for _, e := range elections {
		if got := election.New(e, rand.New(rand.NewPCG(1, 1))).Name(); got != e.String() {
			t.Errorf("the strategy of election %v calls itself %q", e, got)
		}
	}
}

// members makes nodes 1 to n, in sync in this order.
func members(n int) []register.Member {
	var all []register.Member
	for i := range n {
		all = append(all, member(byte(i+1)))
	}
	return all
}

func priority(p int32) func(*register.Member) { return func(m *register.Member) { m.Priority = p } }

func TestWhereNothingGetsLostTheRightNodeClaimsAlone(t *testing.T) {
	for _, test := range []struct {
		name    string
		of      register.Election
		members []register.Member
		want    byte
	}{
		{"bully: the highest id", register.ElectBully, members(5), 5},
		{"bully: the priority before the id", register.ElectBully, []register.Member{member(1), member(2, priority(7)), member(3)}, 2},
		{"bully: the list does not count", register.ElectBully, []register.Member{member(3), member(1), member(2)}, 3},
		{"bully: alone", register.ElectBully, members(1), 1},
		{"ring: the highest id", register.ElectRing, members(5), 5},
		{"ring: the priority before the id", register.ElectRing, []register.Member{member(1), member(2, priority(7)), member(3)}, 2},
		{"ring: of two", register.ElectRing, members(2), 2},
		{"ring: alone", register.ElectRing, members(1), 1},
		{"vote: alone", register.ElectVote, members(1), 1},
		{"who is no candidate is passed over", register.ElectBully, []register.Member{member(1), member(2), member(3, noHeir)}, 2},
		{"nor is it in the ring", register.ElectRing, []register.Member{member(1), member(2), member(3, noHeir)}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			for seed := range uint64(20) {
				a := newArena(test.of, seed, test.members...)
				a.run(since.Add(bound))
				if a.granted != (journal.NodeID{test.want}) {
					t.Errorf("seed %d: %v is master, wanted node %d", seed, a.granted, test.want)
				}
				if took := a.now.Sub(since); took > time.Second {
					t.Errorf("seed %d: it took %v", seed, took)
				}
			}
		})
	}
}

func TestANodeWhoseJournalEndsEarlierIsNotVotedFor(t *testing.T) {
	for seed := range uint64(50) {
		a := newArena(register.ElectVote, seed, members(5)...)
		for i, v := range a.voters {
			v.last = journal.Position{Epoch: journal.Epoch{Number: 3}, Index: journal.Index(10 + i/2)}
		}
		// The two that end at 10 find at most each other.
		a.run(since.Add(bound))
		if a.granted == (journal.NodeID{1}) || a.granted == (journal.NodeID{2}) || a.granted.IsZero() {
			t.Errorf("seed %d: %v is master, whose journal ends before that of most others", seed, a.granted)
		}
	}
}

func TestAVoteIsGivenOnceInARound(t *testing.T) {
	f := election.New(register.ElectVote, rand.New(rand.NewPCG(1, 1)))
	v := election.View{Now: since, Since: since, Witnessed: true, Self: member(1), Register: list(members(3)...), Present: members(3)}
	ask := func(from byte, round uint64) frame.ElectKind {
		v.Heard = []election.Message{{Peer: journal.NodeID{from}, Elect: frame.Elect{Kind: frame.ElectAsk, Node: journal.NodeID{from}, Round: round}}}
		return f.Judge(v).Send[0].Elect.Kind
	}
	for _, step := range []struct {
		from  byte
		round uint64
		want  frame.ElectKind
	}{
		{2, 1, frame.ElectGrant}, {3, 1, frame.ElectDeny}, {2, 1, frame.ElectGrant},
		{3, 2, frame.ElectGrant}, {2, 2, frame.ElectDeny}, {2, 1, frame.ElectDeny},
	} {
		if got := ask(step.from, step.round); got != step.want {
			t.Errorf("node %d asked in round %d: answer %d, wanted %d", step.from, step.round, got, step.want)
		}
	}
}

func TestTheMessagesAreThoseOfThePapers(t *testing.T) {
	const n = 5
	for _, test := range []struct {
		name  string
		of    register.Election
		kinds []frame.ElectKind
		want  int
	}{
		{"succession says nothing", register.ElectSuccession, []frame.ElectKind{1, 2, 3, 4, 5, 6, 7, 8, 9}, 0},
		{"bully: each calls everybody above it", register.ElectBully, []frame.ElectKind{frame.ElectCall}, n * (n - 1) / 2},
		{"bully: the highest tells everybody", register.ElectBully, []frame.ElectKind{frame.ElectCoordinator}, n - 1},
		{"ring: in the order of ids one token goes round and the others one step", register.ElectRing, []frame.ElectKind{frame.ElectToken}, 2*n - 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArena(test.of, 3, members(n)...)
			a.run(since.Add(bound))
			if got := a.count(test.kinds...); got != test.want {
				t.Errorf("%d messages, wanted %d", got, test.want)
			}
		})
	}
}

func TestWhoHasJustComeDoesNotBeginBeforeTheOthersAreBack(t *testing.T) {
	for _, e := range elections {
		a := newArena(e, 1, members(3)...)
		for _, v := range a.voters {
			v.justCame = true
		}
		a.leave(a.voters[0])
		a.run(since.Add(499 * time.Millisecond))
		if len(a.claims) > 0 || len(a.said) > 0 {
			t.Errorf("%v: %d claims and %d messages within the grace", e, len(a.claims), len(a.said))
		}
		if a.run(since.Add(bound)); a.granted.IsZero() {
			t.Errorf("%v: nobody claims after it", e)
		}
	}
}

func TestAStrategySaysNothingWhereItIsNoCandidate(t *testing.T) {
	for _, e := range elections {
		a := newArena(e, 1, member(1), member(2, noHeir))
		a.leave(a.voters[0])
		if a.run(since.Add(bound)); len(a.said)+len(a.claims) > 0 {
			t.Errorf("%v: a spectator said %d messages and claimed %d times", e, len(a.said), len(a.claims))
		}
	}
}

func TestWhateverGetsLostAndWhoeverGoesSomebodyIsElected(t *testing.T) {
	for _, e := range elections {
		t.Run(e.String(), func(t *testing.T) {
			for seed := range uint64(600) {
				if err := disturb(e, seed); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		})
	}
}

// disturb runs an election in which nodes come, go and fall silent, and some or
// all messages get lost.
func disturb(e register.Election, seed uint64) error {
	c := rand.New(rand.NewPCG(seed, 99))
	all := members(1 + c.IntN(8))
	for i := range all {
		all[i].Priority = int32(c.IntN(3))
		all[i].Durable, all[i].Visible, all[i].Candidate = c.IntN(4) > 0, c.IntN(4) > 0, i == 0 || c.IntN(4) > 0
	}
	c.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	a := newArena(e, seed, all...)
	a.loss = []int{0, 0, 100, 500, 1000}[c.IntN(5)]
	for _, v := range a.voters {
		v.last = journal.Position{Epoch: journal.Epoch{Number: 3}, Index: journal.Index(c.IntN(4))}
	}
	for range c.IntN(12) {
		a.run(a.now.Add(time.Duration(c.IntN(120)) * time.Millisecond))
		v := a.voters[c.IntN(len(a.voters))]
		switch {
		case v.gone:
			a.back(e, v)
		case c.IntN(2) == 0:
			v.mute = true // and the relay finds out before long
		default:
			a.leave(v)
		}
	}
	a.run(a.now.Add(3 * time.Second)) // the relay's patience
	for _, v := range a.voters {
		if v.mute && !v.gone {
			a.leave(v)
		}
	}
	if len(register.Succession(a.register.InSync, a.present(), journal.NodeID{})) == 0 {
		a.back(e, a.voter(journal.NodeID{1})) // who is a candidate
	}
	calm := a.now
	if a.run(calm.Add(bound)); a.granted.IsZero() {
		return fmt.Errorf("nobody of %d is master %v after the last disturbance, with %d of 1000 messages lost", len(a.present()), bound, a.loss)
	}
	if a.unfit > 0 {
		return fmt.Errorf("%d claims of nodes that can't be granted anything", a.unfit)
	}
	return nil
}

func TestWithoutDisturbanceNobodyWaitsForTheLastResort(t *testing.T) {
	for _, e := range elections {
		for seed := range uint64(300) {
			a := newArena(e, seed, members(1+int(seed%9))...)
			if a.run(since.Add(bound)); a.now.Sub(since) > 2500*time.Millisecond {
				t.Errorf("%v, seed %d: %v for %d nodes", e, seed, a.now.Sub(since), len(a.voters))
			}
		}
	}
}
