package wire

import (
	"encoding/binary"
	"unicode/utf8"
)

// The major types of CBOR (RFC 8949, section 3.1).
const (
	majorUint   = 0
	majorNeg    = 1
	majorBytes  = 2
	majorText   = 3
	majorArray  = 4
	majorMap    = 5
	majorTag    = 6
	majorSimple = 7
)

// profile walks through an item once. Every frame has one encoding only: longer
// integers, keys in any order and a null in place of something are refused.
type profile struct {
	rest  []byte
	items int // array elements and map pairs so far
}

// checkProfile says whether data is one item of the deterministic encoding
// (RFC 8949, section 4.2.1) without tags, floats and null, whose maps have
// unsigned integers as keys.
func checkProfile(data []byte) error {
	p := profile{rest: data}
	if err := p.item(0); err != nil {
		return err
	}
	if len(p.rest) > 0 {
		return wrong("", "%d bytes behind the end", len(p.rest))
	}
	return nil
}

// item walks over one item that stands inside that many arrays and maps.
func (p *profile) item(depth int) error {
	major, n, err := p.head()
	if err != nil {
		return err
	}
	switch major {
	case majorUint, majorNeg:
		return nil
	case majorBytes, majorText:
		if n > uint64(len(p.rest)) {
			return wrong("", "a string of %d bytes, of which %d are there", n, len(p.rest))
		}
		if major == majorText && !utf8.Valid(p.rest[:n]) {
			return wrong("", "text that is not UTF-8")
		}
		p.rest = p.rest[n:]
		return nil
	case majorArray, majorMap:
		return p.list(major, n, depth+1)
	case majorSimple:
		if n == 20 || n == 21 { // false, true
			return nil
		}
	}
	return wrong("", "a tag, float, null or other simple value")
}

// list walks over the n elements of an array or pairs of a map.
func (p *profile) list(major byte, n uint64, depth int) error {
	if depth > NestingMax {
		return &LimitError{Name: nameNesting, Limit: NestingMax, Got: depth}
	}
	if n > uint64(len(p.rest)) {
		return wrong("", "%d items in %d bytes", n, len(p.rest))
	}
	if err := atMost(nameList, ListMaxItems, int(n)); err != nil {
		return err
	}
	p.items += int(n)
	if err := atMost(nameItems, ItemsMax, p.items); err != nil {
		return err
	}
	var before uint64
	for i := range n {
		if major == majorMap {
			key, n, err := p.head()
			if err != nil {
				return err
			}
			if key != majorUint || (i > 0 && n <= before) {
				return wrong("", "map keys are not rising unsigned integers")
			}
			before = n
		}
		if err := p.item(depth); err != nil {
			return err
		}
	}
	return nil
}

// head takes the major type and the argument of the next item, which must be
// written in as few bytes as it can be.
func (p *profile) head() (major byte, n uint64, err error) {
	if len(p.rest) == 0 {
		return 0, 0, wrong("", "ends in the middle")
	}
	major, info := p.rest[0]>>5, p.rest[0]&31
	p.rest = p.rest[1:]
	if info < 24 {
		return major, uint64(info), nil
	}
	if info > 27 {
		return 0, 0, wrong("", "a length that is not given")
	}
	size := 1 << (info - 24)
	if size > len(p.rest) {
		return 0, 0, wrong("", "ends in the middle")
	}
	var low uint64 // the smallest number that needs that many bytes
	switch size {
	case 1:
		n, low = uint64(p.rest[0]), 24
	case 2:
		n, low = uint64(binary.BigEndian.Uint16(p.rest)), 1<<8
	case 4:
		n, low = uint64(binary.BigEndian.Uint32(p.rest)), 1<<16
	case 8:
		n, low = binary.BigEndian.Uint64(p.rest), 1<<32
	}
	p.rest = p.rest[size:]
	if n < low || major == majorSimple {
		return 0, 0, wrong("", "a float, or a number in more bytes than it needs")
	}
	return major, n, nil
}
