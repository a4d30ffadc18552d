package wire

// CopyHead is what stands first in a portable copy.
type CopyHead struct {
	Room    string // any bytes
	Damaged bool   // some of the copy could not be read when this was made
	Orphans uint64 // how many orphan records follow the meta
	Stands  bool   // a snapshot follows them, on which the entries stand
}

type copyHeadWire struct {
	Room    key    `cbor:"1,keyasint,omitempty"`
	Damaged bool   `cbor:"2,keyasint,omitempty"`
	Orphans uint64 `cbor:"3,keyasint,omitempty"`
	Stands  bool   `cbor:"4,keyasint,omitempty"`
}

// AppendCopyHead writes h behind dst.
func AppendCopyHead(dst []byte, h CopyHead) []byte {
	return appendItem(dst, &copyHeadWire{Room: key(h.Room), Damaged: h.Damaged, Orphans: h.Orphans, Stands: h.Stands})
}

// ReadCopyHead reads what AppendCopyHead writes.
func ReadCopyHead(item []byte) (CopyHead, error) {
	w := copyHeadWire{}
	err := read(item, &w)
	return CopyHead{Room: string(w.Room), Damaged: w.Damaged, Orphans: w.Orphans, Stands: w.Stands}, err
}
