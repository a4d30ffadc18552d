package store

// The kinds of records. A number is never used for anything else again.
const (
	// In segments. A segment begins with its base, the meta and the orphans: all
	// that stood before is needed only for its entries.
	kindBase        = 1 // wire.StoredBase
	kindMeta        = 2 // wire.StoredMeta
	kindEntries     = 3 // entries that follow each other
	kindCut         = 4 // the index behind which entries are removed
	kindOrphan      = 5 // an orphan record, in place of one at the same position
	kindDropOrphans = 6 // the positions of orphan records to remove
	kindMark        = 7 // nothing: it tells that what is before it was synced
	kindNext        = 8 // the number of the segment that follows: it must be there

	// In snapshots, which begin with a head and end with an end.
	kindSnapshotHead = 16 // wire.SnapshotHead
	kindPart         = 17 // keyspace.Part
	kindEnd          = 18 // the number of parts
	kindHistory      = 19 // wire.SnapshotHead with more of the history; behind the head

	// In portable copies, with a meta, the orphans, a snapshot and entries between
	// the two.
	kindCopyHead = 24 // wire.CopyHead
	kindCopyEnd  = 25 // the number of records, this one included

	// In the state file, which is one record: the number of the newest record of
	// the journal that was durable at that moment.
	kindOpen    = 32 // in use, each write synced; or its process was killed
	kindLazy    = 33 // in use, and writes are synced later
	kindClosed  = 34 // closed in good order: all records up to the number are there
	kindSuspect = 35 // a sync failed: nobody knows what is there

	kindImporting = 36 // a copy is being put there, and is no copy yet
	kindDamaged   = 37 // damage was found: what the copy does not need is being set aside
)

const (
	// entriesRecordBytes is about how much of several entries goes into one record.
	entriesRecordBytes = 64 << 10

	// positionsMax and epochsMax are how much of a list goes into one record,
	// where the list may be longer than the encoding allows.
	positionsMax = 8 << 10
	epochsMax    = 256

	// pieceBytes is how much of a snapshot is written at once.
	pieceBytes = 256 << 10

	// paceBytes is how much of the journal is written for each piece of a
	// snapshot at most, so that a snapshot is done long before the next is due.
	paceBytes = 128 << 10
)

const defaultSegmentBytes = 16 << 20
