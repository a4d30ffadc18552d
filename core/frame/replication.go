package frame

import (
	"github.com/understudy-dev/understudy/core/journal"
)

// Between master and replicas. Head.Epoch is the mastership they belong to.

// Seal asks a copy to store Head.Epoch and to refuse every frame of an older
// epoch from then on.
type Seal struct{}

// Sealed is the promise: stored first, sent second.
type Sealed struct {
	Incarnation journal.Incarnation
	Last        journal.Position // the durable last position
	History     journal.History
}

// Fetch asks a sealed copy, during recovery, for what follows After. The
// source answers with Supply frames, or with a snapshot (Chunk) if its journal
// no longer reaches back that far.
type Fetch struct {
	Nonce uint64
	After journal.Position
}

// Supply is a part of a sealed copy's journal. Only the Fetch with the same
// Nonce makes it welcome.
type Supply struct {
	Nonce   uint64
	Prev    journal.Position
	Entries []journal.Entry
	Last    journal.Position // where the source's journal ends
	Refused bool             // the source cannot: it is not sealed in this epoch, or does not have After
}

// Replicate carries entries from the master to a replica. Without entries it
// carries the commit mark, or asks a replica where it stands.
type Replicate struct {
	Prev    journal.Position // the entry before the first one here
	Entries []journal.Entry
	Commit  journal.Index

	// Hash is the master's state hash at the last entry here, or at Prev where
	// there is none; 0 where it does not say.
	Hash uint64
}

// Differs says that the state at a position has another hash here than the
// master said: one of the two copies is wrong, and it is this one that is made
// anew. The master takes it off the in-sync list and sends a snapshot.
type Differs struct {
	Incarnation journal.Incarnation
	At          journal.Position
	Hash        uint64 // here
}

// Elect is what strategies say to each other while the room has no master; see
// package election. Number is the epoch number that is to be claimed: what is
// said for another one has no effect.
type Elect struct {
	Number journal.EpochNumber
	Kind   ElectKind

	// Priority and Node are the candidate's that it is about.
	Priority int32
	Node     journal.NodeID
	Last     journal.Position // the end of that candidate's journal
	Round    uint64           // tells rounds of one vacancy apart
}

// ElectKind says what an [Elect] means.
type ElectKind uint8

// The kinds, with the strategies that know them.
const (
	ElectCall        ElectKind = 1 // bully: does anybody better live?
	ElectAlive       ElectKind = 2 // bully: yes, leave it to me
	ElectCoordinator ElectKind = 3 // bully, ring: this one claims
	ElectToken       ElectKind = 4 // ring: the best so far
	ElectPreAsk      ElectKind = 5 // vote: would you vote for me?
	ElectPreGrant    ElectKind = 6 // vote: I would
	ElectAsk         ElectKind = 7 // vote: your vote, please
	ElectGrant       ElectKind = 8 // vote: you have it
	ElectDeny        ElectKind = 9 // vote: not you, in either round
)

// Ack says that everything up to Match is checked against the master's journal
// and durable here.
type Ack struct {
	Incarnation journal.Incarnation
	Match       journal.Position
}

// Behind says that Prev of a Replicate is not in this journal, and what is.
type Behind struct {
	Incarnation journal.Incarnation
	Last        journal.Position
	History     journal.History
}

// Chunk is one part of a snapshot. Parts are numbered from 0 and follow the
// order of the keys; clients come with the last ones.
type Chunk struct {
	Nonce   uint64           // the Fetch it answers; 0 in steady state
	At      journal.Position // the position of the snapshot
	Number  uint32
	Items   []journal.Item
	Clients []journal.ClientRecord
	Sum     uint64 // xxhash64 over the part's content; see keyspace.SumPart

	// With the last part only.
	Done    bool
	Time    journal.Instant // logical time at At
	Hash    uint64          // state hash at At
	Evicted journal.Index   // see keyspace.Part
	History journal.History // epoch history up to At
	Commit  journal.Index
}

// ChunkAck asks for the next part: the window of a snapshot is one part ahead.
// Resume after a reconnect is a ChunkAck with Number of the last part held.
type ChunkAck struct {
	Incarnation journal.Incarnation
	Nonce       uint64
	At          journal.Position
	Number      uint32
}
