package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/register"
)

// node is a place where a node runs: a process or a tab, with its disk.
type node struct {
	peer
	core    *core.Node
	durable bool
	visible bool
	prio    int32
	disk    disk
	lives   int // NodeIDs this place has had
	starts  int
	gone    bool // it has left in good order, or stopped
}

// start begins a new life: on a durable disk as the same node, else as a new one.
func (n *node) start() {
	if n.isUp() {
		return
	}
	if !n.durable || n.disk.stored.Meta.Node.IsZero() {
		n.lives++
		n.id = n.w.names.id(n.name, n.lives)
		n.disk.stored = core.Stored{}
	}
	n.life++
	n.starts++
	n.gone = false
	kind := register.KindProcess
	if !n.durable {
		kind = register.KindTab
	}
	made, err := core.New(core.Config{
		Room: roomName,
		Member: register.Member{
			Node: n.id, Name: n.name, Kind: kind, Candidate: true,
			Priority: n.prio, Durable: n.durable, Visible: n.visible,
		},
		Client:    n.w.clientID(n.name, n.starts),
		Storage:   "simulated",
		Strategy:  n.w.strategy,
		KeepBytes: n.w.options.KeepBytes,
	}, n.disk.load())
	if err != nil {
		n.w.fail("start", fmt.Sprintf("%s: %v", n.name, err))
		return
	}
	n.core, n.machine = made, made
	n.w.god.started(n)
	n.w.net.dial(&n.peer)
	if n.started != nil {
		n.started()
	}
}

const roomName = "room"

// performOwn does what only nodes ask for.
func (n *node) performOwn(e core.Effect) {
	switch e := e.(type) {
	case core.Store:
		n.store(e)
	case core.Stop:
		n.w.stops++
		n.w.trace.note(n.w.now, n.name, "stopped: ", e.Err.Error())
		n.shutDown()
	case core.Gone:
		n.shutDown()
	case core.Send, core.Replied, core.Refuse, core.WakeAt, core.Disconnect:
	}
}

// shutDown ends the process in good order: what is on its way to the disk gets
// there, and so does what was sent.
func (n *node) shutDown() {
	n.gone = true
	n.w.god.persisted(n, n.disk.lose(n.disk.onTheWay()))
	if c := n.conn; c != nil {
		n.conn = nil
		n.w.net.closeByPeer(c)
	}
	n.ended()
}

// crash ends the process. Of what is on its way to the disk, keep records get
// there.
func (n *node) crash(keep int) {
	n.w.god.persisted(n, n.disk.lose(keep))
	n.ended()
}

func (n *node) ended() {
	n.end()
	n.core = nil
	n.w.god.ended(n)
	n.w.usersOf(n, (*user).hostEnded)
	if n.w.nemesis != nil {
		n.w.nemesis.revive(n)
	}
}

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
	d.waiting = append(d.waiting, store{d.newest, s})
	n.planDisk()
}

func (n *node) planDisk() {
	d := &n.disk
	if d.busy || d.held || len(d.waiting) == 0 {
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
	seq := uint64(0)
	for len(d.waiting) > 0 && d.waiting[0].at <= n.w.now {
		s := d.waiting[0]
		d.waiting = d.waiting[1:]
		for _, r := range s.Records {
			d.write(r)
		}
		n.w.god.persisted(n, s.Records)
		seq = s.Seq
	}
	if seq > 0 {
		n.step(core.Persisted{Seq: seq})
	}
}

// failDisk makes the disk refuse what is on its way. The node stops, and the
// place begins anew without a copy: nobody knows what this disk has.
func (n *node) failDisk() {
	n.disk.waiting, n.disk.busy = nil, false
	n.step(core.StoreFailed{Err: errDisk})
	if n.isUp() {
		n.crash(0)
	}
	n.disk.stored = core.Stored{}
}

var errDisk = errors.New("no space left on the simulated disk")
