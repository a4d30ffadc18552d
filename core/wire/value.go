package wire

import (
	"github.com/understudy-dev/understudy/core/journal"
)

// id is a NodeID or ClientID: a byte string of exactly 16 bytes.
type id [16]byte

// key is any bytes in a Go string: a byte string, never text.
type key string

// view is a byte string that is left where it stands in the message.
type view []byte

// text is UTF-8 for people.
type text string

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

// packEpoch returns nil for the zero epoch. A pointer: the usual
// library's omitzero has no effect on a struct that becomes an array.
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

// wholePosition is packPosition for the places of an array, where nothing can be
// left out.
func wholePosition(p journal.Position) *position {
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
