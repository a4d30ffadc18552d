package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// amendment is a change of the in-sync list that the relay has not answered.
// It may be made or not, so it counts both ways: who is being added is waited
// for already, and who is being removed is still waited for.
type amendment struct {
	request uint64
	version register.Version // the value it is to change
	add     []frame.Addition
	remove  []journal.NodeID
}

func (a *amendment) removes(id journal.NodeID) bool {
	return a != nil && slices.Contains(a.remove, id)
}

// amendInSync asks the relay for the in-sync list that the facts call for.
func (n *Node) amendInSync() {
	m := n.mastership
	if m.amend != nil || (m.handover != nil && m.handover.request != 0) {
		return
	}
	a := &amendment{}
	expel, settled, needed := false, n.settles(), n.needsTheList()
	for _, seat := range n.lobby.register.InSync {
		if seat.Node == n.id() || needed {
			continue
		}
		p := m.find(seat.Node)
		switch {
		case p == nil, p.forgot:
			a.remove = append(a.remove, seat.Node)
		case m.phase != phaseOpen:
			if n.refusesToSeal(seat) && !n.lobby.register.Awaiting {
				a.remove = append(a.remove, seat.Node)
				expel = true
			}
		case seat.Volatile && n.lobby.register.Settings.NoVolatile && !n.lobby.register.Awaiting:
			a.remove = append(a.remove, seat.Node)
		case p.lags(n.now, n.lagLimit()):
			p.reached, p.goal = false, 0
			p.lagged, p.keptUpSince = true, 0
			a.remove = append(a.remove, seat.Node)
		}
	}
	if m.phase == phaseOpen {
		for _, p := range m.progress {
			if n.isReady(p) {
				a.add = append(a.add, frame.Addition{Node: p.node, Incarnation: p.incarnation})
			}
		}
	}
	if len(a.add)+len(a.remove) == 0 && !settled {
		return
	}
	a.request, a.version = n.lobby.nextRequest(), n.lobby.register.Version
	m.amend = a
	n.send(frame.ToRelay(), frame.Amend{
		Request: a.request, Version: n.lobby.register.Version, Epoch: m.epoch,
		Add: a.add, Remove: a.remove, Settled: settled, Expel: expel,
	})
}

// settles reports whether an adopted list has become one of complete copies: all
// of them have this mastership's start, and everything before it.
func (n *Node) settles() bool {
	m := n.mastership
	return n.lobby.register.Awaiting && m.phase == phaseOpen && n.copy.state.Committed().Index >= m.start
}

// needsTheList reports whether a node of an adopted list may be the only one in
// it that has stored all that was committed: this node has that from the list,
// too, but not on its disk yet.
func (n *Node) needsTheList() bool {
	m := n.mastership
	return n.lobby.register.Awaiting && m.phase == phaseOpen && n.copy.durable.Index < m.start
}

// refusesToSeal reports whether an in-sync node answers the relay's pings but
// not Seal, while others do.
func (n *Node) refusesToSeal(seat register.Seat) bool {
	m := n.mastership
	_, sealed := m.findSealed(seat.Node)
	return !sealed && n.now.Sub(m.since) >= sealLimit && len(m.sealed) > 0
}

// isReady reports whether a copy may join the in-sync list: in this epoch,
// incarnation and connection it has had the whole journal once, and now has
// everything committed and the epoch start. One that kept its seat over a
// restart is added once more, so that the register knows its incarnation. One
// that was taken off because it lagged has to keep up for a while first.
func (n *Node) isReady(p *progress) bool {
	if !p.durable && n.lobby.register.Settings.NoVolatile {
		return false
	}
	if p.forgot {
		p.forgot = n.lobby.register.IsInSync(p.node)
		return false
	}
	if !p.hasKeptUp(n.now, n.lagLimit()) || n.now < n.mastership.restsUntil(p.node) {
		return false
	}
	return p.reached && !n.lobby.register.IsInSyncAs(p.node, p.incarnation) &&
		p.match >= n.mastership.start && p.match >= n.copy.state.Committed().Index
}

// onAmended takes the relay's answer to an Amend. The new list came before, as
// Changed.
func (n *Node) onAmended(f frame.Answer) {
	m := n.mastership
	a := m.amend
	m.amend = nil
	// Gone: who was to be added has left. The facts are looked at again.
	if f.Code != frame.CodeOK && f.Code != frame.CodeGone && !n.isOvertaken(f, a.version) {
		n.abdicate("the relay refused to amend the in-sync list: " + f.Text)
	}
}

// isOvertaken reports whether the relay refused a change only because somebody
// has changed the settings meanwhile, which anybody may: this mastership goes on,
// and what changed came before the answer. So it is asked again at the new version.
func (n *Node) isOvertaken(f frame.Answer, version register.Version) bool {
	now := n.lobby.register
	return f.Code == frame.CodeStale && n.lobby.seated && now.Epoch == n.mastership.epoch &&
		f.Version == now.Version && now.Version > version
}

// matchOf is how far a node's copy is known to go, this one's included.
func (n *Node) matchOf(id journal.NodeID) journal.Index {
	if id == n.id() {
		return n.copy.durable.Index
	}
	if p := n.mastership.find(id); p != nil {
		return p.match
	}
	return 0
}

// advanceCommit moves the commit mark to the smallest match over the maximal
// in-sync set: the confirmed list and who is being added. Entries of older
// epochs commit only together with the epoch start.
func (n *Node) advanceCommit() {
	m := n.mastership
	if m == nil || m.phase != phaseOpen {
		return
	}
	commit := n.copy.durable.Index
	for _, seat := range n.lobby.register.InSync {
		commit = min(commit, n.matchOf(seat.Node))
	}
	if m.amend != nil {
		for _, a := range m.amend.add {
			commit = min(commit, n.matchOf(a.Node))
		}
	}
	if commit >= m.start {
		n.commitTo(commit)
	}
}

// replicas returns the in-sync replicas that count for an Ack of n: confirmed
// and not being removed.
func (n *Node) replicas() []journal.NodeID {
	var ids []journal.NodeID
	for _, seat := range n.lobby.register.InSync {
		if seat.Node != n.id() && !n.mastership.amend.removes(seat.Node) {
			ids = append(ids, seat.Node)
		}
	}
	return ids
}

// reachedBy returns the index that the master and count of the replicas have
// stored, 0 if there are not so many.
func (n *Node) reachedBy(count int) journal.Index {
	if count == 0 {
		return n.copy.durable.Index
	}
	var matches []journal.Index
	for _, id := range n.replicas() {
		matches = append(matches, n.matchOf(id))
	}
	if len(matches) < count {
		return 0
	}
	slices.Sort(matches)
	return min(n.copy.durable.Index, matches[len(matches)-count])
}
