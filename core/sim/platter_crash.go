package sim

import (
	"bytes"
	"maps"
	"slices"
)

// sectorBytes is what a disk writes in one piece.
const sectorBytes = 512

// cutPower is the end of the machine. All that was synced is kept. Of every
// other change it keeps any part, as the draw says: of names each by itself, of
// writes each sector by itself, the last one perhaps up to some byte. No order
// is kept. It reports whether anything was lost.
func (p *platter) cutPower(keep keeper) (lost bool) {
	p.kill()
	names := maps.Clone(p.durable)
	for i := range p.changes {
		if keep.it() {
			p.changes[i].apply(names)
		} else {
			lost = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		lost = names[name].cutPower(keep) || lost
	}
	p.names, p.durable, p.changes = names, maps.Clone(names), nil
	return lost
}

// keeper draws what of the unsynced changes outlives a power cut.
type keeper struct {
	chance   chance
	permille int  // of them
	torn     bool // the last write of a file is kept up to some byte
}

func (k keeper) it() bool { return k.chance.hit(k.permille) }

// cutPower leaves the file as the disk has it.
func (f *inode) cutPower(keep keeper) (lost bool) {
	if len(f.pending) == 0 && !f.forgot {
		return false
	}
	was := f.live
	for i := range f.pending {
		w := &f.pending[i]
		switch {
		case w.data == nil:
			if keep.it() {
				f.durable = w.apply(f.durable)
			}
		case keep.torn && i == len(f.pending)-1:
			if n := keep.chance.IntN(len(w.data) + 1); n > 0 {
				f.durable = (&piece{at: w.at, data: w.data[:n]}).apply(f.durable)
			}
		default:
			w.sectors(func(s piece) {
				if keep.it() {
					f.durable = s.apply(f.durable)
				}
			})
		}
	}
	f.pending, f.forgot = nil, false
	f.live = bytes.Clone(f.durable)
	return !bytes.Equal(was, f.live)
}

// sectors cuts a write where the disk does.
func (w *piece) sectors(each func(piece)) {
	for at, data := w.at, w.data; len(data) > 0; {
		n := min(len(data), sectorBytes-int(at%sectorBytes))
		each(piece{at: at, data: data[:n]})
		at, data = at+int64(n), data[n:]
	}
}

// clone is another disk with what a process sees on this one, all of it
// durable.
func (p *platter) clone(c chance) *platter {
	twin := newPlatter(c)
	for _, name := range p.list() {
		live := p.names[name].live
		file := &inode{live: bytes.Clone(live), durable: bytes.Clone(live)}
		twin.names[name], twin.durable[name] = file, file
	}
	return twin
}
