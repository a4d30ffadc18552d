package core

import (
	"time"

	"github.com/understudy-dev/understudy/core/election"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// claimAgainAfter is the pause after a refused claim when nothing else changes.
const claimAgainAfter = time.Second

// candidacy is this node's part in finding a new master.
type candidacy struct {
	request   uint64          // the claim on its way; 0 if none
	notBefore journal.Instant // no claim before this moment
	again     journal.Instant // when the strategy wants to be asked again; 0 for never
}

// judge asks the strategy whether to claim, while there is no master.
func (n *Node) judge() {
	c := &n.candidacy
	c.again = 0
	if !n.mayClaim() {
		return
	}
	if n.now < c.notBefore {
		c.again = c.notBefore
		return
	}
	self, _ := n.lobby.member(n.id())
	verdict := n.cfg.Strategy.Judge(election.View{
		Now:       n.now,
		Self:      self,
		Register:  n.lobby.register,
		Present:   n.lobby.members,
		Last:      n.copy.log.Last(),
		Since:     n.lobby.unseatedAt,
		Witnessed: n.lobby.witnessed,
	})
	c.again = verdict.Again
	if verdict.Claim {
		c.request = n.lobby.nextRequest()
		n.send(frame.ToRelay(), frame.Claim{Request: c.request, Number: n.lobby.register.Epoch.Number + 1})
	}
}

func (n *Node) mayClaim() bool {
	return n.lobby.welcome && !n.lobby.seated && n.cfg.Member.Candidate &&
		n.lobby.register.Settings.Admits(n.cfg.Member) &&
		n.candidacy.request == 0 && n.departure == nil &&
		n.lobby.register.Compare(n.copy.meta.Register) >= 0
}

// onClaimAnswered takes the relay's answer to a claim. A grant came before, as
// Changed.
func (n *Node) onClaimAnswered(f frame.Answer) {
	c := &n.candidacy
	c.request = 0
	if f.Code == frame.CodeOK {
		return
	}
	pause := claimAgainAfter
	if f.After > 0 {
		pause = f.After
	}
	c.notBefore = n.now.Add(pause)
}

// onRelayAnswer finds the request that the relay answers.
func (n *Node) onRelayAnswer(f frame.Answer) {
	if f.Request == n.candidacy.request && f.Request != 0 {
		n.onClaimAnswered(f)
		return
	}
	m := n.mastership
	switch {
	case m == nil:
	case m.amend != nil && m.amend.request == f.Request:
		n.onAmended(f)
	case m.handover != nil && m.handover.request == f.Request:
		n.onHandoverAnswered(f)
	case m.reads.confirm == f.Request && f.Request != 0:
		n.onConfirmed(f)
	}
}
