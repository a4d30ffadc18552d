package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// FormatVersion is the format of the files that this program writes. It opens
// that one and all before it.
const FormatVersion = 1

// RecordMaxBytes is the most that one record may hold: the largest entry, with
// room to spare.
const RecordMaxBytes = 16 << 20

// FileKind says what a file of records is.
type FileKind uint16

// The kinds of files.
const (
	KindSegment  FileKind = 1 // a piece of a journal
	KindSnapshot FileKind = 2 // the whole state at one position
	KindState    FileKind = 3 // how the copy was left
	KindCopy     FileKind = 4 // a whole copy in one file, to be carried elsewhere
)

// Head is the beginning of a file of records.
type Head struct {
	Version uint16
	Kind    FileKind
	Number  uint64 // of the file, among those of its kind in a directory
	First   uint64 // the number of its first record
}

// Record is one checked piece of a file. Records of a file, and of segments one
// behind the other, are numbered without gaps.
type Record struct {
	Number  uint64
	Synced  uint64 // when this was written, all records up to that number were durable
	Kind    byte   // what the payload is; never 0
	Offset  int64
	Payload []byte
}

// The bytes of a head and of what stands before each payload. Numbers are
// little-endian. Everything begins at a multiple of align.
//
//	head:   magic 8 · version 2 · kind 2 · checksum 4 · number 8 · first 8
//	record: checksum 4 · length 4 · number 8 · synced 8 · kind 1 · zeros 7
const (
	headBytes   = 32
	recordBytes = 32
	align       = 8
	magic       = "UNDRSTDY"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errMagic    = errors.New("it does not begin as a file of understudy does")
	errChecksum = errors.New("the checksum does not match")
	errShort    = errors.New("the file ends within it")
	errKind     = errors.New("it is another kind of file")
	errZeros    = errors.New("zeros in the place of a record")
)

func appendHead(dst []byte, h Head) []byte {
	at := len(dst)
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint16(dst, h.Version)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(h.Kind))
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint64(dst, h.Number)
	dst = binary.LittleEndian.AppendUint64(dst, h.First)
	binary.LittleEndian.PutUint32(dst[at+12:], sumHead(dst[at:]))
	return dst
}

// sumHead is the checksum of a head without the checksum's own bytes.
func sumHead(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[:12], castagnoli), castagnoli, b[16:headBytes])
}

// parseHead reads a head and checks that a file of that kind is meant.
func parseHead(name string, b []byte, kind FileKind) (Head, error) {
	damage := func(err error) error { return &DamageError{File: name, Err: err} }
	switch {
	case len(b) < headBytes:
		return Head{}, damage(errShort)
	case string(b[:len(magic)]) != magic:
		return Head{}, damage(errMagic)
	case binary.LittleEndian.Uint32(b[12:]) != sumHead(b):
		return Head{}, damage(errChecksum)
	}
	h := Head{
		Version: binary.LittleEndian.Uint16(b[8:]),
		Kind:    FileKind(binary.LittleEndian.Uint16(b[10:])),
		Number:  binary.LittleEndian.Uint64(b[16:]),
		First:   binary.LittleEndian.Uint64(b[24:]),
	}
	switch {
	case h.Version == 0 || h.Version > FormatVersion:
		return Head{}, &VersionError{File: name, Version: h.Version, Ours: FormatVersion}
	case h.Kind != kind:
		return Head{}, damage(errKind)
	}
	return h, nil
}

// place is what a record's checksum is taken over besides its bytes, so that
// one in the wrong file or the wrong place is none.
func place(file uint64, offset int64) uint32 {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], file)
	binary.LittleEndian.PutUint64(b[8:], uint64(offset))
	return crc32.Checksum(b[:], castagnoli)
}

// putRecord fills in what stands before the payload of b, which is a whole
// record without its padding.
func putRecord(b []byte, file uint64, offset int64, r Record) {
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-recordBytes))
	binary.LittleEndian.PutUint64(b[8:], r.Number)
	binary.LittleEndian.PutUint64(b[16:], r.Synced)
	b[24] = r.Kind
	clear(b[25:recordBytes])
	binary.LittleEndian.PutUint32(b, crc32.Update(place(file, offset), castagnoli, b[4:]))
}

// parseLength returns the length of the payload behind the first bytes of a
// record, if they can be some.
func parseLength(b []byte) (int, error) {
	length, kind := binary.LittleEndian.Uint32(b[4:]), b[24]
	if length > RecordMaxBytes {
		return 0, fmt.Errorf("a length of %d bytes, of at most %d", length, RecordMaxBytes)
	}
	if kind == 0 || [7]byte(b[25:recordBytes]) != [7]byte{} {
		if [recordBytes]byte(b) == [recordBytes]byte{} {
			return 0, errZeros
		}
		return 0, errChecksum
	}
	return int(length), nil
}

// parseRecord checks a whole record.
func parseRecord(b []byte, file uint64, offset int64) (Record, error) {
	if binary.LittleEndian.Uint32(b) != crc32.Update(place(file, offset), castagnoli, b[4:]) {
		return Record{}, errChecksum
	}
	return Record{
		Number:  binary.LittleEndian.Uint64(b[8:]),
		Synced:  binary.LittleEndian.Uint64(b[16:]),
		Kind:    b[24],
		Offset:  offset,
		Payload: b[recordBytes:],
	}, nil
}

func padded(n int) int { return (n + align - 1) &^ (align - 1) }
