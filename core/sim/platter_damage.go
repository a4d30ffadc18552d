package sim

import (
	"bytes"
	"fmt"
)

// Damage is done to what is at rest: it is in what a process reads, and it
// outlives a power cut.

// flip turns one bit of a file.
func (p *platter) flip(name string, at int64) (changed bool, err error) {
	return p.spoil(name, at, 1, func(b []byte) { b[0] ^= 1 << (at % 8) })
}

// blank makes a sector of a file zeros: the disk has lost it.
func (p *platter) blank(name string, at int64) (changed bool, err error) {
	return p.spoil(name, at-at%sectorBytes, sectorBytes, func(b []byte) { clear(b) })
}

// misdirect puts the content of another place over a sector of a file, as a
// disk does that writes to the wrong one, or shows what a place held before.
func (p *platter) misdirect(name string, at int64, other []byte) (changed bool, err error) {
	return p.spoil(name, at-at%sectorBytes, sectorBytes, func(b []byte) { copy(b, other) })
}

// spoil changes some bytes of a file, as far as it has them.
func (p *platter) spoil(name string, at, size int64, change func([]byte)) (changed bool, err error) {
	file := p.names[name]
	if file == nil {
		return false, fmt.Errorf("there is no file %q on the disk", name)
	}
	if at < 0 || at >= int64(len(file.live)) {
		return false, fmt.Errorf("%s has no byte %d, only %d", name, at, len(file.live))
	}
	file.settle()
	part := file.live[at:min(at+size, int64(len(file.live)))]
	was := bytes.Clone(part)
	change(part)
	file.durable = bytes.Clone(file.live)
	return !bytes.Equal(was, part), nil
}

// shorten cuts a file.
func (p *platter) shorten(name string, size int64) error {
	file := p.names[name]
	if file == nil || size > int64(len(file.live)) {
		return fmt.Errorf("there is no file %q of more than %d bytes on the disk", name, size)
	}
	file.settle()
	file.live, file.durable = file.live[:size], file.durable[:size]
	return nil
}

// lose takes a file away.
func (p *platter) lose(name string) error {
	if p.names[name] == nil {
		return fmt.Errorf("there is no file %q on the disk", name)
	}
	delete(p.names, name)
	p.settleNames()
	delete(p.durable, name)
	return nil
}
