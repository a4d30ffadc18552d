package wire

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Frames between master and replicas.

func packSeal(frame.Seal) emptyWire          { return emptyWire{} }
func openSeal(emptyWire) (frame.Seal, error) { return frame.Seal{}, nil }

// standingWire is Sealed and Behind: where a copy's journal ends.
type standingWire struct {
	Incarnation journal.Incarnation `cbor:"1,keyasint,omitempty"`
	Last        *position           `cbor:"2,keyasint,omitempty"`
	History     []epochStartWire    `cbor:"3,keyasint,omitempty"`
}

type epochStartWire struct {
	_      struct{} `cbor:",toarray"`
	Number journal.EpochNumber
	Master id
	First  journal.Index
}

func packHistory(h journal.History) []epochStartWire {
	return list(h, func(s journal.EpochStart) epochStartWire {
		return epochStartWire{Number: s.Epoch.Number, Master: id(s.Epoch.Master), First: s.First}
	})
}

func unpackHistory(h []epochStartWire) journal.History {
	return list(h, func(s epochStartWire) journal.EpochStart {
		return journal.EpochStart{
			Epoch: journal.Epoch{Number: s.Number, Master: journal.NodeID(s.Master)}, First: s.First,
		}
	})
}

func packSealed(f frame.Sealed) standingWire {
	return standingWire{f.Incarnation, packPosition(f.Last), packHistory(f.History)}
}

func openSealed(w standingWire) (frame.Sealed, error) {
	return frame.Sealed{Incarnation: w.Incarnation, Last: w.Last.unpack(), History: unpackHistory(w.History)}, nil
}

func packBehind(f frame.Behind) standingWire { return packSealed(frame.Sealed(f)) }

func openBehind(w standingWire) (frame.Behind, error) {
	f, err := openSealed(w)
	return frame.Behind(f), err
}

type fetchWire struct {
	Nonce uint64    `cbor:"1,keyasint,omitempty"`
	After *position `cbor:"2,keyasint,omitempty"`
}

func packFetch(f frame.Fetch) fetchWire { return fetchWire{f.Nonce, packPosition(f.After)} }

func openFetch(w fetchWire) (frame.Fetch, error) {
	return frame.Fetch{Nonce: w.Nonce, After: w.After.unpack()}, nil
}

type supplyWire struct {
	Nonce   uint64    `cbor:"1,keyasint,omitempty"`
	Prev    *position `cbor:"2,keyasint,omitempty"`
	Entries []runWire `cbor:"3,keyasint,omitempty"`
	Last    *position `cbor:"4,keyasint,omitempty"`
	Refused bool      `cbor:"5,keyasint,omitempty"`
}

func packSupply(f frame.Supply) supplyWire {
	return supplyWire{
		f.Nonce, packPosition(f.Prev), packEntries(f.Prev, f.Entries), packPosition(f.Last), f.Refused,
	}
}

func openSupply(w supplyWire) (frame.Supply, error) {
	f := frame.Supply{Nonce: w.Nonce, Prev: w.Prev.unpack(), Last: w.Last.unpack(), Refused: w.Refused}
	var err error
	f.Entries, err = openEntries(f.Prev, w.Entries)
	return f, err
}

type replicateWire struct {
	Prev    *position     `cbor:"1,keyasint,omitempty"`
	Entries []runWire     `cbor:"2,keyasint,omitempty"`
	Commit  journal.Index `cbor:"3,keyasint,omitempty"`
	Hash    uint64        `cbor:"4,keyasint,omitempty"`
}

func packReplicate(f frame.Replicate) replicateWire {
	return replicateWire{packPosition(f.Prev), packEntries(f.Prev, f.Entries), f.Commit, f.Hash}
}

func openReplicate(w replicateWire) (frame.Replicate, error) {
	f := frame.Replicate{Prev: w.Prev.unpack(), Commit: w.Commit, Hash: w.Hash}
	var err error
	f.Entries, err = openEntries(f.Prev, w.Entries)
	return f, err
}

type ackWire struct {
	Incarnation journal.Incarnation `cbor:"1,keyasint,omitempty"`
	Match       *position           `cbor:"2,keyasint,omitempty"`
}

func packAck(f frame.Ack) ackWire { return ackWire{f.Incarnation, packPosition(f.Match)} }

func openAck(w ackWire) (frame.Ack, error) {
	return frame.Ack{Incarnation: w.Incarnation, Match: w.Match.unpack()}, nil
}

type chunkAckWire struct {
	Incarnation journal.Incarnation `cbor:"1,keyasint,omitempty"`
	Nonce       uint64              `cbor:"2,keyasint,omitempty"`
	At          *position           `cbor:"3,keyasint,omitempty"`
	Number      uint32              `cbor:"4,keyasint,omitempty"`
}

func packChunkAck(f frame.ChunkAck) chunkAckWire {
	return chunkAckWire{f.Incarnation, f.Nonce, packPosition(f.At), f.Number}
}

func openChunkAck(w chunkAckWire) (frame.ChunkAck, error) {
	return frame.ChunkAck{Incarnation: w.Incarnation, Nonce: w.Nonce, At: w.At.unpack(), Number: w.Number}, nil
}

type differsWire struct {
	Incarnation journal.Incarnation `cbor:"1,keyasint,omitempty"`
	At          *position           `cbor:"2,keyasint,omitempty"`
	Hash        uint64              `cbor:"3,keyasint,omitempty"`
}

func packDiffers(f frame.Differs) differsWire {
	return differsWire{f.Incarnation, packPosition(f.At), f.Hash}
}

func openDiffers(w differsWire) (frame.Differs, error) {
	return frame.Differs{Incarnation: w.Incarnation, At: w.At.unpack(), Hash: w.Hash}, nil
}

type electWire struct {
	Number   journal.EpochNumber `cbor:"1,keyasint,omitempty"`
	Kind     frame.ElectKind     `cbor:"2,keyasint,omitempty"`
	Priority int32               `cbor:"3,keyasint,omitempty"`
	Node     id                  `cbor:"4,keyasint,omitzero"`
	Last     *position           `cbor:"5,keyasint,omitempty"`
	Round    uint64              `cbor:"6,keyasint,omitempty"`
}

func packElect(f frame.Elect) electWire {
	return electWire{f.Number, f.Kind, f.Priority, id(f.Node), packPosition(f.Last), f.Round}
}

func openElect(w electWire) (frame.Elect, error) {
	return frame.Elect{
		Number: w.Number, Kind: w.Kind, Priority: w.Priority, Node: journal.NodeID(w.Node), Last: w.Last.unpack(), Round: w.Round,
	}, nil
}
