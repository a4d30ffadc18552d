package sim

import (
	"slices"
	"strings"
	"time"
)

// isSpare reports whether the room can do without the copy of a node. The
// master is another one, with a disk that is good, and stays in the list
// whatever is asked for at the moment: so the last clean copy is never lost.
func (n *nemesis) isSpare(v *node) bool {
	c := n.w.god.copies[n.w.god.reg.Epoch.Master]
	return v.durable && c != nil && c.id != v.id && c.durable && !c.lost && !c.node.disk.isDoubtful()
}

// spare is a running node with a disk that the room can do without; nil if
// there is none.
func (n *nemesis) spare() *node {
	if v := n.victim(); v != nil && n.isSpare(v) {
		return v
	}
	return nil
}

// withDisk is a running node with a disk; nil if there is none.
func (n *nemesis) withDisk() *node {
	if v := n.victim(); v != nil && v.durable {
		return v
	}
	return nil
}

func (n *nemesis) failDisk() {
	if v := n.spare(); v != nil {
		n.w.hits[DiskFailure]++
		c := n.w.god.copies[v.id]
		v.failDisk()
		c.lost = true
	}
}

// cutPower takes the power from one machine, or from many at once.
func (n *nemesis) cutPower() {
	first, share := n.withDisk(), pick(n.chance, 0, 0, 500, 1000)
	keep := keeper{chance: n.chance, permille: pick(n.chance, 0, 300, 700), torn: n.w.plan.has(TornWrite) && n.chance.hit(300)}
	for _, v := range n.w.nodes {
		if v.durable && (v == first || n.chance.hit(share)) {
			n.w.cutPower(v, keep)
		}
	}
}

func (n *nemesis) failSync() {
	if v := n.spare(); v != nil {
		s := &v.disk.platter.stress
		s.syncs, s.mayFail = 1+n.chance.IntN(3), func() bool { return n.isSpare(v) && !n.w.healing }
	}
}

func (n *nemesis) failWrite() {
	if v := n.withDisk(); v != nil {
		v.disk.platter.stress.writes = 1 + n.chance.IntN(5)
	}
}

func (n *nemesis) fillDisk() {
	if v := n.withDisk(); v != nil {
		p := v.disk.platter
		p.stress.room = p.bytes() + int64(n.chance.IntN(2000))
		n.w.after(n.chance.skewed(100*time.Millisecond, 3*time.Second), streamNemesis, func() { p.stress.room = -1 })
	}
}

func (n *nemesis) slowDisk() {
	if v := n.withDisk(); v != nil {
		v.disk.slowness = pick[time.Duration](n.chance, 100, 100, 2000)
		v.disk.slowUntil = n.w.now.Add(n.chance.skewed(100*time.Millisecond, 2*time.Second))
	}
}

func (n *nemesis) flipBit() {
	n.damage(BitFlip, func(p *platter, name string, at int64) (bool, error) { return p.flip(name, at) })
}

func (n *nemesis) loseSector() {
	n.damage(LostSector, func(p *platter, name string, at int64) (bool, error) { return p.blank(name, at) })
}

func (n *nemesis) misdirect() {
	n.damage(StaleSector, func(p *platter, name string, at int64) (bool, error) {
		other := p.names[pick(n.chance, p.list()...)].live
		if len(other) == 0 {
			return false, nil
		}
		from := n.chance.Int64N(int64(len(other)))
		return p.misdirect(name, at, slices.Clone(other[from-from%sectorBytes:]))
	})
}

func (n *nemesis) shortenFile() {
	n.damage(ShortFile, func(p *platter, name string, at int64) (bool, error) {
		if name == newestSegment(p) {
			return false, nil // its end may be anywhere: nothing is behind it
		}
		return true, p.shorten(name, at)
	})
}

func (n *nemesis) loseFile() {
	n.damage(LostFile, func(p *platter, name string, _ int64) (bool, error) { return true, p.lose(name) })
}

// damage ends a process and does something to one of its files while it is
// down. What a process has in memory does not come from its disk again, so that
// damage under a running process is found at the same place: at its next start.
func (n *nemesis) damage(f Fault, do func(p *platter, name string, at int64) (bool, error)) {
	v := n.spare()
	if v == nil || v.disk.store == nil {
		return
	}
	n.w.crash(v)
	p := v.disk.platter
	names := p.list()
	if len(names) == 0 {
		return
	}
	name := pick(n.chance, names...)
	end := int64(len(p.names[name].live))
	if name == newestSegment(p) {
		// Damage with nothing good behind it looks like a write that never came to
		// its end, and is taken for one.
		end = p.names[name].tail - sectorBytes
	}
	if end <= 0 {
		return
	}
	changed, err := do(p, name, n.chance.Int64N(end))
	if err != nil {
		n.w.failf("nemesis", "%s: %v: %v", v.name, f, err)
	}
	if changed {
		n.w.trace.note(n.w.now, v.name, f.String(), " in ", name)
		n.w.hits[f]++
		v.disk.damaged = true
	}
}

// newestSegment is the file that is being appended to.
func newestSegment(p *platter) string {
	newest := ""
	for _, name := range p.list() {
		if strings.HasSuffix(name, ".journal") {
			newest = name
		}
	}
	return newest
}
