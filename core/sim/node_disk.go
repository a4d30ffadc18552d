package sim

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/store"
)

var (
	errFailed = errors.New("the store takes no more writes")
	errDisk   = errors.New("the simulated disk is broken")
)

// store gives records to the disk.
func (n *node) store(s core.Store) {
	d := &n.disk
	latency := time.Duration(0)
	if n.durable && !n.w.byHand {
		latency = n.w.diskChance.skewed(d.least, d.mean)
		if n.w.now < d.slowUntil {
			n.w.hits[SlowDisk]++
			latency *= d.slowness
		}
	}
	d.newest = max(d.newest, n.w.now.Add(latency))
	d.waiting = append(d.waiting, given{d.newest, s})
	n.planDisk()
}

func (n *node) planDisk() {
	d := &n.disk
	if d.busy || d.held || d.failed || len(d.waiting) == 0 {
		return
	}
	d.busy = true
	n.w.at(d.waiting[0].at, streamDisk, n.ifSameLife(func() {
		d.busy = false
		n.persist()
		n.planDisk()
	}))
}

// persist makes the stores durable whose time has come, and says so once.
func (n *node) persist() {
	d := &n.disk
	due := 0
	for due < len(d.waiting) && d.waiting[due].at <= n.w.now {
		due++
	}
	if due == 0 || d.failed {
		return
	}
	before := d.waiting
	records, seq := d.take(due)
	if err := d.write(records); err != nil {
		d.waiting = before
		if errors.Is(err, errKilled) { // by hand: see the command die
			n.w.trace.tell(n.w.now, n.name, "dies while it stores it")
			n.w.crash(n)
			return
		}
		n.diskFailed(err)
		return
	}
	n.w.god.persisted(n, records)
	n.step(core.Persisted{Seq: seq})
	n.planWork()
}

// planWork lets the store do what can wait, once nothing else is to be done.
func (n *node) planWork() {
	d := &n.disk
	if d.store == nil || d.working || n.w.byHand {
		return
	}
	d.working = true
	n.w.after(n.w.diskChance.skewed(time.Millisecond, 20*time.Millisecond), streamDisk, n.ifSameLife(func() {
		d.working = false
		if d.failed {
			return
		}
		if len(d.waiting) > 0 {
			n.planWork()
			return
		}
		more, err := d.work(n.w.diskChance)
		if err != nil {
			d.failed = true
			n.diskFailed(err)
		} else if more {
			n.planWork()
		}
	}))
}

// diskFailed tells the node that its disk is of no more use.
func (n *node) diskFailed(err error) {
	d := &n.disk
	d.failed = true
	n.w.hits[WriteFailure] += d.platter.stress.short
	n.w.hits[DiskFull] += d.platter.stress.full
	d.platter.stress.short, d.platter.stress.full = 0, 0
	if errors.Is(err, errSync) {
		n.w.hits[SyncFailure]++
	}
	n.step(core.StoreFailed{Err: err})
}

// failDisk breaks the disk for good. The node stops, and its place begins anew
// with an empty disk.
func (n *node) failDisk() {
	n.disk.failed = true
	n.step(core.StoreFailed{Err: errDisk})
	if n.isUp() {
		n.crash()
	}
	n.disk.replace(newPlatter(n.disk.platter.stress.chance))
}

// replace puts another disk in the place of this one.
func (d *disk) replace(p *platter) {
	p.kill()
	d.platter, d.replaced = p, true
}

// reportLines says what a disk has shown besides the copy.
func reportLines(r store.Report) []string {
	var lines []string
	if r.TornBytes > 0 {
		lines = append(lines, fmt.Sprintf("cuts %d bytes that were being written from its disk", r.TornBytes))
	}
	for _, err := range r.Damage {
		lines = append(lines, "finds damage: "+err.Error())
	}
	if len(r.SetAside) > 0 {
		lines = append(lines, "sets aside "+strings.Join(r.SetAside, ", "))
	}
	if r.Renewed != "" {
		lines = append(lines, "begins anew: "+r.Renewed)
	}
	return lines
}

// openFailed tries again after a while: the process that could not read its
// disk has ended.
func (n *node) openFailed(err error) {
	if !errors.Is(err, errKilled) && !errors.Is(err, errSync) && !errors.Is(err, errFull) && !errors.Is(err, errWrite) {
		n.w.failf("storage", "%s cannot read its disk: %v", n.name, err)
	}
	if n.w.byHand {
		return
	}
	n.w.after(n.w.diskChance.skewed(20*time.Millisecond, time.Second), streamNemesis, n.ifSameLife(n.start))
}

// crash kills a node. Where seeds say so it dies in the middle of what it does
// with its disk; else all that was on its way there is written. By hand nothing
// of it is.
func (w *World) crash(n *node) {
	w.trace.note(w.now, n.name, "killed")
	d := &n.disk
	w.god.unsure(n, d.onTheWay())
	switch {
	case d.platter == nil:
		w.hits[LostCopy]++
	case w.byHand || d.store == nil:
	case w.plan.has(TornStore):
		if d.interrupt(w.diskChance) {
			w.hits[TornStore]++
		}
	default:
		_ = d.write(d.onTheWay()) // nobody is told
	}
	n.crash()
}

// cutPower is the end of a node's machine.
func (w *World) cutPower(n *node, keep keeper) {
	if n.isUp() {
		w.crash(n)
	}
	if p := n.disk.platter; p != nil && p.cutPower(keep) {
		// A disk whose syncs have lied holds now what it held before: as if an
		// older one of itself had been put in its place.
		n.disk.replaced = n.disk.replaced || p.stress.lied > 0
		w.trace.note(w.now, n.name, "lost what was not synced")
		w.hits[PowerCut]++
		if keep.torn {
			w.hits[TornWrite]++
		}
	}
}
