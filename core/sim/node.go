package sim

import (
	"fmt"
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// node is a place where a node runs: a process or a tab, with its disk.
type node struct {
	peer
	core    *core.Node
	durable bool

	spectator bool // is no candidate
	visible   bool
	prio      int32
	disk      disk
	lives     int // NodeIDs this place has had
	starts    int
	gone      bool // it has left in good order, or stopped

	downUntil journal.Instant  // it can't be started before, but to heal
	spoilt    bool             // it begins its next life with a wrong state
	altered   []journal.Change // what its disk gives back with another value, and a good checksum
}

// start begins a new life: with a copy that may not have forgotten anything as
// the same node, else as a new one.
func (n *node) start() {
	if n.isUp() || n.w.now < n.downUntil && !n.w.healing {
		return
	}
	stored, ok := n.open()
	if !ok {
		return
	}
	n.life++
	n.starts++
	n.gone = false
	if n.wall < n.ahead {
		n.w.hits[ClockBack]++
	}
	n.ahead = n.wall
	kind := register.KindProcess
	if !n.durable {
		kind = register.KindTab
	}
	made, err := core.New(core.Config{
		Room: roomName,
		Member: register.Member{
			Node: n.id, Name: n.name, Kind: kind, Candidate: !n.spectator,
			Priority: n.prio, Durable: n.isDurable(), Visible: n.visible,
		},
		Client:    n.w.clientID(n.name, n.starts),
		Storage:   "simulated",
		Seed:      n.electionSeed(),
		KeepBytes: n.w.options.KeepBytes,
	}, stored)
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

// electionSeed is another one for each node and each start.
func (n *node) electionSeed() uint64 {
	return newChance(n.w.options.Seed+uint64(n.starts), "elect "+n.name).Uint64()
}

// open reads the disk, and decides who the node is.
func (n *node) open() (core.Stored, bool) {
	if n.durable && n.disk.platter == nil {
		n.disk.platter = newPlatter(newChance(n.w.options.Seed, "platter "+n.name))
		n.disk.options.SegmentBytes, n.disk.options.AheadBytes = n.w.plan.segment, n.w.plan.ahead
		n.disk.plant = n.w.options.plant
	}
	if n.disk.platter != nil && n.w.nemesis != nil && !n.w.healing && n.w.plan.has(TornStore) && n.w.diskChance.hit(60) {
		n.disk.diesAt = 1 + n.w.diskChance.IntN(12)
	}
	stored, report, err := n.disk.load()
	if err != nil {
		n.w.trace.tell(n.w.now, n.name, "cannot read its disk: ", err.Error())
		n.openFailed(err)
		return core.Stored{}, false
	}
	for _, line := range reportLines(report) {
		n.w.trace.tell(n.w.now, n.name, line)
	}
	former := n.id
	if stored.Meta.Node.IsZero() {
		n.lives++
		n.id = n.w.names.id(n.name, n.lives)
	}
	n.w.god.loaded(n, former, stored, report)
	if len(n.altered) > 0 {
		n.alter(&stored)
	}
	if n.spoilt && !n.w.healing && n.spoil(&stored, n.w.diskChance) {
		n.w.hits[WrongState]++
		n.w.trace.note(n.w.now, n.name, "has a wrong state")
		n.w.god.spoilt(n.w.god.copies[n.id])
	}
	n.spoilt = false
	return stored, true
}

// alter changes values of what was stored, as a memory would that lost a bit
// before the checksum was taken: nothing but the state tells of it.
func (n *node) alter(stored *core.Stored) {
	stored.Entries = slices.Clone(stored.Entries)
	for i := range stored.Entries {
		e := &stored.Entries[i]
		e.Changes = slices.Clone(e.Changes)
		for k := range e.Changes {
			for _, c := range n.altered {
				if c.Key == e.Changes[k].Key {
					e.Changes[k].Value = c.Value
				}
			}
		}
	}
	n.altered = nil
}

// isDurable reports whether the copy is there after any end of the process. One
// that is not synced is there only after an end in good order.
func (n *node) isDurable() bool { return n.durable && !n.disk.options.Lazy }

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
	case core.Orphaned:
		n.w.tell(n)
	case core.Send, core.Replied, core.Alarm, core.Refuse, core.WakeAt, core.Disconnect:
	}
}

// shutDown ends the process in good order: what is on its way to the disk gets
// there, and so does what was sent.
func (n *node) shutDown() {
	n.gone = true
	d := &n.disk
	if len(d.waiting) > 0 && !d.failed {
		records, _ := d.take(len(d.waiting))
		if d.write(records) == nil {
			n.w.god.persisted(n, records)
		} else {
			n.w.god.unsure(n, records)
		}
	}
	n.w.god.unsure(n, d.onTheWay())
	_ = d.close() // what it leaves behind shows at the next start
	if c := n.conn; c != nil {
		n.conn = nil
		n.w.net.closeByPeer(c)
	}
	n.ended()
}

// crash ends the process, and its disk as it is.
func (n *node) crash() {
	n.disk.end()
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
