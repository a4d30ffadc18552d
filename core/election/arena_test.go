package election_test

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/election"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// arena is a room without a master: everybody's strategy, messages that take
// their time or get lost, and a relay that grants the first claim it can grant.
// As with the real one, everybody hears of who came and went in the same order,
// and before what was said later.
type arena struct {
	register register.Register
	voters   []*voter // by NodeID
	now      journal.Instant
	chance   *rand.Rand
	loss     int // messages that get lost, out of a thousand
	slow     time.Duration
	mail     []letter

	said    []election.Message // everything that was sent
	claims  []journal.NodeID   // in the order in which they reached the relay
	granted journal.NodeID
	unfit   int // claims of who is there and can't be granted anything
}

// voter is a node and its strategy.
type voter struct {
	member    register.Member
	last      journal.Position
	strategy  election.Strategy
	since     journal.Instant
	justCame  bool
	gone      bool
	mute      bool // present, but neither hears nor says anything
	heard     []election.Message
	again     journal.Instant
	claimSent bool
}

type letter struct {
	at    journal.Instant
	to    journal.NodeID // zero: a claim
	heard election.Message
}

// newArena makes a room whose in-sync list is the members, in this order.
func newArena(e register.Election, seed uint64, members ...register.Member) *arena {
	a := &arena{register: list(members...), now: since, chance: rand.New(rand.NewPCG(seed, 7)), slow: 20 * time.Millisecond}
	for _, m := range members {
		a.voters = append(a.voters, &voter{
			member: m, since: since,
			strategy: election.New(e, rand.New(rand.NewPCG(seed, uint64(m.Node[0])))),
		})
	}
	slices.SortFunc(a.voters, func(x, y *voter) int { return x.member.Node.Compare(y.member.Node) })
	return a
}

func (a *arena) voter(id journal.NodeID) *voter {
	i := slices.IndexFunc(a.voters, func(v *voter) bool { return v.member.Node == id })
	return a.voters[i]
}

func (a *arena) present() []register.Member {
	var present []register.Member
	for _, v := range a.voters {
		if !v.gone {
			present = append(present, v.member)
		}
	}
	return present
}

// judge asks everybody who is there, as nodes do after each step.
func (a *arena) judge() {
	for _, v := range a.voters {
		if v.gone || v.mute || !v.member.Candidate {
			v.heard = nil
			continue
		}
		verdict := v.strategy.Judge(election.View{
			Now: a.now, Self: v.member, Register: a.register, Present: a.present(), Last: v.last,
			Since: v.since, Witnessed: !v.justCame, Heard: v.heard,
		})
		v.heard, v.again = nil, verdict.Again
		for _, m := range verdict.Send {
			a.said = append(a.said, m)
			a.post(letter{to: m.Peer, heard: election.Message{Peer: v.member.Node, Elect: m.Elect}})
		}
		if verdict.Claim && !v.claimSent {
			v.claimSent = true
			a.mail = append(a.mail, letter{at: a.arrival(), heard: election.Message{Peer: v.member.Node}})
		}
	}
}

func (a *arena) arrival() journal.Instant {
	return a.now.Add(time.Millisecond + time.Duration(a.chance.Int64N(int64(a.slow))))
}

func (a *arena) post(l letter) {
	if a.chance.IntN(1000) < a.loss {
		return
	}
	l.at = a.arrival()
	for _, earlier := range a.mail { // one connection keeps its order
		if earlier.to == l.to && earlier.heard.Peer == l.heard.Peer {
			l.at = max(l.at, earlier.at)
		}
	}
	a.mail = append(a.mail, l)
}

// next is the moment of what happens next, if there is anything.
func (a *arena) next() (journal.Instant, bool) {
	var at journal.Instant
	sooner := func(t journal.Instant) {
		if t > a.now && (at == 0 || t < at) {
			at = t
		}
	}
	for _, l := range a.mail {
		sooner(max(l.at, a.now+1))
	}
	for _, v := range a.voters {
		if !v.gone && !v.mute {
			sooner(v.again)
		}
	}
	return at, at != 0
}

// run lets everything happen until somebody has been granted the mastership, or
// until a moment.
func (a *arena) run(until journal.Instant) {
	for a.granted.IsZero() {
		a.judge()
		at, ok := a.next()
		if !ok || at > until {
			a.now = until
			return
		}
		a.now = at
		due := func(l letter) bool { return l.at <= a.now }
		for _, l := range a.mail {
			if due(l) {
				a.deliver(l)
			}
		}
		a.mail = slices.DeleteFunc(a.mail, due)
	}
}

func (a *arena) deliver(l letter) {
	if !l.to.IsZero() {
		v := a.voter(l.to)
		v.heard = append(v.heard, l.heard)
		return
	}
	v := a.voter(l.heard.Peer)
	v.claimSent = false
	if v.gone || !a.granted.IsZero() {
		return
	}
	a.claims = append(a.claims, v.member.Node)
	if !slices.Contains(register.Succession(a.register.InSync, a.present(), journal.NodeID{}), v.member.Node) {
		a.unfit++
		return
	}
	a.granted = v.member.Node
}

func (a *arena) leave(v *voter) {
	v.gone, v.heard = true, nil
}

// back lets a node that has left join again, as its next incarnation.
func (a *arena) back(e register.Election, v *voter) {
	v.gone, v.mute, v.justCame, v.claimSent, v.since = false, false, true, false, a.now
	v.member.Incarnation++
	v.strategy = election.New(e, rand.New(rand.NewPCG(uint64(a.now), 1)))
}

// count returns how many messages of the kinds were said.
func (a *arena) count(kinds ...frame.ElectKind) (n int) {
	for _, m := range a.said {
		if slices.Contains(kinds, m.Elect.Kind) {
			n++
		}
	}
	return n
}
