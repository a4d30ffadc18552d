package store

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

// Options say how a copy is kept. The zero Options are the safe ones.
type Options struct {
	// Lazy means that Write does not sync: what is written becomes durable with
	// the next Sync or Close. A copy that was kept so and not closed may have
	// forgotten what it promised, and gets a new identity at the next start.
	Lazy bool

	// SegmentBytes is when the journal goes on in a new segment. Default 16 MiB.
	SegmentBytes int64

	// AheadBytes of zeros are written where a segment grows, so that the sync of
	// a small write need not wait for the file's new length. Default: none.
	AheadBytes int64
}

// Store is a copy in a directory. It is not safe for concurrent use.
type Store struct {
	dir     journal.Directory
	options Options
	failed  error // why nothing is written any more
	loaded  bool

	w        *journal.Writer // of the newest segment
	begun    int64           // how long that was with what stands at its beginning
	starts   []start         // of all segments, rising
	base     wire.StoredBase // what the newest segment stands on
	last     journal.Index   // of the newest entry
	meta     core.Meta
	orphans  []journal.Orphan // by position: each segment begins with all of them
	entries  []journal.Entry  // of this Write, not added to w yet
	snapshot uint64           // the highest number of a snapshot
	making   *snapshotWriter  // the snapshot that is being written; nil if none
	wanted   *core.SaveSnapshot
	pace     int      // bytes written since the last piece of a snapshot
	left     []string // files that nobody needs, to be removed
}

// New returns the store of a directory that no other store is using. Nothing
// is read or written before Load.
func New(dir journal.Directory, options Options) *Store {
	if options.SegmentBytes == 0 {
		options.SegmentBytes = defaultSegmentBytes
	}
	return &Store{dir: dir, options: options}
}

var (
	errNotLoaded = errors.New("the copy is not loaded")
	errClosed    = errors.New("the copy is closed")
)

// Write appends records in order. Unless the store is lazy they are durable
// when it returns. After an error the store takes no more writes.
func (s *Store) Write(records []core.Record) error {
	if err := s.usable(); err != nil {
		return err
	}
	return s.after(s.write(records))
}

func (s *Store) usable() error {
	if s.failed == nil && !s.loaded {
		return errNotLoaded
	}
	return s.failed
}

// after notes that the store has failed. Nobody knows then what of the last
// records is there, and after a failed sync not even a look at the file tells.
func (s *Store) after(err error) error {
	if err == nil {
		return nil
	}
	s.failed = err
	var sync *journal.SyncError
	if errors.As(err, &sync) {
		// What the disk does with this is its affair: the next start does not
		// trust the end of the file in any case, it copies it.
		_ = s.saveState(kindSuspect)
	}
	return err
}

func (s *Store) write(records []core.Record) error {
	for _, record := range records {
		if err := s.add(record); err != nil {
			return err
		}
	}
	s.addEntries()
	s.pace += s.w.Waiting()
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.keepPace(); err != nil {
		return err
	}
	if s.isFull() {
		return s.rotate(wire.StoredBase{Snapshot: s.base.Snapshot, At: s.base.At, After: s.last})
	}
	return nil
}

// keepPace writes as much of a snapshot as the journal has grown for.
func (s *Store) keepPace() error {
	for s.isMakingSnapshot() && s.pace >= paceBytes {
		s.pace -= paceBytes
		if err := s.makeSnapshot(); err != nil {
			return err
		}
	}
	s.pace = min(s.pace, paceBytes)
	return nil
}

// isFull reports whether the journal goes on in a new segment. What a segment
// begins with counts twice: all orphans stand there again, and where they are
// large, a new one after every few writes would write little else.
func (s *Store) isFull() bool {
	return s.w.Size()-s.begun >= max(s.options.SegmentBytes-s.begun, s.begun)
}

// settle writes what was added, and syncs it unless that comes later.
func (s *Store) settle() error {
	if s.options.Lazy {
		return s.w.Flush()
	}
	return s.w.Sync()
}

// Sync makes everything written durable. Only a lazy store needs it.
func (s *Store) Sync() error {
	if err := s.usable(); err != nil {
		return err
	}
	return s.after(s.w.Sync())
}

// Close finishes a snapshot that is being written, marks a clean shutdown and
// closes the files. After a failed Write or Sync it leaves no such mark.
func (s *Store) Close() error {
	if !s.loaded {
		return nil
	}
	s.loaded = false
	if s.failed != nil {
		s.abandon()
		return nil // it was said when it happened
	}
	s.failed = errClosed
	if err := s.after(s.close()); err != nil {
		return fmt.Errorf("close the copy: %w", err)
	}
	return nil
}

func (s *Store) close() error {
	if s.isMakingSnapshot() {
		// It may take longer than the process is given to end.
		if err := s.mark(); err != nil {
			s.abandon()
			return err
		}
	}
	for s.isMakingSnapshot() {
		if err := s.makeSnapshot(); err != nil {
			s.abandon()
			return err
		}
	}
	return errors.Join(s.mark(), s.w.Close())
}

// mark says that all of the copy is there.
func (s *Store) mark() error {
	if err := s.w.Sync(); err != nil {
		return err
	}
	return s.saveState(kindClosed)
}

// abandon closes the files as they are.
func (s *Store) abandon() {
	// What can't be closed is closed by the end of the process, and what is in it
	// is not trusted anyway.
	if s.making != nil {
		_ = s.making.w.Close()
	}
	if s.w != nil {
		_ = s.w.Close()
	}
}
