package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

// scan reads a copy and changes nothing.
type scan struct {
	dir    journal.Directory
	found  contents
	replay replay
	stored core.Stored
	report Report

	status byte   // of the state file; 0 if it can't be read
	known  uint64 // the newest record that was durable when it was written
	first  uint64 // the oldest segment that is needed
	end    ending
	starts []start // of the segments read, rising
}

// start says behind which entry a segment begins.
type start struct {
	segment uint64
	after   journal.Index
}

// ending is where the newest segment ends.
type ending struct {
	segment uint64
	begun   int64  // behind all that stands at the beginning of a segment
	offset  int64  // behind the newest good record
	next    uint64 // the number of the record that would follow
}

// errMissing is the damage of a file that is not there.
var errMissing = errors.New("the file is missing")

// errNoBase is the damage of a segment that does not begin with its base.
var errNoBase = errors.New("it does not say what it stands on")

// read takes everything readable. What it returns as an error leaves nothing
// known: the disk did not answer, or a format is too new. Damage is in the
// report.
func (s *scan) read() error {
	var err error
	s.found, err = list(s.dir)
	if err != nil {
		return err
	}
	if s.found.isEmpty() && !s.found.hasState {
		return nil
	}
	if err := s.readState(); err != nil {
		return err
	}
	if s.found.isEmpty() && (s.status == kindOpen || s.status == kindLazy) && s.known == 0 {
		return nil // a crash came before the first segment
	}
	if len(s.found.segments) == 0 {
		s.damaged(&DamageError{File: segmentName(1), Err: errMissing})
		s.renew("its journal is missing")
		return nil
	}
	if err := s.findFirst(); err != nil {
		return err
	}
	if err := s.readSegments(); err != nil {
		return err
	}
	return s.assemble()
}

func (s *scan) damaged(err error) { s.report.Damage = append(s.report.Damage, err) }

// take notes damage, and returns every other error.
func (s *scan) take(err error) error {
	var damage *DamageError
	if errors.As(err, &damage) {
		s.damaged(damage)
		return nil
	}
	return err
}

// renew says why the copy starts under a new identity.
func (s *scan) renew(why string) {
	if s.report.Renewed == "" {
		s.report.Renewed = why
	}
}

// findFirst walks back through the beginnings of the segments, to the oldest
// one that is needed. Where one can't be read, it is the oldest there is.
func (s *scan) findFirst() error {
	segments := s.found.segments
	s.first = segments[len(segments)-1]
	var at journal.Index
	for i := len(segments) - 1; i >= 0; i-- {
		base, err := s.baseOf(segments[i])
		var damage *DamageError
		if errors.As(err, &damage) {
			s.first = segments[0] // read all of it: reading will name the damage
			return nil
		}
		if err != nil {
			return err
		}
		s.first = segments[i]
		if i == len(segments)-1 {
			at = base.At.Index
		}
		if base.After <= at {
			return nil
		}
		if i == 0 || segments[i-1] != segments[i]-1 {
			s.damaged(&DamageError{File: segmentName(segments[i] - 1), Err: errMissing})
			return nil
		}
	}
	return nil
}

func (s *scan) baseOf(segment uint64) (wire.StoredBase, error) {
	r, closeFile, err := s.open(segmentName(segment), journal.KindSegment)
	if err != nil {
		return wire.StoredBase{}, err
	}
	defer closeFile()
	record, err := r.Next()
	switch {
	case errors.Is(err, io.EOF) || err == nil && record.Kind != kindBase:
		return wire.StoredBase{}, &DamageError{File: segmentName(segment), Offset: r.Offset(), Err: errNoBase}
	case err != nil:
		return wire.StoredBase{}, err
	}
	base, err := wire.ReadBase(record.Payload)
	if err != nil {
		return wire.StoredBase{}, damageAt(segmentName(segment), record, err)
	}
	return base, nil
}

