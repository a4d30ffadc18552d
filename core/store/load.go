package store

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

// Load opens the copy and returns everything stored, once, before the first
// Write. A format that is too new for this program is a [*VersionError], and
// nothing is touched.
//
// Where something is damaged, or the copy may have forgotten what its node has
// promised, what can be read comes back under no identity: Stored.Meta.Node is
// zero, and the report says why.
func (s *Store) Load() (core.Stored, Report, error) {
	in := &scan{dir: s.dir}
	if err := in.read(); err != nil {
		return core.Stored{}, Report{}, fmt.Errorf("read the copy: %w", err)
	}
	if err := s.take(in); err != nil {
		s.failed = fmt.Errorf("open the copy for writing: %w", err)
		s.abandon()
		return core.Stored{}, Report{}, s.failed
	}
	s.loaded = true
	return in.stored, in.report, nil
}

// take makes the store go on where the scan has ended.
func (s *Store) take(in *scan) error {
	s.meta, s.orphans = in.stored.Meta, slices.Clone(in.stored.Orphans)
	s.snapshot = in.found.lastSnapshot()
	s.left = append(s.left, in.found.asides...)
	isDamaged := len(in.report.Damage) > 0
	if !isDamaged {
		if err := s.leave(in); err != nil {
			return err
		}
	}
	if err := s.discardAll(); err != nil {
		return err
	}
	var err error
	switch {
	case isDamaged:
		err = s.beginAgain(in)
	case in.found.isEmpty():
		err = s.begin()
	default:
		err = s.goOn(in)
	}
	if err != nil {
		return err
	}
	return s.saveState(s.inUse())
}

// leave lists the files for removal that a whole copy does not need. Where a
// start has ended that had found damage, they are its to set aside.
func (s *Store) leave(in *scan) error {
	var unneeded []string
	for _, number := range in.found.segments {
		if number < in.first {
			unneeded = append(unneeded, segmentName(number))
		}
	}
	for _, number := range in.found.snapshots {
		if number != in.replay.base.Snapshot {
			unneeded = append(unneeded, snapshotName(number))
		}
	}
	if in.status != kindDamaged {
		s.left = append(s.left, unneeded...)
		return nil
	}
	for _, name := range unneeded {
		if err := s.keepAside(in, name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) inUse() byte {
	if s.options.Lazy {
		return kindLazy
	}
	return kindOpen
}

// begin makes a place for a new copy. The state comes first: segments without
// it are damage.
func (s *Store) begin() error {
	if err := s.saveState(s.inUse()); err != nil {
		return err
	}
	return s.beginSegment(1, 1, wire.StoredBase{}, nil)
}

// beginSegment makes the segment that everything needed stands in.
func (s *Store) beginSegment(number, first uint64, base wire.StoredBase, entries []journal.Entry) error {
	w, err := s.newSegment(number, first, base)
	if err != nil {
		return err
	}
	s.w, s.begun, s.base, s.last = w, w.Size(), base, base.After
	s.starts = []start{{number, base.After}}
	for len(entries) > 0 {
		n := recordOf(entries)
		if err := s.collect(entries[:n]); err != nil {
			return err
		}
		s.addEntries()
		if err := flushPiece(w); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return s.place(w, segmentName(number))
}

// beginAgain puts what is readable of a damaged copy into a segment of its own,
// and then sets aside the files that it was in. The state says so from before:
// to who starts after a crash they are nothing that could be removed.
func (s *Store) beginAgain(in *scan) error {
	base := wire.StoredBase{}
	if snapshot := in.stored.Snapshot; snapshot != nil {
		at := snapshot.At()
		base = wire.StoredBase{Snapshot: in.replay.base.Snapshot, At: at, After: at.Index}
	}
	if in.found.hasState && in.status == 0 {
		if err := s.keepAside(in, stateName); err != nil {
			return err
		}
	}
	if err := s.saveState(kindDamaged); err != nil {
		return err
	}
	if err := s.beginSegment(in.found.highest+1, max(in.end.next, 1), base, in.stored.Entries); err != nil {
		return err
	}
	for _, number := range in.found.segments {
		if err := s.keepAside(in, segmentName(number)); err != nil {
			return err
		}
	}
	for _, number := range in.found.snapshots {
		if number == base.Snapshot {
			continue
		}
		if err := s.keepAside(in, snapshotName(number)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) keepAside(in *scan, name string) error {
	to, err := s.setAside(name)
	if err != nil {
		return err
	}
	in.report.SetAside = append(in.report.SetAside, to)
	return nil
}

// goOn continues a copy in its newest segment. After anything but a clean
// shutdown the file is copied first: its end may be torn, and where a sync has
// failed, what can be read from it may be nowhere but in memory.
func (s *Store) goOn(in *scan) error {
	s.base, s.starts = in.replay.base, in.starts
	s.last = in.replay.newest().last()
	name := segmentName(in.end.segment)
	if in.status != kindClosed || in.report.TornBytes > 0 {
		if err := s.copyStart(name, in.end.offset); err != nil {
			return err
		}
	}
	file, err := s.dir.Open(name, false)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	// What was written after the shutdown was marked may not be synced.
	if err := file.Sync(); err != nil {
		return errors.Join(fmt.Errorf("sync %s: %w", name, err), file.Close())
	}
	h := journal.Head{Kind: journal.KindSegment, Number: in.end.segment}
	s.begun = in.end.begun
	s.w = journal.Resume(file, name, h, in.end.offset, in.end.next, s.options.AheadBytes)
	if in.report.Renewed == "" {
		return nil
	}
	// The old identity must be gone before the state no longer tells why.
	s.addMeta(s.w)
	return s.w.Sync()
}

// copyStart replaces a file by a copy of its first bytes.
func (s *Store) copyStart(name string, size int64) error {
	from, err := s.dir.Open(name, false)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	to, err := create(s.dir, name+asideSuffix)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	err = copyBytes(to, from, size)
	if err == nil {
		err = to.Sync()
	}
	if err := errors.Join(err, to.Close(), from.Close()); err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	return replace(s.dir, name+asideSuffix, name)
}

// copyBytes copies that many bytes. The padding behind the newest record may be
// missing where it was being written: it is zeros.
func copyBytes(to, from journal.File, size int64) error {
	buf := make([]byte, min(size, 1<<20))
	for at := int64(0); at < size; at += int64(len(buf)) {
		buf = buf[:min(int64(len(buf)), size-at)]
		n, err := from.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		clear(buf[n:])
		if _, err := to.WriteAt(buf, at); err != nil {
			return err
		}
	}
	return nil
}
