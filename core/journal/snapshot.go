package journal

// Item is one key of a snapshot or of a read.
type Item struct {
	Key      string
	Value    []byte
	Revision Index // of the entry that wrote it last

	// Deadline is the logical time from which the key counts as gone; 0 for
	// never.
	Deadline Instant
}

// ClientRecord is one row of the dedupe table: what is known of one client's
// writes. It is part of the replicated state.
type ClientRecord struct {
	Client ClientID
	Last   Index        // of the client's newest entry
	Floor  uint64       // all writes below were answered to the client
	Done   []Span       // sequence numbers that were applied, rising, disjoint
	Kept   []KeptResult // answers of applied writes from Floor on, by Seq
}

// Span is a run of sequence numbers, both ends inclusive.
type Span struct{ From, To uint64 }

// KeptResult is the answer of one applied write, kept for its retry.
type KeptResult struct {
	Seq      uint64
	Position Position
	Results  []int64
}

// Event is one change of one key, as watchers see it.
type Event struct {
	Position Position
	Key      string
	Value    []byte
	Deleted  bool
	Deadline Instant // see [Item]

	// Expired says that the key's deadline had come; Deleted is true too.
	Expired bool

	// Retracted says that the change at Position, which this watch had shown
	// before it was committed, was rolled back. Value, Deleted and Deadline are of
	// the key as it is without everything that was rolled back together.
	Retracted bool
}
