package core

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/election"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// claimAgainAfter is the pause after a refused claim when nothing else changes.
const claimAgainAfter = time.Second

// electionStream tells the chance of elections from any other that comes from
// the same seed.
const electionStream = 0x656c656374

// candidacy is this node's part in finding a new master.
type candidacy struct {
	request   uint64          // the claim on its way; 0 if none
	notBefore journal.Instant // no claim before this moment
	again     journal.Instant // when the strategy wants to be asked again; 0 for never

	strategy election.Strategy  // of the vacancy; nil before it is judged
	vacancy  vacancy            // that it was made for
	heard    []election.Message // since it was asked last
}

// vacancy is one time without a master, for one strategy. What was said and
// heard in another one has no meaning in it.
type vacancy struct {
	number   journal.EpochNumber // that is to be claimed
	since    journal.Instant
	election register.Election
}

// judge asks the strategy whether to claim and what to say, while there is no
// master.
func (n *Node) judge() {
	c := &n.candidacy
	heard := c.heard
	c.again, c.heard = 0, nil
	if !n.isElectable() {
		return
	}
	n.meetVacancy()
	self, _ := n.lobby.member(n.id())
	verdict := c.strategy.Judge(election.View{
		Now:       n.now,
		Self:      self,
		Register:  n.lobby.register,
		Present:   n.lobby.members,
		Last:      n.copy.log.Last(),
		Since:     n.lobby.unseatedAt,
		Witnessed: n.lobby.witnessed,
		Heard:     heard,
	})
	for _, m := range verdict.Send {
		m.Elect.Number = c.vacancy.number
		n.send(frame.ToNode(m.Peer), m.Elect)
	}
	c.again = verdict.Again
	switch {
	case !verdict.Claim || c.request != 0:
	case n.now < c.notBefore:
		c.again = sooner(c.again, c.notBefore)
	default:
		c.request = n.lobby.nextRequest()
		n.send(frame.ToRelay(), frame.Claim{Request: c.request, Number: c.vacancy.number})
	}
}

// meetVacancy begins with a new strategy where the vacancy is another one, or
// the room has changed its setting.
func (n *Node) meetVacancy() {
	c, r := &n.candidacy, n.lobby.register
	v := vacancy{number: r.Epoch.Number + 1, since: n.lobby.unseatedAt, election: r.Settings.Election}
	if c.strategy == nil || c.vacancy != v {
		c.strategy, c.vacancy = election.New(v.election, n.chance), v
	}
}

// isElectable reports whether this node takes part in finding a new master.
func (n *Node) isElectable() bool {
	return n.lobby.welcome && !n.lobby.seated && n.cfg.Member.Candidate && !n.differs &&
		n.lobby.register.Settings.Admits(n.cfg.Member) &&
		n.departure == nil && n.lobby.register.Compare(n.copy.meta.Register) >= 0
}

// onElect keeps what another node's strategy says for the next judgement. What
// is about an earlier vacancy comes too late: somebody has been master since. It
// is no fault of who said it, so it is not refused. Who is not in sync can't be
// elected, and has no say.
func (n *Node) onElect(from journal.NodeID, f frame.Elect) {
	switch r := n.lobby.register; {
	case !r.IsInSync(from):
		n.refuse(from, f, fmt.Errorf("%v is not in sync, and has no part in an election", from))
	case n.isElectable() && f.Number == r.Epoch.Number+1:
		n.candidacy.heard = append(n.candidacy.heard, election.Message{Peer: from, Elect: f})
	}
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
