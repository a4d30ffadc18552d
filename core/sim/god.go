package sim

import (
	"slices"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// god sees every copy, in memory and on disk, the register, and every answer
// that was given. It learns all of it from effects, so it needs no access to
// the inside of a node. The checks are in the check files; each is incremental.
type god struct {
	w       *World
	known   map[journal.Position]*known
	copies  map[journal.NodeID]*copyView
	order   []*copyView             // in the order of their first start
	makers  map[journal.Epoch]maker // who wrote entries of an epoch
	reg     register.Register       // the newest that promises are made by
	lists   map[journal.EpochNumber]register.Register
	commits []*known // the committed history; [i] has index i+1
	origins map[origin]*known
	asked   map[origin][]frame.Write   // what users have asked for
	askedAt map[origin]journal.Instant // when the first of them did
	states  states

	resolved map[origin]bool // writes of which a committed entry has replayed or discarded the orphans

	masters map[journal.EpochNumber]journal.NodeID // who was granted an epoch number first
	highest journal.EpochNumber                    // of all that were granted

	spoiltAt  journal.Instant // when a copy had a wrong state last; 0 for never
	unclean   int             // loss records so far
	lossEpoch journal.Epoch   // of the newest: what was committed before is at risk
}

// known is one entry that was ever made, with everything before it.
type known struct {
	prev  *known // nil before the first
	entry journal.Entry

	holders     []*copyView // that had it on their disk at some time, but for who may drop it
	committedAt journal.Instant
	committed   bool
	final       bool // some copy has told people that it is an orphan
	finalAfter  int  // loss records there were then
	ruledOut    bool // somebody was told that its receipt is orphaned, before any loss
	atRisk      bool // committed before a mastership began without any complete copy
	givenUp     bool // and some copy has replaced its whole journal, this included
	acked       bool // its writer was told ok
	ack         journal.Ack
	hash        uint64 // the state hash behind it, once somebody reported it
}

type origin struct {
	client journal.ClientID
	seq    uint64
}

// maker is the node, and its incarnation, that an epoch belongs to.
type maker struct {
	node        *copyView
	incarnation journal.Incarnation
}

// copyView is one copy, by NodeID. It stays after the copy has ended: what it
// had acknowledged, it had.
type copyView struct {
	id      journal.NodeID
	name    string
	node    *node
	durable bool
	running bool
	lost    bool // the storage is gone for good
	spoilt  bool // its state is not what its entries make
	mem     logView
	disk    logView       // what it was told to be durable
	unsure  []core.Record // what came behind that when it ended: any number of them may be there

	role   frame.Role
	epoch  journal.Epoch // accepted
	commit journal.Position
}

// logView is a journal with its orphans, in memory or on disk.
type logView struct {
	log     []*known // [i] has index i+1; all of it, compacted or not
	orphans []journal.Orphan
	meta    core.Meta
}

func newGod(w *World) *god {
	return &god{
		w:        w,
		known:    map[journal.Position]*known{},
		copies:   map[journal.NodeID]*copyView{},
		makers:   map[journal.Epoch]maker{},
		lists:    map[journal.EpochNumber]register.Register{},
		masters:  map[journal.EpochNumber]journal.NodeID{},
		origins:  map[origin]*known{},
		asked:    map[origin][]frame.Write{},
		askedAt:  map[origin]journal.Instant{},
		states:   newStates(),
		resolved: map[origin]bool{},
	}
}

func (v *logView) holds(k *known) bool {
	i := int(k.entry.Position.Index)
	return i <= len(v.log) && v.log[i-1] == k
}

func (v *logView) holdsPosition(p journal.Position) bool {
	i := int(p.Index)
	return p.IsZero() || (i <= len(v.log) && v.log[i-1].entry.Position == p)
}

func (v *logView) last() journal.Position {
	if len(v.log) == 0 {
		return journal.Position{}
	}
	return v.log[len(v.log)-1].entry.Position
}

// started takes note of a node that begins a life. Its memory is its disk.
func (g *god) started(n *node) {
	c := g.copyAt(n)
	c.running, c.node = true, n
	c.role, c.commit = frame.RoleOffline, journal.Position{}
	c.mem = logView{log: slices.Clone(c.disk.log), orphans: slices.Clone(c.disk.orphans), meta: c.disk.meta}
}

// copyAt is the copy that a place has now.
func (g *god) copyAt(n *node) *copyView {
	c := g.copies[n.id]
	if c == nil {
		c = &copyView{id: n.id, name: g.w.names.of(n.id), node: n, durable: n.isDurable()}
		g.copies[n.id] = c
		g.order = append(g.order, c)
	}
	return c
}

// ended takes note of the end of a node's process.
func (g *god) ended(n *node) {
	if c := g.copies[n.id]; c != nil && c.node == n {
		c.running = false
		c.lost = c.lost || !c.durable && !n.disk.closed
		c.role = frame.RoleOffline
	}
}

// copyOf is the copy that a peer keeps; nil for a client, and for a process
// that another one with the same copy has taken the place of.
func (g *god) copyOf(p *peer) *copyView {
	if c := g.copies[p.id]; c != nil && &c.node.peer == p {
		return c
	}
	return nil
}

// afterStep looks at what a node or client has just done.
func (g *god) afterStep(p *peer, in core.Input, effects []core.Effect) {
	c := g.copyOf(p)
	if c == nil {
		return
	}
	for _, e := range effects {
		switch e := e.(type) {
		case core.Send:
			g.checkSent(c, e)
		case core.Replied:
			if w, ok := e.Frame.(frame.Written); ok && !carriesWritten(in) {
				g.checkAcked(c, w)
			}
			if r, ok := e.Frame.(frame.Report); ok && r.Node == c.id {
				g.checkHash(c, r.Applied, r.Hash)
			}
		case core.Alarm:
			g.checkAlarm(c, e)
		case core.Store, core.Orphaned, core.Refuse, core.WakeAt, core.Disconnect, core.Stop, core.Gone:
		}
	}
}

// carriesWritten reports whether an answer to a write came from elsewhere.
func carriesWritten(in core.Input) bool {
	switch in := in.(type) {
	case core.Received:
		_, ok := in.Frame.(frame.Written)
		return ok
	case core.Batch:
		return slices.ContainsFunc(in.Inputs, carriesWritten)
	case core.Connected, core.Disconnected, core.Persisted, core.StoreFailed, core.Wake,
		core.Asked, core.Forget, core.Appeared, core.Leave:
	}
	return false
}

// beforeEffects takes the records of a step into the view of the memory: the
// node has them already, whatever becomes of its effects.
func (g *god) beforeEffects(p *peer, effects []core.Effect) {
	c := g.copyOf(p)
	if c == nil {
		return
	}
	var orphans []journal.Orphan
	var dropped []journal.Orphan
	for _, e := range effects {
		s, ok := e.(core.Store)
		if !ok {
			continue
		}
		for _, r := range s.Records {
			g.checkRecord(c, r)
			dropped = append(dropped, c.mem.named(r)...)
			g.apply(c, &c.mem, r)
			if s, ok := r.(core.SaveOrphans); ok {
				orphans = append(orphans, s.Orphans...)
			}
		}
	}
	g.look(c)
	// Behind what was committed in the same step: that makes orphans final.
	for _, o := range orphans {
		g.checkOrphan(c, o)
	}
	for _, o := range dropped {
		g.checkDropped(c, o)
	}
}

func (g *god) apply(c *copyView, v *logView, r core.Record) {
	switch r := r.(type) {
	case core.SaveMeta:
		v.meta = r.Meta
	case core.Append:
		for i := range r.Entries {
			v.log = append(v.log, g.known[r.Entries[i].Position])
		}
	case core.Cut:
		v.log = v.log[:min(int(r.After), len(v.log))]
	case core.SaveOrphans:
		for _, o := range r.Orphans {
			i, found := findOrphan(v.orphans, o.Entry.Position)
			if found {
				v.orphans[i] = o
			} else {
				v.orphans = slices.Insert(v.orphans, i, o)
			}
		}
	case core.DropOrphans:
		v.orphans = slices.DeleteFunc(v.orphans, func(o journal.Orphan) bool {
			return slices.Contains(r.Positions, o.Entry.Position)
		})
	case core.SaveSnapshot:
		if r.Reset {
			v.log = g.chain(r.Snapshot.At())
			for _, k := range v.log {
				if v == &c.disk && !slices.Contains(k.holders, c) {
					k.holders = append(k.holders, c)
				}
			}
		}
	}
}

func findOrphan(list []journal.Orphan, p journal.Position) (int, bool) {
	return slices.BinarySearchFunc(list, p, func(o journal.Orphan, p journal.Position) int {
		return o.Entry.Position.Compare(p)
	})
}

// chain lists a known entry and all before it, the first first.
func (g *god) chain(p journal.Position) []*known {
	log := make([]*known, p.Index)
	for k := g.known[p]; k != nil; k = k.prev {
		log[k.entry.Position.Index-1] = k
	}
	return log
}

// look compares what a node says of itself with what is known.
func (g *god) look(c *copyView) {
	s := c.node.core.Status()
	c.role, c.epoch = s.Role, s.Epoch
	if s.Role == frame.RoleMaster {
		g.checkFloor(c, s.Register)
	}
	if s.Last != c.mem.last() {
		g.fail("records", "%s ends at %v, but its records end at %v", c.name, s.Last, c.mem.last())
	}
	if s.Commit != c.commit {
		g.checkCommit(c, s.Commit)
		c.commit = s.Commit
	}
}

func (g *god) fail(check, format string, args ...any) { g.w.failf(check, format, args...) }
