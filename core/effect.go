package core

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/register"
)

// Effect is one thing the host must do for the node. A host starts the effects
// of a step in order. Store is the one that takes time: the host reports
// [Persisted] when it is done, and the node vouches for nothing before that.
//
//sumtype:decl
type Effect interface{ effect() }

// Send puts a frame on the newest connection. With no connection, or a full
// queue, the host drops it and closes the connection.
type Send struct {
	Head  frame.Head
	Frame frame.Frame
}

// Store writes records in order, behind those of every earlier Store. Seq rises
// by one each time.
type Store struct {
	Seq     uint64
	Records []Record
}

// Replied answers an [Asked], or brings Changes to a Watch of the application.
type Replied struct{ Frame frame.Frame }

// Orphaned brings writes that a failover rolled back, to be told to the
// application: entries cut from this copy in whose place something else is
// committed now. Each is told once; and once more after each start of the node,
// for as long as nobody has resolved it.
type Orphaned struct{ Orphans []journal.Orphan }

// Refuse says that an input from outside was not acted on. The host counts it
// and logs the first of a kind. State is as it was.
type Refuse struct {
	From  journal.NodeID // zero for the relay
	Frame frame.Frame
	Err   error
}

// WakeAt asks for a [Wake] at a moment; it replaces the request before. Zero
// asks for none.
type WakeAt struct{ At journal.Instant }

// Alarm says that something is wrong which no fault should lead to, and that
// somebody should look at it: see [DifferError]. The node mends it as well as it
// can and goes on. The host logs it and tells the application.
type Alarm struct{ Err error }

// Disconnect closes the connection. The host makes a new one after its usual
// pause.
type Disconnect struct{ Reason string }

// Stop ends the node: it must not be stepped again.
type Stop struct{ Err error }

// Gone ends [Leave]: nothing is left to hand over and goodbye is said. The node
// must not be stepped again.
type Gone struct{}

func (Send) effect()       {}
func (Store) effect()      {}
func (Replied) effect()    {}
func (Orphaned) effect()   {}
func (Refuse) effect()     {}
func (WakeAt) effect()     {}
func (Disconnect) effect() {}
func (Alarm) effect()      {}
func (Stop) effect()       {}
func (Gone) effect()       {}

// Record is one change of what a node has stored. A crash may lose any number
// of the newest records, never one before another that is kept.
//
//sumtype:decl
type Record interface{ record() }

// SaveMeta replaces the node's small facts.
type SaveMeta struct{ Meta Meta }

// Append adds entries behind the stored ones.
type Append struct{ Entries []journal.Entry }

// Cut removes the entries behind an index. Orphan records for them come before.
type Cut struct{ After journal.Index }

// SaveOrphans adds orphan records, or replaces those at the same position.
type SaveOrphans struct{ Orphans []journal.Orphan }

// DropOrphans removes orphan records.
type DropOrphans struct{ Positions []journal.Position }

// SaveSnapshot replaces the entries up to its position. With Reset it replaces
// all entries: the journal begins anew behind it.
type SaveSnapshot struct {
	Snapshot *keyspace.Snapshot
	History  journal.History // up to the snapshot's position
	Reset    bool
}

func (SaveMeta) record()     {}
func (Append) record()       {}
func (Cut) record()          {}
func (SaveOrphans) record()  {}
func (DropOrphans) record()  {}
func (SaveSnapshot) record() {}

// Meta is what a node must never forget besides its journal.
type Meta struct {
	Node        journal.NodeID
	Incarnation journal.Incarnation
	Accepted    journal.Epoch     // the newest epoch whose frames it has accepted or promised to
	Register    register.Register // the newest value it has seen
}

// sizeBytes estimates what the meta takes in storage.
func (m *Meta) sizeBytes() int {
	size := 128 + 32*len(m.Register.InSync)
	for _, l := range m.Register.Losses {
		size += 64 + 20*len(l.Missing)
	}
	return size
}

// raiseTo makes up for a Meta that was lost, or is older than a journal whose
// newest entry is of an epoch. That entry tells that the epoch was granted, so no
// older one is accepted; and that its master was in sync, so that a relay without
// a register does not take the copy for one without a history, but waits for
// that master.
func (m *Meta) raiseTo(epoch journal.Epoch) {
	if epoch.Number > m.Accepted.Number {
		m.Accepted = epoch
	}
	if epoch.Number > m.Register.Epoch.Number {
		m.Register = register.Register{
			Version: 1, Epoch: epoch, InSync: []register.Seat{{Node: epoch.Master}},
			Losses: m.Register.Losses, Settings: m.Register.Settings,
		}
	}
}

// Stored is everything a node has stored, as storage gives it back at start.
// The zero Stored is a copy that has never been used. One without a Meta.Node
// may have forgotten something, and starts under a new identity with what is
// here.
type Stored struct {
	Meta     Meta
	Snapshot *keyspace.Snapshot // nil if there is none
	History  journal.History    // up to the snapshot
	Entries  []journal.Entry    // behind the snapshot
	Orphans  []journal.Orphan   // by position
}
