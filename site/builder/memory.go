package builder

import "bytes"

// memory is what a WebAssembly program's memory holds when it starts.
type memory struct {
	bytes    []byte
	segments []segment
}

// segment is a piece of the module that is copied to an address at the start.
// Between segments there are zeros.
type segment struct {
	at      int
	content []byte // a part of the module, not a copy
}

// memoryMaxBytes bounds what a module's segments may fill.
const memoryMaxBytes = 64 << 20

// The numbers of WebAssembly's binary format that matter here.
const (
	sectionData = 11
	opConst32   = 0x41
	opEnd       = 0x0b
)

// loadMemory reads the data of a module as Go writes it: every segment is for
// the one memory and has a constant address.
func loadMemory(wasm []byte) (*memory, bool) {
	const header = "\x00asm\x01\x00\x00\x00"
	if !bytes.HasPrefix(wasm, []byte(header)) {
		return nil, false
	}
	sections := reader{rest: wasm[len(header):]}
	for len(sections.rest) > 0 {
		kind := sections.byte()
		section := reader{rest: sections.take(sections.number())}
		if sections.bad {
			return nil, false
		}
		if kind == sectionData {
			m := &memory{}
			return m, m.load(&section)
		}
	}
	return nil, false
}

func (m *memory) load(section *reader) bool {
	for range section.number() {
		if section.number() != 0 || section.byte() != opConst32 {
			return false
		}
		at := section.signed()
		if section.byte() != opEnd {
			return false
		}
		content := section.take(section.number())
		end := at + len(content)
		if section.bad || at < 0 || end > memoryMaxBytes {
			return false
		}
		if missing := end - len(m.bytes); missing > 0 {
			m.bytes = append(m.bytes, make([]byte, missing)...)
		}
		copy(m.bytes[at:], content)
		m.segments = append(m.segments, segment{at: at, content: content})
	}
	return len(m.segments) > 0
}

// store writes the memory back to the module, where there are segments.
func (m *memory) store() {
	for _, s := range m.segments {
		copy(s.content, m.bytes[s.at:])
	}
}

// reader reads numbers of seven bits a byte. Once it is bad it stays so.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.bad = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

// number reads an unsigned number of 32 bits.
func (r *reader) number() int {
	n := 0
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		n |= int(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	r.bad = true
	return 0
}

// signed reads a signed number of 32 bits.
func (r *reader) signed() int {
	n := 0
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		n |= int(b&0x7f) << shift
		if b < 0x80 {
			if b&0x40 != 0 {
				n -= 1 << (shift + 7)
			}
			return n
		}
	}
	r.bad = true
	return 0
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.bad = true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}
