package frame

import (
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// Requests of nodes and clients, and their answers. ID is chosen by the asker
// and unique among its open requests.

// Op is one operation of a write.
//
//sumtype:decl
type Op interface{ op() }

// Set stores a value.
type Set struct {
	Key   string
	Value []byte

	// TTL is how long the key is to last, by the room's logical time; 0 for ever,
	// also where the key had a deadline before.
	TTL time.Duration
}

// Delete removes a key; its result is 1 if there was one, else 0.
type Delete struct{ Key string }

// Increment adds By to the decimal integer at Key (absent counts as 0); its
// result is the new number. It conflicts where the value is no such integer or
// the sum overflows int64.
//
// The key keeps its deadline.
type Increment struct {
	Key string
	By  int64
}

// Append adds bytes behind the value at Key, where absent counts as empty; its
// result is the new length. The key keeps its deadline.
type Append struct {
	Key   string
	Value []byte
}

// Expire gives a key a new deadline, TTL from now by the room's logical time,
// or with 0 none. Its result is 1 if there is such a key, else 0. The key gets a
// new revision.
type Expire struct {
	Key string
	TTL time.Duration
}

// Resolve changes nothing. As the only operation of a write by the origin of
// [journal.Resolution] it discards an orphan; behind others it makes their write
// the orphan's replay.
type Resolve struct {
	Orphan journal.Position
	Client journal.ClientID // whose write the orphan was
	Seq    uint64
}

// Condition must hold for a write to be made. It is evaluated once, by the
// master, before the first operation, against its latest state. Exactly one of
// the three kinds is set.
type Condition struct {
	Key      string
	Absent   bool          // there is no such key
	Revision journal.Index // the key's revision is this one, above 0
	HasValue bool          // the key's value is Value
	Value    []byte
}

// Write asks the master to apply operations as one entry. (Client, Seq) makes
// it exactly once: a write that was applied already is answered again, not
// applied again.
type Write struct {
	Origin     journal.Origin
	Conditions []Condition
	Ops        []Op
	Ack        journal.Ack
	Wait       time.Duration // how long the master may wait for the Ack condition

	// Known is the newest committed Index the asker knew when it first sent
	// this write. Retry is true when it was sent before. Together they tell a
	// master whose dedupe table has forgotten the client that it must not guess.
	Known journal.Index
	Retry bool

	// Degrade makes do with what there is where too few nodes are in sync for
	// Ack: the receipt says what it got.
	Degrade bool
}

// Written answers Write.
type Written struct {
	Client  journal.ClientID
	Seq     uint64
	Receipt Receipt  // when Failure is nil
	Results []int64  // one per operation
	Failure *Failure // nil when the Ack condition was met
}

// Receipt says where a write is and what its acknowledgement means.
type Receipt struct {
	Position journal.Position
	Ack      journal.Ack // what it got
	Copies   uint32      // in-sync copies known to have it when it was answered, the master included
	Durable  uint32      // of these, on storage that survives a restart
}

// Read asks for the keys of a range in order. A read of one key has Exact.
type Read struct {
	ID    uint64
	Level Level
	Key   string // the key with Exact, else the prefix
	Exact bool
	After string // continue behind this key; "" from the start
	Limit uint32 // at most this many; 0 is 1,000
	Bare  bool   // keys and revisions without values

	// Least is a position that the state read must cover, at its level: the copy
	// waits for it, at most for Wait, and then answers CodeTimeout. Where it can't
	// come any more, because the room's history goes on without it, the answer is
	// CodeSessionCut, and Failure.Position the newest position before it that is in
	// the history. Zero asks for nothing.
	Least journal.Position
	Wait  time.Duration
}

// ReadReply answers Read. A reply holds at most about 1 MiB; More says that
// there is more behind the last key.
type ReadReply struct {
	ID       uint64
	Items    []journal.Item
	More     bool
	Position journal.Position // of the state that was read
	Dirty    bool             // some of it is not committed
	Failure  *Failure
}

// Watch asks a copy for every change under a prefix from now on, or after From
// if it is not zero. A Watch with an ID in use replaces it. LevelCommitted shows
// what is committed. LevelLocal shows changes when the copy has them, and takes
// back those that are rolled back. There is no other level of a Watch.
type Watch struct {
	ID     uint64
	Prefix string
	Exact  bool // Prefix is one whole key
	From   journal.Position
	Level  Level
}

// Unwatch ends a Watch.
type Unwatch struct{ ID uint64 }

// Changes are changes, in order; all changes of one entry that match are in the
// same frame. The first Changes of a Watch has no events and says where it
// begins.
//
// After a gap the state follows: Items by key, as of Through, in one Changes or
// more. As long as More is true the rest of the state is to come; each part is
// asked for by [Proceed]. Behind the last part the watch goes on from Through.
// The events that a watch from an earlier position has to catch up with come in
// parts in the same way.
type Changes struct {
	ID      uint64
	Through journal.Position // everything up to here has been sent
	Gap     bool             // what lies between From and here can't be had any more
	Events  []journal.Event
	Items   []journal.Item // of the state, with Gap or behind it
	More    bool

	// Ahead says that From is behind the end of what this copy has at the watch's
	// level, which Through is: nothing is sent before the room has come so far.
	Ahead   bool
	Failure *Failure
}

// Proceed asks for the next part of what a Watch sends in parts.
type Proceed struct{ ID uint64 }

// ListOrphans asks a node for the orphans kept there, in the order of their
// positions.
type ListOrphans struct {
	ID    uint64
	After journal.Position // continue behind this one; zero from the start
	Only  journal.Position // only this one; its epoch may be given by number alone. Zero: all
	All   bool             // superseded ones too
	Limit uint32           // at most this many; 0 is 100
}

// OrphanList answers ListOrphans. It holds at most about 1 MiB beyond the first
// orphan; More says that there are more behind the last.
type OrphanList struct {
	ID      uint64
	Orphans []journal.Orphan
	More    bool
	Failure *Failure
}

// Probe asks a node how it stands.
type Probe struct{ ID uint64 }

// Report answers Probe.
type Report struct {
	ID      uint64
	Node    journal.NodeID
	Role    Role
	Epoch   journal.Epoch // the newest it has accepted
	Last    journal.Position
	Commit  journal.Position
	Applied journal.Position
	Orphans uint32 // final ones kept here
	Hash    uint64 // state hash at Applied
	Keys    uint64 // number of keys
	Storage string // "memory", "files", "opfs", ...

	// Differed counts how often this copy's state was found to differ from
	// another one's since it started; see [Differs].
	Differed uint64

	// Progress is the master's view of the others, by NodeID; empty elsewhere.
	Progress []Progress
	Failure  *Failure
}

// Role is what a node is at a moment.
type Role uint8

// The roles. A node is joining until it has heard from an open master.
const (
	RoleOffline  Role = 0
	RoleJoining  Role = 1
	RoleReplica  Role = 2
	RoleClaiming Role = 3 // has the mastership, but has not opened yet
	RoleMaster   Role = 4 // open
)

// String returns the word people see.
func (r Role) String() string {
	switch r {
	case RoleOffline:
		return "offline"
	case RoleJoining:
		return "joining"
	case RoleReplica:
		return "replica"
	case RoleClaiming:
		return "claiming"
	case RoleMaster:
		return "master"
	}
	return "unknown"
}

// Progress is what a master knows of one replica.
type Progress struct {
	Node  journal.NodeID
	Match journal.Position
	State string // "probing", "streaming" or "snapshot"
}

// Verify asks whether a position is in the history.
type Verify struct {
	ID       uint64
	Position journal.Position // a zero Epoch.Master is found by its number
}

// Verified answers Verify.
type Verified struct {
	ID       uint64
	Verdict  Verdict
	Position journal.Position // with the epoch's master filled in, where known
	Failure  *Failure
}

// Verdict is what became of a write.
type Verdict uint8

// The verdicts. A position above what is committed is unknown.
const (
	VerdictUnknown  Verdict = 0
	VerdictKept     Verdict = 1
	VerdictOrphaned Verdict = 2
)

// String returns the first word that verify prints.
func (v Verdict) String() string {
	switch v {
	case VerdictKept:
		return "kept"
	case VerdictOrphaned:
		return "orphaned"
	case VerdictUnknown:
	}
	return "unknown"
}

// Yield asks the master to hand over to a node, or to the first in succession
// if Successor is zero.
type Yield struct {
	ID        uint64
	Successor journal.NodeID
	Wait      time.Duration
}

// Yielded answers Yield once the new mastership is registered.
type Yielded struct {
	ID      uint64
	Epoch   journal.Epoch
	Failure *Failure
}
