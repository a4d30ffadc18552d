package keyspace

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"github.com/understudy-dev/understudy/core/journal"
)

// Every share of the state hash begins with what it is a share of, so that
// equal numbers of different kinds count differently.
const (
	tagItem uint64 = iota + 1
	tagRecord
	tagAnswer
	tagTime
	tagEvicted
	tagDeadline
)

// mix hashes four numbers.
func mix(tag, a, b, c uint64) uint64 {
	var buf [32]byte
	binary.LittleEndian.PutUint64(buf[0:], tag)
	binary.LittleEndian.PutUint64(buf[8:], a)
	binary.LittleEndian.PutUint64(buf[16:], b)
	binary.LittleEndian.PutUint64(buf[24:], c)
	return xxhash.Sum64(buf[:])
}

// hashItem hashes key and value alone first, which takes one pass over a large
// value and no buffer for a small one. A key without a deadline has the hash
// that it had before there were any.
func hashItem(i journal.Item) uint64 {
	key := xxhash.Sum64String(i.Key)
	hash := mix(tagItem, key, xxhash.Sum64(i.Value), uint64(i.Revision))
	if i.Deadline != 0 {
		hash += mix(tagDeadline, key, uint64(i.Deadline), uint64(i.Revision))
	}
	return hash
}

// hasher takes a canonical byte form: numbers are 8 bytes little-endian, and
// whatever has no fixed length follows its length.
type hasher struct{ digest xxhash.Digest }

func newHasher() hasher {
	var h hasher
	h.digest.Reset()
	return h
}

func (h *hasher) number(n uint64) {
	var buf [8]byte
	binary.LittleEndian.PutUint64(buf[:], n)
	h.raw(buf[:])
}

func (h *hasher) raw(b []byte) {
	_, _ = h.digest.Write(b) // it never returns an error
}

func (h *hasher) bytes(b []byte) {
	h.number(uint64(len(b)))
	h.raw(b)
}

func (h *hasher) text(s string) {
	h.number(uint64(len(s)))
	_, _ = h.digest.WriteString(s) // it never returns an error
}

func (h *hasher) spans(spans []journal.Span) {
	h.number(uint64(len(spans)))
	for _, s := range spans {
		h.number(s.From)
		h.number(s.To)
	}
}

func (h *hasher) kept(k journal.KeptResult) {
	h.number(k.Seq)
	h.number(uint64(k.Position.Epoch.Number))
	h.raw(k.Position.Epoch.Master[:])
	h.number(uint64(k.Position.Index))
	h.number(uint64(len(k.Results)))
	for _, r := range k.Results {
		h.number(uint64(r))
	}
}
