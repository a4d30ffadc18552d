package store

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/wire"
)

// assemble puts snapshot and entries together, and decides whether the copy is
// all that its node has promised.
func (s *scan) assemble() error {
	s.checkEnd()
	s.stored.Meta, s.stored.Orphans = s.replay.meta, s.replay.orphans
	if err := s.readBase(); err != nil {
		return err
	}
	if len(s.report.Damage) > 0 {
		s.renew("it is damaged")
	}
	switch s.status {
	case kindLazy:
		s.renew("it was not closed, and not every write of it was synced")
	case kindSuspect:
		s.renew("its disk has failed to sync")
	case kindDamaged:
		s.renew("it was damaged")
	}
	if s.report.Renewed != "" {
		s.report.Former, s.report.FormerIncarnation = s.stored.Meta.Node, s.stored.Meta.Incarnation
		s.stored.Meta = forgetful(s.stored.Meta)
	}
	return nil
}

// forgetful is the meta of a copy that may have forgotten what it promised: it
// promised under another name. What it must not go below stays.
func forgetful(m core.Meta) core.Meta {
	return core.Meta{Accepted: m.Accepted, Register: m.Register}
}

// checkEnd compares the journal with what was noted when the copy was opened or
// closed: a file that has lost its end looks like one that never had it.
func (s *scan) checkEnd() {
	if s.status != kindSuspect && s.end.next < s.known+1 {
		s.damaged(&DamageError{
			File: segmentName(s.end.segment), Offset: s.end.offset, Record: s.end.next,
			Err: fmt.Errorf("it ends there, but record %d was on this disk", s.known),
		})
	}
}

// readBase reads the snapshot that the newest segment stands on, and finds the
// entries that follow it.
func (s *scan) readBase() error {
	var at journal.Position
	if base := s.replay.base; base.Snapshot != 0 {
		snapshot, history, err := s.readSnapshot(base)
		if err := s.take(err); err != nil {
			return err
		}
		if snapshot != nil {
			at = snapshot.At()
			s.stored.Snapshot, s.stored.History = snapshot, history
		}
	}
	for i := len(s.replay.runs) - 1; i >= 0; i-- {
		entries, ok := s.replay.runs[i].behind(at)
		if ok {
			s.stored.Entries = entries
			s.leaveBehind(i)
			return nil
		}
		if len(s.report.Damage) == 0 {
			s.damaged(&DamageError{
				File: segmentName(s.first), Err: fmt.Errorf("the entries behind %v are missing", at),
			})
		}
	}
	s.leaveBehind(-1)
	return nil
}

// leaveBehind reports the entries of the other runs that go further than the
// copy does.
func (s *scan) leaveBehind(chosen int) {
	last := lastOf(s.stored).Index
	for i, r := range s.replay.runs {
		if i != chosen && len(r.entries) > 0 && r.last() > last {
			s.report.Beyond = append(s.report.Beyond, r.entries)
		}
	}
}

func (s *scan) readSnapshot(base wire.StoredBase) (*keyspace.Snapshot, journal.History, error) {
	name := snapshotName(base.Snapshot)
	r, closeFile, err := s.open(name, journal.KindSnapshot)
	if err != nil {
		return nil, nil, err
	}
	defer closeFile()
	in := &snapshotReader{name: name, records: r}
	snapshot, history, err := in.read()
	s.report.Files = append(s.report.Files, FileInfo{Name: name, Bytes: r.Size(), Records: in.count})
	if err != nil {
		return nil, nil, err
	}
	if snapshot.At() != base.At {
		err := fmt.Errorf("it is of %v, but the journal stands on %v", snapshot.At(), base.At)
		return nil, nil, &DamageError{File: name, Err: err}
	}
	return snapshot, history, nil
}

// readState reads how the copy was left. Without that nobody knows whether it
// may have forgotten something.
func (s *scan) readState() error {
	r, closeFile, err := s.open(stateName, journal.KindState)
	if err == nil {
		defer closeFile()
		err = s.takeState(r)
	}
	return s.take(err)
}

func (s *scan) takeState(r *journal.Reader) error {
	record, err := r.Next()
	if err != nil {
		return &DamageError{File: stateName, Offset: r.Offset(), Record: r.Expect(), Err: err}
	}
	n, err := wire.ReadNumber(record.Payload)
	if err == nil && (record.Kind < kindOpen || record.Kind > kindDamaged) {
		err = errors.New("it says nothing that is known here")
	}
	if err != nil {
		return damageAt(stateName, record, err)
	}
	if record.Kind == kindImporting {
		return ErrUnfinished
	}
	s.report.Closed = record.Kind == kindClosed
	s.status, s.known = record.Kind, n
	return nil
}
