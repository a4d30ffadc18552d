package frame

import (
	"time"

	"github.com/understudy-dev/understudy/core/register"
)

// Limits. Whoever receives checks them; whoever sends keeps them. Going over
// one is answered with its name and both numbers, and costs neither data nor,
// where the protocol can go on, the connection.
const (
	KeyMaxBytes        = 1 << 10         // one key
	ValueMaxBytes      = 1 << 20         // one value
	BatchMaxOps        = 1000            // operations of one write
	EntryMaxChanges    = BatchMaxOps + 1 // of an entry: a write's, and which orphan they resolve
	BatchMaxBytes      = 1 << 20         // keys and values of one write; a single Set may reach KeyMaxBytes + ValueMaxBytes
	FrameMaxBytes      = 4 << 20         // one encoded envelope with its payload
	RoomNameMaxBytes   = 128
	NodeNameMaxBytes   = 64
	NodesPerRoomMax    = register.MaxSeats
	RoomsMax           = 10_000   // per relay
	QueueMaxBytes      = 16 << 20 // waiting for one connection
	WindowMaxBytes     = 4 << 20  // sent to one replica and not yet acknowledged
	ReplicateMaxBytes  = 1 << 20  // entries of one Replicate or Supply, beyond the first
	ChunkMaxBytes      = 1 << 20  // content of one snapshot part, beyond the first item
	DedupeMaxClients   = 10_000   // rows of the dedupe table
	ScanMaxItems       = 1000     // items of one ReadReply
	ReplyMaxBytes      = 1 << 20  // items of one ReadReply, beyond the first
	PendingWritesMax   = 10_000   // writes a master holds while they wait
	WatchesPerAskerMax = 1000
	WaitsPerAskerMax   = 1000 // reads of one peer that a copy holds until it has what they name
)

// Times. All may be changed in a Config; these are the defaults.
const (
	PingEvery   = 1 * time.Second
	DeadAfter   = 3 * time.Second
	OpenAfter   = 250 * time.Millisecond // how long a new room waits for a durable candidate
	ReturnAfter = 35 * time.Second       // after its own start, a relay gives volatile nodes this long to return
)

// How long a key may be asked to last.
const (
	TTLMin = 1 * time.Millisecond
	TTLMax = 100 * 365 * 24 * time.Hour
)

// The protocol versions this code speaks, both inclusive.
const (
	VersionMin uint16 = 1
	VersionMax uint16 = 1
)
