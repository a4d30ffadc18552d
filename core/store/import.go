package store

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/wire"
)

// ErrUnfinished means that a crash has ended an [Import]. The folder holds a
// part of a copy that nothing opens; it can be removed, and the archive be
// imported again.
var ErrUnfinished = errors.New("the import of a copy into it was not finished")

// NotEmptyError says that there are files where a copy was to be made.
type NotEmptyError struct {
	File string // one of them
}

// Error names the file.
func (e *NotEmptyError) Error() string { return fmt.Sprintf("%s is there already", e.File) }

// NewRoom says that a room begins again with an imported copy, because no other
// copy of it is left.
type NewRoom struct {
	Node journal.NodeID  // fresh and random: the copy's identity
	At   journal.Instant // of the loss record
}

// Import makes a copy of an archive in an empty directory. The copy has no
// identity and gets one at its first start: the archive's node may be running,
// and has promised things since. With begin it has the identity given there, and
// an empty relay grants it the room; see [register.Anew].
//
// A directory with files in it is a [*NotEmptyError], and nothing is touched. A
// crash on the way leaves a directory that every later Load and Import refuses;
// so does an error.
func Import(dir journal.Directory, a Archive, begin *NewRoom) error {
	names, err := dir.List()
	if err != nil {
		return fmt.Errorf("list the files: %w", err)
	}
	if len(names) > 0 {
		return &NotEmptyError{File: names[0]}
	}
	s := New(dir, Options{})
	s.meta, s.orphans = forgetful(a.Stored.Meta), a.Stored.Orphans
	if begin != nil {
		s.meta = anew(a.Stored, *begin)
	}
	if err := s.saveState(kindImporting); err != nil {
		return err
	}
	if err := s.importAll(a.Stored); err != nil {
		s.abandon()
		return err
	}
	return nil
}

func anew(s core.Stored, begin NewRoom) core.Meta {
	meta := forgetful(s.Meta)
	number := max(meta.Accepted.Number, lastOf(s).Epoch.Number)
	meta.Register = register.Anew(meta.Register, number, begin.Node, begin.At)
	meta.Node = begin.Node
	return meta
}

// importAll writes the snapshot and one segment that stands on it, and then says
// that all of it is there.
func (s *Store) importAll(stored core.Stored) error {
	base := wire.StoredBase{}
	if stored.Snapshot != nil {
		at := stored.Snapshot.At()
		base = wire.StoredBase{Snapshot: 1, At: at, After: at.Index}
		if err := s.saveWhole(1, stored.Snapshot, stored.History); err != nil {
			return err
		}
	}
	if err := s.beginSegment(1, 1, base, stored.Entries); err != nil {
		return err
	}
	if err := s.saveState(kindClosed); err != nil {
		return err
	}
	return s.w.Close()
}
