package election

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Times of [Vote]: each node waits for the least time and a random part of the
// spread before it stands, in a room of two as in Raft. The spread grows with
// the number of nodes, so that the first to stand is mostly alone, and is first
// after about the same time. All is doubled each time a node stood in vain.
const (
	voteWaitMin = 150 * time.Millisecond
	voteSpread  = 150 * time.Millisecond // for each node that could stand
)

// Vote lets the node claim that most of those present have voted for. Each waits
// for a random time. Then it asks all others whether they would vote for it, and
// if most would, it begins a round and asks for their votes. Everybody has one
// vote in a round, for a journal that ends no earlier than its own. The question
// before costs a round trip and spares the others a round that can't be won.
//
// Raft needs a majority of all members, because the votes are its only fence.
// Here the register is, so a majority of the candidates present is enough, and a
// room of two goes on with one.
//
// Source: D. Ongaro and J. Ousterhout, In Search of an Understandable Consensus
// Algorithm, USENIX ATC 2014; the question before in section 9.6 of D. Ongaro,
// Consensus: Bridging Theory and Practice, Stanford 2014.
type Vote struct {
	chance *rand.Rand
	phase  votePhase
	round  uint64         // Raft's term, within this vacancy
	voted  journal.NodeID // whom this node has voted for in this round
	votes  []journal.NodeID
	until  journal.Instant // when to stand, or to stand anew
	tries  int
	send   []Message
}

type votePhase uint8

const (
	voteWaiting votePhase = iota
	voteAsking            // would they?
	voteStanding
	voteWon
)

var _ Strategy = (*Vote)(nil)

// Name returns "vote".
func (*Vote) Name() string { return register.ElectVote.String() }

// Judge votes, stands for election, and claims with a majority.
func (e *Vote) Judge(v View) Verdict {
	f, verdict, settled := survey(v)
	if settled {
		return verdict
	}
	e.send = nil
	if e.until == 0 {
		e.wait(&f, max(f.ready, f.Now))
	}
	for _, m := range v.Heard {
		e.hear(&f, m)
	}
	if f.Now >= max(f.ready, e.until) && e.phase != voteWon {
		if e.phase != voteWaiting {
			e.tries++
		}
		e.phase, e.votes = voteAsking, nil
		e.wait(&f, f.Now)
		e.ask(&f, frame.ElectPreAsk, e.round+1)
	}
	e.count(&f)
	return f.close(e.phase == voteWon, e.until, e.send)
}

// wait draws when to stand next.
func (e *Vote) wait(f *field, from journal.Instant) {
	wait := voteWaitMin + time.Duration(e.chance.Int64N(int64(len(f.rivals))*int64(voteSpread)))
	e.until = from.Add(backOff(wait, e.tries))
}

func (e *Vote) hear(f *field, m Message) {
	peer, ok := f.find(m.Peer)
	if !ok {
		return
	}
	round := m.Elect.Round
	switch m.Elect.Kind {
	case frame.ElectPreAsk:
		e.answer(f, m, round > e.round && f.Last.Compare(m.Elect.Last) <= 0, frame.ElectPreGrant)
	case frame.ElectAsk:
		e.follow(f, round)
		free := e.voted.IsZero() || e.voted == peer.Node
		grant := round == e.round && free && f.Last.Compare(m.Elect.Last) <= 0
		if grant {
			e.voted = peer.Node
		}
		e.answer(f, m, grant, frame.ElectGrant)
	case frame.ElectPreGrant:
		e.collect(peer, e.phase == voteAsking && round == e.round+1)
	case frame.ElectGrant:
		e.collect(peer, e.phase == voteStanding && round == e.round)
	case frame.ElectDeny:
		e.follow(f, round)
	case frame.ElectCall, frame.ElectAlive, frame.ElectCoordinator, frame.ElectToken:
		// Of another strategy: said before the setting was changed.
	}
}

// follow gives up for a round that is newer.
func (e *Vote) follow(f *field, round uint64) {
	if round <= e.round {
		return
	}
	e.round, e.voted = round, journal.NodeID{}
	e.phase, e.votes = voteWaiting, nil
	e.wait(f, f.Now)
}

// answer says yes, and then gives the other time to win; or no, with the newest
// round there is.
func (e *Vote) answer(f *field, m Message, yes bool, kind frame.ElectKind) {
	reply := about(f.Self, frame.ElectDeny)
	reply.Round = e.round
	if yes {
		reply.Kind, reply.Round = kind, m.Elect.Round
		if e.phase == voteWaiting {
			e.wait(f, f.Now)
		}
	}
	e.send = append(e.send, Message{Peer: m.Peer, Elect: reply})
}

func (e *Vote) collect(peer register.Member, counts bool) {
	if counts && !slices.Contains(e.votes, peer.Node) {
		e.votes = append(e.votes, peer.Node)
	}
}

// count goes on where most of those present agree, this node included.
func (e *Vote) count(f *field) {
	for e.phase == voteAsking || e.phase == voteStanding {
		agree := 1
		for _, id := range e.votes {
			if _, present := f.find(id); present {
				agree++
			}
		}
		if 2*agree <= len(f.rivals) {
			return
		}
		if e.phase == voteStanding {
			e.phase = voteWon
			return
		}
		e.phase, e.votes = voteStanding, nil
		e.round++
		e.voted = f.Self.Node
		e.ask(f, frame.ElectAsk, e.round)
	}
}

func (e *Vote) ask(f *field, kind frame.ElectKind, round uint64) {
	for _, m := range f.rivals {
		if m.Node != f.Self.Node {
			elect := about(f.Self, kind)
			elect.Last, elect.Round = f.Last, round
			e.send = append(e.send, Message{Peer: m.Node, Elect: elect})
		}
	}
}
