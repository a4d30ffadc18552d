package core

import (
	"fmt"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// vouched is how far a durable copy has acknowledged the journal of this
// mastership, over all its connections. A restart takes nothing of that away
// from a copy whose disk keeps what it says it has.
type vouched struct {
	node        journal.NodeID
	incarnation journal.Incarnation
	match       journal.Index // by this incarnation
	before      journal.Index // by earlier ones
}

// ForgottenError says that a copy lacks what it had acknowledged, though it
// comes under the same NodeID: its disk has lied, or was put back to an earlier
// state. The copy leaves the in-sync list until it has caught up.
type ForgottenError struct {
	Node journal.NodeID
	Want journal.Index    // up to where it had all entries
	Have journal.Position // up to where it has them now
}

// Error names the copy and both places.
func (e *ForgottenError) Error() string {
	return fmt.Sprintf("%v has forgotten entries: it had acknowledged all up to %d, and has them up to %v; its disk does not keep what it is given, or was put back to an earlier state",
		e.Node, e.Want, e.Have)
}

// vouchedBy returns what a copy that connects has acknowledged so far in this
// mastership; nil for one in memory, which never comes back as the same node.
func (m *mastership) vouchedBy(member register.Member) *vouched {
	if !member.Durable {
		return nil
	}
	i, found := slices.BinarySearchFunc(m.vouched, member.Node, func(v *vouched, id journal.NodeID) int {
		return v.node.Compare(id)
	})
	if !found {
		m.vouched = slices.Insert(m.vouched, i, &vouched{node: member.Node, incarnation: member.Incarnation})
	}
	v := m.vouched[i]
	if v.incarnation < member.Incarnation {
		v.before, v.match = max(v.before, v.match), 0
		v.incarnation = member.Incarnation
	}
	return v
}

// checkForgotten says if a copy has less than it had acknowledged: common is
// where its journal and this one part. What this incarnation itself said before
// proves nothing, because a frame may come late.
func (p *progress) checkForgotten(common journal.Position) error {
	if p.vouched == nil || common.Index >= p.vouched.before {
		return nil
	}
	err := &ForgottenError{Node: p.node, Want: p.vouched.before, Have: common}
	p.vouched.before = 0 // it is said once
	p.forget()
	return err
}

// checkSealed says if a copy that is in sync by the register lacks an entry that
// is known to be committed.
func (n *Node) checkSealed(p *progress, f frame.Sealed) error {
	commit := n.copy.state.Committed().Index
	common := n.copy.log.Common(f.History, f.Last)
	if common.Index >= commit || n.lobby.register.Awaiting || !n.lobby.register.IsInSync(p.node) {
		return nil // an adopted list may hold copies that were taken off it since
	}
	p.forget()
	return &ForgottenError{Node: p.node, Want: commit, Have: common}
}

// forget takes back that the copy has had the whole journal, and with it, as
// soon as the relay has heard of it, its place in the in-sync list.
func (p *progress) forget() {
	p.forgot = true
	p.reached, p.goal = false, 0
}
