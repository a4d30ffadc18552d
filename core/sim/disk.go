package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
)

// disk is where a node's records go: the journal's own code on a simulated
// platter. Records become durable in order, some time after they were given to
// it. The memory of a volatile node is a disk without a platter: it takes no
// time and ends with the node.
type disk struct {
	platter *platter
	options store.Options
	plant   func(journal.Directory) journal.Directory // a bug; nil for none
	store   *store.Store                              // of the running process; nil while none runs
	waiting []given
	newest  journal.Instant // when the newest of them is durable
	busy    bool            // an event stands in the agenda for the first of them
	working bool            // and one for work that can wait
	held    bool            // by hand: nothing becomes durable
	failed  bool            // the store takes no more writes of this process
	diesAt  int             // the next process dies at its operation of that number, from 1; 0: it does not

	least, mean time.Duration   // of one write
	slowUntil   journal.Instant // writes take that many times as long till then
	slowness    time.Duration

	closed   bool // the last process has closed it in good order
	suspect  bool // a process has ended while it opened its copy
	damaged  bool // something was done to it since it was read
	replaced bool // by another disk since it was read
}

// given is one Store on its way.
type given struct {
	at journal.Instant
	core.Store
}

// load begins a process's use of the disk.
func (d *disk) load() (core.Stored, store.Report, error) {
	d.waiting, d.busy, d.working, d.newest, d.slowUntil, d.failed = nil, false, false, 0, 0, false
	if d.platter == nil {
		return core.Stored{}, store.Report{}, nil
	}
	d.platter.begin()
	if d.diesAt > 0 {
		d.platter.stress.killAt, d.diesAt = d.diesAt-1, 0
	}
	forgot := d.platter.stress.forgot
	dir := journal.Directory(d.platter)
	if d.plant != nil {
		dir = d.plant(dir)
	}
	d.store = store.New(dir, d.options)
	stored, report, err := d.store.Load()
	if err != nil {
		// A process that could not even open its copy has promised nothing, and
		// what it did may have been the beginning of a new identity.
		d.platter.stress.forgot, d.suspect = forgot, true
		closed := d.closed
		d.end()
		d.closed = closed
		return core.Stored{}, store.Report{}, err
	}
	d.platter.stress.killAt = -1
	return stored, report, nil
}

// write makes records durable in one piece, as a host does with all that waits.
func (d *disk) write(records []core.Record) error {
	if d.platter == nil {
		return nil
	}
	if d.failed {
		return errFailed
	}
	err := d.store.Write(records)
	d.failed = err != nil
	return err
}

// end is the end of the process. What it has written stays.
func (d *disk) end() {
	if d.platter != nil {
		d.platter.kill()
	}
	d.store, d.closed, d.waiting = nil, false, nil
}

// close is the end of the process in good order.
func (d *disk) close() error {
	if d.store == nil {
		return nil
	}
	err := d.store.Close()
	clean := err == nil && !d.failed
	d.end()
	d.closed = clean
	return err
}

// work does a piece of what can wait. A lazy store is synced now and then.
func (d *disk) work(c chance) (more bool, err error) {
	if d.options.Lazy && c.hit(100) {
		if err := d.store.Sync(); err != nil {
			return false, err
		}
	}
	return d.store.Work()
}

// take removes the first stores from those on their way, and gives their
// records.
func (d *disk) take(count int) (records []core.Record, seq uint64) {
	for _, s := range d.waiting[:count] {
		records = append(records, s.Records...)
		seq = s.Seq
	}
	d.waiting = d.waiting[count:]
	return records, seq
}

// onTheWay lists the records that are not durable yet.
func (d *disk) onTheWay() []core.Record {
	var records []core.Record
	for _, s := range d.waiting {
		records = append(records, s.Records...)
	}
	return records
}

// mayHaveForgotten reports whether what the disk holds now may be less than
// what it was said to hold. What was to become a snapshot or a state says
// nothing until it has its name, so no sync of it is missed.
func (d *disk) mayHaveForgotten() bool {
	return d.platter != nil && (d.options.Lazy && !d.closed ||
		slices.ContainsFunc(d.platter.stress.forgot, func(name string) bool { return strings.HasSuffix(name, ".journal") }))
}

// isSuspect reports whether the copy may begin under a new identity without
// having forgotten anything, and may have said so to a process that is gone.
func (d *disk) isSuspect() bool {
	return d.suspect || d.platter != nil && len(d.platter.stress.forgot) > 0
}

// relieve ends what goes wrong with the disk.
func (d *disk) relieve() {
	if d.platter != nil {
		d.platter.relieve()
	}
}

// isDoubtful reports whether something was done to the disk that may have cost
// it its copy.
func (d *disk) isDoubtful() bool {
	return d.damaged || d.replaced || d.platter == nil || len(d.platter.stress.forgot) > 0
}

// interrupt lets the process die in the middle of what it does with its disk:
// after some operations of a write, of which the last may be half done, or of
// its background work. It reports whether anything was left undone.
func (d *disk) interrupt(c chance) bool {
	p := d.platter
	p.stress.killAt = p.done + c.IntN(pick(c, 3, 3, 12))
	if n := len(d.waiting); n > 0 && !d.failed {
		records, _ := d.take(1 + c.IntN(n))
		_ = d.store.Write(records) // whose outcome nobody learns
	} else if !d.failed {
		for more, err := true, error(nil); more && err == nil; {
			more, err = d.store.Work()
		}
	}
	return p.stress.killed
}
