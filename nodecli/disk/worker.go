package disk

import "time"

// How long the disk must have been quiet before what can wait is done, and how
// long that waits at most while writes keep coming.
const (
	quietAfter  = 20 * time.Millisecond
	overdueTime = time.Second
)

// work does what the store can do later. It begins when the disk is quiet, or
// when that has not come for a second, and goes on piece by piece: while writes
// keep coming, one piece after each.
func (d *Disk) work() {
	for d.awaitQuiet() {
		for d.workPiece() {
			if d.waiting.Load() > 0 && !d.wrote.await(d.stop) {
				return
			}
		}
	}
}

// awaitQuiet waits for a write and then until no other one follows, which it
// looks for now and then. It returns false at the end of the disk.
func (d *Disk) awaitQuiet() bool {
	if !d.wrote.await(d.stop) {
		return false
	}
	began := time.Now()
	look := time.NewTicker(quietAfter)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if !d.wrote.hasRung() || time.Since(began) >= overdueTime {
				return true
			}
		case <-d.stop:
			return false
		}
	}
}

// workPiece does one bounded piece, and reports whether there is more.
func (d *Disk) workPiece() (more bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.failed != nil {
		return false
	}
	more, err := d.store.Work()
	d.fail("tidy up", err)
	return more && err == nil
}

// syncNowAndThen keeps what a kill or a power cut can take below [SyncEvery].
func (d *Disk) syncNowAndThen() {
	every := time.NewTicker(SyncEvery)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			d.sync()
		case <-d.stop:
			return
		}
	}
}

func (d *Disk) sync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.unsynced || d.closed || d.failed != nil {
		return
	}
	d.unsynced = false
	d.fail("sync", d.store.Sync())
}
