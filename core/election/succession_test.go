package election_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/election"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func member(id byte, change ...func(*register.Member)) register.Member {
	m := register.Member{
		Node: journal.NodeID{id}, Incarnation: 1, Kind: register.KindTab, Candidate: true, Durable: true, Visible: true,
	}
	for _, f := range change {
		f(&m)
	}
	return m
}

func volatile(m *register.Member) { m.Durable = false }
func hidden(m *register.Member)   { m.Visible = false }
func noHeir(m *register.Member)   { m.Candidate = false }

// list makes a register whose master, the first of the seats, has gone.
func list(seats ...register.Member) register.Register {
	r := register.Register{Version: 5, Epoch: journal.Epoch{Number: 3, Master: journal.NodeID{99}}}
	for _, m := range seats {
		r.InSync = append(r.InSync, register.Seat{Node: m.Node, Volatile: !m.Durable})
	}
	return r
}

const since = journal.Instant(1_000_000)

// waits tells when self claims: how long after the master went, or -1 for never.
func waits(v election.View) time.Duration {
	for v.Now = since; ; {
		verdict := election.Succession{}.Judge(v)
		if verdict.Claim {
			return v.Now.Sub(since)
		}
		if verdict.Again <= v.Now {
			return -1
		}
		v.Now = verdict.Again
	}
}

func TestTheNextInSuccessionClaimsAtOnceAndTheOthersWait(t *testing.T) {
	a, b, c := member(1), member(2), member(3)
	const stagger = 200 * time.Millisecond
	for _, test := range []struct {
		name     string
		register register.Register
		present  []register.Member
		self     register.Member
		justCame bool // it was not connected when the master left
		want     time.Duration
	}{
		{"the first of the list", list(a, b, c), []register.Member{a, b, c}, a, false, 0},
		{"the second", list(a, b, c), []register.Member{a, b, c}, b, false, stagger},
		{"the third", list(a, b, c), []register.Member{a, b, c}, c, false, 2 * stagger},
		{"the second where the first is gone", list(a, b, c), []register.Member{b, c}, b, false, 0},
		{"the list counts, not the id", list(c, a), []register.Member{a, c}, c, false, 0},
		{"who is not on the list", list(a), []register.Member{a, b}, b, false, -1},
		{"a hidden first comes behind", list(member(1, hidden), b), []register.Member{member(1, hidden), b}, b, false, 0},
		{"a volatile first comes behind a hidden durable one", list(member(1, volatile), member(2, hidden)),
			[]register.Member{member(1, volatile), member(2, hidden)}, member(2, hidden), false, 0},
		{"who is no candidate is passed over", list(member(1, noHeir), b), []register.Member{member(1, noHeir), b}, b, false, 0},
		{"who has just come waits for the others", list(a, b), []register.Member{a}, a, true, 500 * time.Millisecond},
		{"but not when all are there", list(a, b), []register.Member{a, b}, a, true, 0},
		{"a new room, durable", register.Register{}, []register.Member{a}, a, false, 0},
		{"a new room, volatile", register.Register{}, []register.Member{member(1, volatile)}, member(1, volatile), false, frame.OpenAfter},
		{"all copies were volatile and are gone", list(member(9, volatile)), []register.Member{a}, a, false, 0},
		{"a durable copy is away", list(member(9)), []register.Member{a}, a, false, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := waits(election.View{
				Self: test.self, Register: test.register, Present: test.present, Since: since, Witnessed: !test.justCame,
			})
			if got != test.want {
				t.Errorf("claims after %v, wanted %v", got, test.want)
			}
		})
	}
}