func damageAt(name string, record journal.Record, err error) error {
	return &DamageError{File: name, Offset: record.Offset, Record: record.Number, Err: err}
}

// open opens a file of records. One that is not there is damaged.
func (s *scan) open(name string, kind journal.FileKind) (*journal.Reader, func(), error) {
	file, err := s.dir.Open(name, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &DamageError{File: name, Err: errMissing}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", name, err)
	}
	closeFile := func() { _ = file.Close() } // nothing was written
	r, err := journal.NewReader(file, name, kind)
	if err == nil && !isNamed(name, r.Head()) {
		// Its records bear out each other, and not its name: a disk that has put
		// the beginning of one file over that of another makes such a one.
		err = &DamageError{File: name, Err: fmt.Errorf("it is file %d", r.Head().Number)}
	}
	if err != nil {
		closeFile()
		return nil, nil, err
	}
	return r, closeFile, nil
}

// readSegments replays the segments that are needed.
func (s *scan) readSegments() error {
	segments := s.found.segments
	segments = segments[slices.Index(segments, s.first):]
	for i, number := range segments {
		if i > 0 && number != segments[i-1]+1 {
			s.damaged(&DamageError{File: segmentName(segments[i-1] + 1), Err: errMissing})
			s.replay.skip()
		}
		var before ending
		if i > 0 && s.end.segment == number-1 {
			before = s.end
		}
		if err := s.take(s.readSegment(number, before)); err != nil {
			return err
		}
	}
	if s.replay.next {
		s.damaged(&DamageError{File: segmentName(segments[len(segments)-1] + 1), Err: errMissing})
	}
	return nil
}

// readSegment replays one segment behind the end of the one before it; the zero
// ending stands for one that is not known.
func (s *scan) readSegment(number uint64, before ending) error {
	r, closeFile, err := s.open(segmentName(number), journal.KindSegment)
	if err != nil {
		s.replay.skip()
		return err
	}
	defer closeFile()
	if before.segment != 0 && before.next != r.Head().First {
		s.damaged(&DamageError{
			File: segmentName(before.segment), Offset: before.offset, Record: before.next,
			Err: fmt.Errorf("it ends there, but the next file goes on with record %d", r.Head().First),
		})
		s.replay.skip()
	}
	info := FileInfo{Name: segmentName(number), Bytes: r.Size()}
	begun, err := s.replaySegment(r, &info)
	s.report.Files = append(s.report.Files, info)
	s.end = ending{segment: number, begun: begun, offset: r.Offset(), next: r.Expect()}
	if s.replay.next {
		s.end.next-- // what says so has no number of its own
	}
	s.report.TornBytes = r.Torn()
	return err
}

// replaySegment also returns where what stands at the beginning of the segment
// ends.
func (s *scan) replaySegment(r *journal.Reader, info *FileInfo) (begun int64, err error) {
	begins := true
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			s.checkBegun(r, info)
			return begun, nil
		}
		if err != nil {
			if err := s.take(err); err != nil {
				return begun, err
			}
			s.replay.skip()
			again, ok := r.Skip()
			if !ok {
				return begun, nil
			}
			record = again
		}
		info.Records++
		if begins = begins && isBeginning(record.Kind); begins {
			begun = r.Offset()
		}
		if err := s.replay.apply(record); err != nil {
			s.damaged(damageAt(info.Name, record, err))
			s.replay.skip()
		}
		if record.Kind == kindBase {
			s.starts = append(s.starts, start{r.Head().Number, s.replay.base.After})
		}
	}
}

func isBeginning(kind byte) bool { return kind == kindBase || kind == kindMeta || kind == kindOrphan }

// checkBegun takes a segment of which nothing can be read for damaged: it had its
// base when it got its name.
func (s *scan) checkBegun(r *journal.Reader, info *FileInfo) {
	if info.Records > 0 {
		return
	}
	s.damaged(&DamageError{File: info.Name, Offset: r.Offset(), Record: r.Expect(), Err: errNoBase})
	s.replay.skip()
}
