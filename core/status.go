package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Status is how a node stands at one moment. Its slices are never changed.
type Status struct {
	Node        journal.NodeID
	Incarnation journal.Incarnation
	Name        string
	Role        frame.Role
	Open        bool             // this room has an open master, for all this node knows
	Epoch       journal.Epoch    // the newest accepted
	Last        journal.Position // the end of the journal
	Commit      journal.Position // of what no clean failover can take back
	Applied     journal.Position
	Register    register.Register
	Seated      bool // the registered master holds its seat
	Connected   bool // to the relay, and welcome
	Members     []register.Member
	Waiting     frame.Waiting // whom the room waits for, if it has no master
	Orphans     int           // final ones kept here
	Pending     int           // requests of this application without an answer
	Storage     string
	Leaving     bool
	Differed    uint64 // how often this copy's state was not what another one made of the same entries
}

// Status returns how the node stands after the last step.
func (n *Node) Status() Status {
	role := n.role()
	return Status{
		Node:        n.id(),
		Incarnation: n.copy.meta.Incarnation,
		Name:        n.cfg.Member.Name,
		Role:        role,
		Open:        role == frame.RoleMaster || role == frame.RoleReplica,
		Epoch:       n.copy.meta.Accepted,
		Last:        n.copy.log.Last(),
		Commit:      n.copy.state.Committed(),
		Applied:     n.copy.state.Applied(),
		Register:    n.lobby.register,
		Seated:      n.lobby.seated,
		Connected:   n.lobby.welcome,
		Members:     n.lobby.members,
		Waiting:     n.lobby.waiting,
		Orphans:     n.copy.orphans.final(),
		Pending:     len(n.outbox.open) + len(n.errands.open),
		Storage:     n.cfg.Storage,
		Leaving:     n.departure != nil,
		Differed:    n.differed,
	}
}

// role is what this node is at the moment.
func (n *Node) role() frame.Role {
	m := n.mastership
	switch {
	case !n.lobby.welcome:
		return frame.RoleOffline
	case m != nil && m.phase == phaseOpen:
		return frame.RoleMaster
	case m != nil:
		return frame.RoleClaiming
	case n.replica.caughtUp && n.lobby.seated && n.lobby.register.Epoch == n.copy.meta.Accepted:
		return frame.RoleReplica
	}
	return frame.RoleJoining
}

// Orphans returns the entries cut from this copy that people are told about.
func (n *Node) Orphans() []journal.Orphan {
	var final []journal.Orphan
	for _, o := range n.copy.orphans.list {
		if o.Final {
			final = append(final, o)
		}
	}
	return slices.Clip(final)
}
