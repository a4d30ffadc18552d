package sim

import (
	"bytes"
	"errors"
)

// stress is what goes wrong on a disk while a process uses it.
type stress struct {
	chance chance
	killed bool // the process is dead: every operation fails and does nothing
	killAt int  // it dies before its operation of that number, from 0; -1: never

	syncs  int   // the sync of that number from now fails, from 1; 0: none
	writes int   // the write of that number from now fails, from 1; 0: none
	room   int64 // bytes all files may have together; -1: no limit
	lying  bool  // a sync says that all is well and does nothing

	mayFail func() bool // asked before a sync fails; nil: it may

	forgot []string // files whose sync has failed, "" for the directory
	lied   int      // syncs that did nothing
	full   int      // writes that found no room
	short  int      // writes that failed otherwise
}

var (
	errKilled = errors.New("the process is dead")
	errSync   = errors.New("input/output error of a simulated sync")
	errWrite  = errors.New("input/output error of a simulated write")
	errFull   = errors.New("no space left on the simulated disk")
)

func newStress(c chance) stress { return stress{chance: c, killAt: -1, room: -1} }

// part is how much of a write gets done that does not come to its end.
func (s *stress) part(of int) int { return s.chance.IntN(of + 1) }

// due counts down to the operation that fails.
func due(countdown *int) bool {
	if *countdown == 0 {
		return false
	}
	*countdown--
	return *countdown == 0
}

// failSync reports whether the sync of a file fails, or of the directory, which
// has no name. The next ones say that all is well.
func (s *stress) failSync(name string) bool {
	if s.syncs == 0 || s.mayFail != nil && !s.mayFail() || !due(&s.syncs) {
		return false
	}
	s.forgot = append(s.forgot, name)
	s.writes, s.room = 0, -1 // or the store might have no way to note it
	return true
}

// lies reports whether this sync only says that it has worked.
func (s *stress) lies() bool {
	if s.lying {
		s.lied++
	}
	return s.lying
}

// admit says how much of a write gets done that makes its file grow by so many
// bytes, and why not all.
func (s *stress) admit(size int, growth int64, used func() int64) (int, error) {
	if due(&s.writes) {
		s.short++
		return s.part(size), errWrite
	}
	if s.room < 0 || growth <= 0 {
		return size, nil
	}
	if free := max(0, s.room-used()); growth > free {
		s.full++
		return max(0, size-int(growth-free)), errFull
	}
	return size, nil
}

// forget is what a failed sync does: what it was to make durable never will
// be. The system may go on showing it, or show what the disk has.
func (f *inode) forget(c chance) {
	f.pending, f.forgot = nil, true
	if c.hit(500) {
		f.live = bytes.Clone(f.durable)
	}
}

// confess ends a time of lies: all that was written becomes durable.
func (p *platter) confess() {
	p.stress.lying = false
	p.settleNames()
	for _, name := range p.list() {
		p.names[name].settle()
	}
}

// relieve ends all that goes wrong with the disk.
func (p *platter) relieve() {
	p.stress.syncs, p.stress.writes, p.stress.room = 0, 0, -1
	if p.stress.lying {
		p.confess()
	}
}
