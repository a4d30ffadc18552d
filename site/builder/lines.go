package builder

import (
	"bytes"
	"encoding/binary"
)

// dropLines removes from a program that Go has compiled to WebAssembly the
// tables that say which line of which file an instruction came from, and
// reports whether it did. They are a tenth of what a tab downloads, and only a
// trace shows them: it then says the function and the offset in it. What the
// runtime walks and scans stacks with stays.
//
// The tables have the form of [pcHeader]'s version of Go. Of another version
// nothing is changed: the program is larger then, and as good.
//
// The bytes are overwritten with zeros where they are. So nothing moves, and
// compressed they are gone.
func dropLines(wasm []byte) bool {
	m, ok := loadMemory(wasm)
	if !ok {
		return false
	}
	t, ok := findLineTable(m.bytes)
	if !ok || !t.clear() {
		return false
	}
	m.store()
	return true
}

// pcHeader begins the line table of Go 1.20 and later where instructions are
// numbered by ones and pointers have 8 bytes; see runtime/symtab.go.
var pcHeader = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

// lineTable is runtime.pclntab in a program's memory. Offsets are from the
// beginning of the part they are into.
type lineTable struct {
	files  []byte // names of source files, and which packages have which
	tables []byte // one byte code each, of what is where in a function; 0 is none
	funcs  []byte // for each function the place of its record behind them, and the records
	count  int    // of functions
}

func findLineTable(memory []byte) (lineTable, bool) {
	at := bytes.Index(memory, pcHeader)
	if at < 0 || len(memory)-at < 72 {
		return lineTable{}, false
	}
	whole := memory[at:]
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(whole[8*i:]) }
	count, units, tables, funcs := word(1), word(5), word(7), word(8)
	if units > tables || tables > funcs || funcs > uint64(len(whole)) || count > (uint64(len(whole))-funcs)/8 {
		return lineTable{}, false
	}
	return lineTable{
		files: whole[units:tables], tables: whole[tables:funcs], funcs: whole[funcs:], count: int(count),
	}, true
}

// Places in a function's record (runtime._func), in bytes.
const (
	recordStack = 16 // the table of the stack's depth
	recordFile  = 20 // the table of files
	recordLine  = 24 // the table of lines
	recordMore  = 28 // how many other tables there are
	recordStart = 36 // the function's first line
	recordEnd   = 44 // the other tables follow
)

// clear overwrites every table that only a file or a line is read from. A table
// that two functions have alike is kept once, so that another one may be the
// same by chance.
func (t lineTable) clear() bool {
	kept := make([]bool, len(t.tables))
	var dropped []uint32
	for i := range t.count {
		at := binary.LittleEndian.Uint32(t.funcs[8*i+4:])
		if uint64(at)+recordEnd > uint64(len(t.funcs)) {
			return false
		}
		record := t.funcs[at:]
		field := func(place int) uint32 { return binary.LittleEndian.Uint32(record[place:]) }
		more := field(recordMore)
		if uint64(recordEnd)+4*uint64(more) > uint64(len(record)) {
			return false
		}
		ok := t.mark(field(recordStack), kept)
		for n := range int(more) {
			ok = ok && t.mark(field(recordEnd+4*n), kept)
		}
		if !ok {
			return false
		}
		dropped = append(dropped, field(recordFile), field(recordLine))
	}
	for _, table := range dropped {
		if t.length(table) < 0 {
			return false
		}
	}
	// Nothing was changed before everything was understood.
	for _, table := range dropped {
		for i := range t.length(table) {
			if place := int(table) + i; !kept[place] {
				t.tables[place] = 0
			}
		}
	}
	for i := range t.count {
		record := t.funcs[binary.LittleEndian.Uint32(t.funcs[8*i+4:]):]
		clear(record[recordFile:recordMore])
		clear(record[recordStart : recordStart+4])
	}
	clear(t.files)
	return true
}

// mark notes that the bytes of a table are needed.
func (t lineTable) mark(table uint32, kept []bool) bool {
	n := t.length(table)
	for i := range n {
		kept[int(table)+i] = true
	}
	return n >= 0
}

// length returns how many bytes a table has: pairs of numbers, of which the
// first is 0 at the end only, unless it is the very first. Table 0 has none. It
// is negative where the table does not end.
func (t lineTable) length(table uint32) int {
	if table == 0 {
		return 0
	}
	r := reader{rest: t.tables[min(int(table), len(t.tables)):]}
	begin := len(r.rest)
	for first := true; ; first = false {
		if n := r.number(); r.bad {
			return -1
		} else if n == 0 && !first {
			return begin - len(r.rest)
		}
		r.number()
	}
}
