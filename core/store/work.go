package store

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

// Work does a bounded piece of what can be done later: a part of a snapshot,
// removing what a snapshot has replaced, a mark behind the newest record. The
// owner calls it when no write waits, until there is no more. After an error
// the store takes no more writes.
func (s *Store) Work() (more bool, err error) {
	if err := s.usable(); err != nil {
		return false, err
	}
	switch {
	case s.isMakingSnapshot():
		err = s.makeSnapshot()
	case len(s.left) > 0:
		err = s.discardNext()
	case !s.options.Lazy && !s.w.IsTold():
		addMark(s.w)
		err = s.w.Flush()
	}
	return s.isMakingSnapshot() || len(s.left) > 0, s.after(err)
}

func (s *Store) isMakingSnapshot() bool { return s.making != nil || s.wanted != nil }

// makeSnapshot does the next piece of a snapshot: beginning it, with a new
// segment, so that the old ones can go when it is done; a part; and its end,
// with a segment that stands on it.
func (s *Store) makeSnapshot() error {
	if s.making == nil {
		return s.beginSnapshot()
	}
	made := s.making
	if !made.done {
		return made.step()
	}
	if err := made.finish(s.dir); err != nil {
		return err
	}
	s.making = nil
	return s.rotate(wire.StoredBase{Snapshot: made.number, At: made.snapshot.At(), After: s.last})
}

func (s *Store) beginSnapshot() error {
	wanted := s.wanted
	s.wanted = nil
	if err := s.rotate(wire.StoredBase{Snapshot: s.base.Snapshot, At: s.base.At, After: s.last}); err != nil {
		return err
	}
	s.snapshot++
	made, err := newSnapshotWriter(s.dir, s.snapshot, wanted.Snapshot, wanted.History)
	if err != nil {
		return err
	}
	s.making = made
	return nil
}

func (s *Store) discardNext() error {
	name := s.left[0]
	s.left = s.left[1:]
	return s.discard(name)
}

// discardAll removes what nobody needs before anything is written: the disk may
// be full of it. What it was replaced by is made durable first.
func (s *Store) discardAll() error {
	if len(s.left) == 0 {
		return nil
	}
	if err := s.dir.Sync(); err != nil {
		return fmt.Errorf("sync the folder: %w", &journal.SyncError{Err: err})
	}
	for len(s.left) > 0 {
		if err := s.discardNext(); err != nil {
			return err
		}
	}
	return nil
}

// discard removes a file that nobody needs. A segment in which something is
// damaged stays under another name: people may want to see it.
func (s *Store) discard(name string) error {
	number, ok := numberOf(name, segmentSuffix)
	if ok && !s.isWhole(number) {
		_, err := s.setAside(name)
		return err
	}
	if err := s.dir.Remove(name); err != nil {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return nil
}

// isWhole compares a segment with its checksums. What is in it is not read: a
// write may be waiting.
func (s *Store) isWhole(number uint64) bool {
	r, closeFile, err := (&scan{dir: s.dir}).open(segmentName(number), journal.KindSegment)
	if err != nil {
		return false
	}
	defer closeFile()
	good := -1
	for ; err == nil; good++ {
		_, err = r.Next()
	}
	return good > 0 && errors.Is(err, io.EOF)
}

// setAside gives a file a name that no copy uses, and returns it.
func (s *Store) setAside(name string) (string, error) {
	to := name + damagedSuffix
	names, err := s.dir.List()
	if err != nil {
		return "", fmt.Errorf("list the files: %w", err)
	}
	for i := 2; slices.Contains(names, to); i++ {
		to = fmt.Sprintf("%s%s-%d", name, damagedSuffix, i)
	}
	if err := s.dir.Replace(name, to); err != nil {
		return "", fmt.Errorf("set %s aside: %w", name, err)
	}
	return to, nil
}

// saveState notes how the copy is left.
func (s *Store) saveState(kind byte) error {
	name := stateName + asideSuffix
	file, err := create(s.dir, name)
	if err != nil {
		return err
	}
	var newest uint64
	if s.w != nil {
		newest = s.w.Synced()
	}
	w := journal.NewWriter(file, name, journal.Head{Kind: journal.KindState, Number: 1, First: 1}, 0)
	w.Add(kind, func(dst []byte) []byte { return wire.AppendNumber(dst, newest) })
	if err := w.Sync(); err != nil {
		return errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return err
	}
	return replace(s.dir, name, stateName)
}
