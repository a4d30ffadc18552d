package election

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Times of [Bully], doubled each time they have passed in vain.
const (
	bullyAnswerWait = 200 * time.Millisecond // for a higher node to say that it lives
	bullyClaimWait  = 500 * time.Millisecond // for a higher node that lives to become master
)

// Bully lets the highest node claim, by priority and then id, of those that
// answer. Each calls everybody above it. Who is called answers that it lives,
// and calls in its turn. Who hears nothing from above tells those below that it
// is the coordinator, and claims.
//
// Source: H. Garcia-Molina, Elections in a Distributed Computing System, IEEE
// Transactions on Computers C-31(1), 1982.
type Bully struct {
	roll  roll
	phase bullyPhase
	until journal.Instant // the end of waiting
	tries int
	send  []Message
}

type bullyPhase uint8

const (
	bullyIdle    bullyPhase = iota
	bullyCalling            // does anybody above live?
	bullyYielded            // yes
	bullyWon                // no
)

var _ Strategy = (*Bully)(nil)

// Name returns "bully".
func (*Bully) Name() string { return register.ElectBully.String() }

// Judge answers calls, calls, and claims where nobody answers.
func (b *Bully) Judge(v View) Verdict {
	f, verdict, settled := survey(v)
	if settled {
		return verdict
	}
	b.send = nil
	if !b.roll.isSame(f.rivals) {
		b.roll, b.phase, b.tries = f.rivals, bullyIdle, 0
	}
	for _, m := range v.Heard {
		b.hear(&f, m)
	}
	if f.Now >= f.ready {
		b.act(&f)
	}
	again := b.until
	if b.phase == bullyIdle || b.phase == bullyWon {
		again = 0
	}
	return f.close(b.phase == bullyWon, again, b.send)
}

func (b *Bully) hear(f *field, m Message) {
	peer, ok := f.find(m.Peer)
	if !ok {
		return
	}
	above := rank(peer, f.Self) > 0
	switch m.Elect.Kind {
	case frame.ElectCall:
		if !above {
			b.say(f, peer, frame.ElectAlive)
		}
	case frame.ElectAlive, frame.ElectCoordinator:
		if above {
			b.phase, b.until = bullyYielded, f.Now.Add(backOff(bullyClaimWait, b.tries))
		}
	case frame.ElectToken, frame.ElectPreAsk, frame.ElectPreGrant, frame.ElectAsk, frame.ElectGrant, frame.ElectDeny:
		// Of another strategy: said before the setting was changed.
	}
}

// act begins an election, and takes one further whose time is over.
func (b *Bully) act(f *field) {
	switch {
	case b.phase == bullyIdle:
		b.call(f)
	case b.phase == bullyCalling && f.Now >= b.until:
		b.win(f)
	case b.phase == bullyYielded && f.Now >= b.until:
		b.tries++
		b.call(f)
	}
}

func (b *Bully) call(f *field) {
	b.phase, b.until = bullyCalling, f.Now.Add(backOff(bullyAnswerWait, b.tries))
	called := false
	for _, m := range f.rivals {
		if rank(m, f.Self) > 0 {
			b.say(f, m, frame.ElectCall)
			called = true
		}
	}
	if !called {
		b.win(f)
	}
}

func (b *Bully) win(f *field) {
	b.phase = bullyWon
	for _, m := range f.rivals {
		if rank(m, f.Self) < 0 {
			b.say(f, m, frame.ElectCoordinator)
		}
	}
}

func (b *Bully) say(f *field, to register.Member, kind frame.ElectKind) {
	b.send = append(b.send, Message{Peer: to.Node, Elect: about(f.Self, kind)})
}
