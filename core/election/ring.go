package election

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// The patience of [Ring] with a token, doubled each time it has passed in vain.
const (
	ringWait    = 300 * time.Millisecond
	ringWaitHop = 150 * time.Millisecond // more for each node of the ring
)

// Ring lets the node claim whose token comes round. The nodes form a ring in
// the order of their ids. Each sends a token with its priority and id to the
// next one, who passes on the tokens of higher nodes and drops those of lower
// ones: only the token of the highest returns. That node tells the ring that it
// is the coordinator, and claims.
//
// When somebody comes or goes the ring is another one, and a new round begins:
// tokens of earlier rounds are dropped. The same when a token does not return.
//
// Source: E. Chang and R. Roberts, An Improved Algorithm for Decentralized
// Extrema-Finding in Circular Configurations of Processes, Communications of
// the ACM 22(5), 1979.
type Ring struct {
	roll  roll
	round uint64
	best  register.Member // the highest whose token was passed on in this round
	won   bool
	told  bool            // who has won has been said, or passed on, in this round
	until journal.Instant // the end of waiting for this round
	tries int
	send  []Message
}

var _ Strategy = (*Ring)(nil)

// Name returns "ring".
func (*Ring) Name() string { return register.ElectRing.String() }

// Judge passes tokens on, and claims when its own has come round.
func (r *Ring) Judge(v View) Verdict {
	f, verdict, settled := survey(v)
	if settled {
		return verdict
	}
	r.send = nil
	if !r.roll.isSame(f.rivals) {
		again := r.roll != nil
		r.roll, r.tries = f.rivals, 0
		if again {
			r.begin(&f, r.round+1)
		}
	}
	for _, m := range v.Heard {
		r.hear(&f, m)
	}
	if f.Now >= max(f.ready, r.until) && !r.won {
		if r.round > 0 {
			r.tries++
		}
		r.begin(&f, r.round+1)
	}
	return f.close(r.won, r.until, r.send)
}

// begin starts a round with this node's own token.
func (r *Ring) begin(f *field, round uint64) {
	r.enter(f, round)
	r.best = f.Self
	r.pass(f, f.Self, frame.ElectToken)
	if len(f.rivals) == 1 {
		r.won = true
	}
}

// enter takes part in a round, with nothing passed on yet.
func (r *Ring) enter(f *field, round uint64) {
	wait := ringWait + time.Duration(len(f.rivals))*ringWaitHop
	r.round, r.best, r.won, r.told = round, register.Member{}, false, false
	r.until = f.Now.Add(backOff(wait, r.tries))
}

func (r *Ring) hear(f *field, m Message) {
	e := m.Elect
	candidate, ok := f.find(e.Node)
	if !ok || e.Round < r.round {
		return // of a ring, or a round, that is no more
	}
	switch e.Kind {
	case frame.ElectToken:
		r.onToken(f, candidate, e.Round)
	case frame.ElectCoordinator:
		r.onCoordinator(f, candidate, e.Round)
	case frame.ElectCall, frame.ElectAlive, frame.ElectPreAsk, frame.ElectPreGrant, frame.ElectAsk, frame.ElectGrant, frame.ElectDeny:
		// Of another strategy: said before the setting was changed.
	}
}

func (r *Ring) onToken(f *field, candidate register.Member, round uint64) {
	if round > r.round {
		r.enter(f, round)
	}
	switch {
	case candidate.Node == f.Self.Node:
		if r.best.Node == f.Self.Node && !r.won {
			r.won, r.told = true, true
			r.pass(f, f.Self, frame.ElectCoordinator)
		}
	case r.best.Node.IsZero() && rank(candidate, f.Self) < 0:
		r.best = f.Self
		r.pass(f, f.Self, frame.ElectToken)
	case r.best.Node.IsZero() || rank(candidate, r.best) > 0:
		r.best = candidate
		r.pass(f, candidate, frame.ElectToken)
	}
}

// onCoordinator gives the winner time to be granted what it asks for.
func (r *Ring) onCoordinator(f *field, winner register.Member, round uint64) {
	if round > r.round {
		r.enter(f, round)
		r.best = winner
	}
	if r.told || winner.Node == f.Self.Node {
		return
	}
	r.told, r.won = true, false
	r.until = f.Now.Add(backOff(ringWait, r.tries))
	r.pass(f, winner, frame.ElectCoordinator)
}

// pass sends what is about a candidate to the next node of the ring.
func (r *Ring) pass(f *field, candidate register.Member, kind frame.ElectKind) {
	if len(f.rivals) == 1 {
		return
	}
	here := slices.IndexFunc(f.rivals, func(m register.Member) bool { return m.Node == f.Self.Node })
	e := about(candidate, kind)
	e.Round = r.round
	r.send = append(r.send, Message{Peer: f.rivals[(here+1)%len(f.rivals)].Node, Elect: e})
}
