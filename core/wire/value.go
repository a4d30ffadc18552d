package wire

import (
	"github.com/understudy-dev/understudy/core/journal"
)

// id is a NodeID or ClientID: a byte string of exactly 16 bytes.
type id [16]byte

// UnmarshalCBOR refuses any other length, which the library would cut or fill.
func (i *id) UnmarshalCBOR(item []byte) error {
	raw, err := byteString(item)
	if err != nil {
		return err
	}
	if len(raw) != len(i) {
		return wrong("", "an id of %d bytes, not 16", len(raw))
	}
	copy(i[:], raw)
	return nil
}

// key is any bytes in a Go string: a byte string, never text.
type key string

// UnmarshalCBOR takes a byte string only.
func (k *key) UnmarshalCBOR(item []byte) error {
	raw, err := byteString(item)
	*k = key(raw)
	return err
}

// view is a byte string that is left where it stands in the message.
type view []byte

// UnmarshalCBOR keeps the item, which the library allows only to those who know
// what they gave it: here always a message that nobody changes.
func (v *view) UnmarshalCBOR(item []byte) (err error) {
	*v, err = byteString(item)
	return err
}

// text is UTF-8 for people.
type text string

// MarshalCBOR writes CBOR text, which our mode does not do with strings.
func (t text) MarshalCBOR() ([]byte, error) { return textEncoding.Marshal(string(t)) }

// byteString returns what is in an item that must be a byte string. The item
// is well-formed and of our profile.
func byteString(item []byte) ([]byte, error) {
	if len(item) == 0 || item[0]>>5 != majorBytes {
		return nil, wrong("", "something else in place of a byte string")
	}
	p := profile{rest: item}
	_, _, err := p.head()
	return p.rest, err
}

// epoch is a journal.Epoch.
type epoch struct {
	_      struct{} `cbor:",toarray"`
	Number journal.EpochNumber
	Master id
}

// position is a journal.Position, without an array of its own for the epoch.
type position struct {
	_      struct{} `cbor:",toarray"`
	Number journal.EpochNumber
	Master id
	Index  journal.Index
}

// packEpoch returns nil for the zero epoch. A pointer, because the library's
// omitzero has no effect on a struct that becomes an array.
func packEpoch(e journal.Epoch) *epoch {
	if e.IsZero() {
		return nil
	}
	return &epoch{Number: e.Number, Master: id(e.Master)}
}

func (e *epoch) unpack() journal.Epoch {
	if e == nil {
		return journal.Epoch{}
	}
	return journal.Epoch{Number: e.Number, Master: journal.NodeID(e.Master)}
}

// packPosition returns nil for the zero position.
func packPosition(p journal.Position) *position {
	if p.IsZero() {
		return nil
	}
	return &position{Number: p.Epoch.Number, Master: id(p.Epoch.Master), Index: p.Index}
}

func (p *position) unpack() journal.Position {
	if p == nil {
		return journal.Position{}
	}
	return unpackPosition(p.Number, p.Master, p.Index)
}

func unpackPosition(number journal.EpochNumber, master id, index journal.Index) journal.Position {
	return journal.Position{Epoch: journal.Epoch{Number: number, Master: journal.NodeID(master)}, Index: index}
}

func packIDs(ids []journal.NodeID) []id {
	return list(ids, func(n journal.NodeID) id { return id(n) })
}

func unpackIDs(ids []id) []journal.NodeID {
	return list(ids, func(i id) journal.NodeID { return journal.NodeID(i) })
}

// list returns what each item becomes, and nil for no items: an empty list and
// none are the same on the wire.
func list[A, B any](items []A, turn func(A) B) []B {
	if len(items) == 0 {
		return nil
	}
	out := make([]B, len(items))
	for i, item := range items {
		out[i] = turn(item)
	}
	return out
}
