package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
)

// Config says where and how a copy is kept. Dir is required; everything else
// has a default.
type Config struct {
	// Dir is the folder; it is made if it is not there. One that holds
	// something else is refused.
	Dir string

	// Room is whose copy it is. A copy of another room is an
	// [*OtherRoomError]. Default: whatever room's copy is there.
	Room string

	// Node is what people call the node. It is kept in the folder. Default: the
	// name kept there.
	Node string

	Fsync Fsync // default Always

	// SegmentBytes is when the journal goes on in a new file; see
	// [store.Options].
	SegmentBytes int64

	Logger host.Logger // told what was found at start, and of failures; default: nobody
}

func (c Config) validate() error {
	switch {
	case c.Dir == "":
		return errors.New("Dir is empty")
	case c.Fsync < Always || c.Fsync > Never:
		return fmt.Errorf("Fsync is %v, and none of always, interval and never", c.Fsync)
	case c.SegmentBytes < 0:
		return fmt.Errorf("SegmentBytes is %d, and can't be negative", c.SegmentBytes)
	}
	return nil
}

// Disk is the storage of a native node: a copy in a folder that no other
// process uses. It is safe for concurrent use.
type Disk struct {
	dir   string
	label Label
	fsync Fsync
	log   host.Logger
	lock  *Lock // nil if the directory is not of the operating system

	waiting atomic.Int32  // writes that wait for mu
	wrote   *bell         // rung when a write has ended
	stop    chan struct{} // closed by Close
	running sync.WaitGroup

	mu       sync.Mutex
	formers  []journal.NodeID
	store    *store.Store
	loaded   bool
	unsynced bool  // something was written since the last sync; unused with Always
	failed   error // the first error; nothing is written after it
	closed   bool
	closeErr error
}

var _ host.Storage = (*Disk)(nil)

var (
	errClosed    = errors.New("the disk is closed")
	errNotLoaded = errors.New("the disk was not loaded")
)

// Open locks a folder and returns the storage there. Nothing of the copy is
// read before Load. A folder in use is a [*HeldError], one with something else
// in it a [*ForeignError].
func Open(config Config) (*Disk, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	dir, err := OpenFolder(config.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = MakeFolder(config.Dir)
	}
	if err != nil {
		return nil, err
	}
	label, err := ReadLabel(config.Dir)
	switch {
	case errors.Is(err, ErrNoLabel):
		label.Room = config.Room
		err = checkFree(config.Dir)
	case err == nil && config.Room != "" && config.Room != label.Room:
		err = &OtherRoomError{Dir: config.Dir, Room: label.Room, Wanted: config.Room}
	}
	if err != nil {
		return nil, err
	}
	if config.Node != "" {
		label.Node = config.Node
	}
	lock, err := TakeLock(config.Dir, filepath.Join(config.Dir, lockFile), holderName(label))
	if err != nil {
		return nil, err
	}
	// Written again only by who has the lock: the holder's stays as it is.
	if kept, err := ReadLabel(config.Dir); err != nil || kept != label {
		if err := WriteLabel(config.Dir, label); err != nil {
			return nil, errors.Join(err, lock.Close())
		}
	}
	d := newDisk(dir, config)
	d.label, d.lock = label, lock
	if d.formers, err = readFormers(config.Dir); err != nil {
		d.say(host.LogWarn, "the former ids can't be read", keyError, err)
	}
	return d, nil
}

func holderName(label Label) string {
	if label.Node == "" {
		return "a node"
	}
	return "node " + label.Node
}

// aheadBytes of zeros before the journal's next bytes halve the time of a small
// write: its sync then finds the file's length as it was.
const aheadBytes = 1 << 20

// newDisk returns a Disk over any directory.
func newDisk(dir journal.Directory, config Config) *Disk {
	options := store.Options{SegmentBytes: config.SegmentBytes}
	if config.Fsync == Always {
		options.AheadBytes = aheadBytes
	} else {
		options.Lazy = true
	}
	return &Disk{
		dir: config.Dir, fsync: config.Fsync, log: config.Logger, store: store.New(dir, options),
		wrote: newBell(), stop: make(chan struct{}),
	}
}

// Dir returns the folder.
func (d *Disk) Dir() string { return d.dir }

// Label returns whose copy it is.
func (d *Disk) Label() Label { return d.label }

// Name returns "files", and for a copy that is not synced with every write
// "files/interval" or "files/never": it counts less, and people should see it.
func (d *Disk) Name() string {
	if d.fsync == Always {
		return "files"
	}
	return "files/" + d.fsync.String()
}

// Durable reports whether every write is synced before it is promised.
func (d *Disk) Durable() bool { return d.fsync == Always }

// Load returns everything stored. What was wrong with it goes to the Logger.
func (d *Disk) Load(context.Context) (core.Stored, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return core.Stored{}, errClosed
	}
	stored, report, err := d.store.Load()
	if err != nil {
		return core.Stored{}, err
	}
	d.loaded = true
	d.tell(report, isAlone(stored.Meta.Register, report.Former))
	d.noteFormer(report.Former)
	d.running.Go(d.work)
	if d.fsync == Interval {
		d.running.Go(d.syncNowAndThen)
	}
	d.wrote.ring() // what the last run has left to do
	return stored, nil
}

// Write stores records in order. With [Always] they are durable when it
// returns.
func (d *Disk) Write(_ context.Context, records []core.Record) error {
	d.waiting.Add(1)
	d.mu.Lock()
	d.waiting.Add(-1)
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return errClosed
	case !d.loaded:
		return errNotLoaded
	}
	d.unsynced = true
	d.fail("write", d.store.Write(records)) // which fails again after an error
	d.wrote.ring()
	return d.failed
}

// fail keeps the first error. The caller holds mu.
func (d *Disk) fail(operation string, err error) {
	if err == nil || d.failed != nil {
		return
	}
	d.failed = err
	d.say(host.LogError, "the disk failed", keyOperation, operation, keyError, err)
}

// Close ends what runs beside the writes, marks a clean shutdown, and lets
// other processes have the folder. Closing again returns the same error.
func (d *Disk) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		d.running.Wait()
		return d.closeErr
	}
	d.closed = true
	close(d.stop)
	d.mu.Unlock()
	d.running.Wait()
	if d.loaded {
		d.closeErr = d.store.Close()
	}
	if d.lock != nil {
		d.closeErr = errors.Join(d.closeErr, d.lock.Close())
	}
	return d.closeErr
}
