package wire

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

type chunkWire struct {
	Nonce   uint64           `cbor:"1,keyasint,omitempty"`
	At      *position        `cbor:"2,keyasint,omitempty"`
	Number  uint32           `cbor:"3,keyasint,omitempty"`
	Items   []itemWire       `cbor:"4,keyasint,omitempty"`
	Clients []clientWire     `cbor:"5,keyasint,omitempty"`
	Sum     uint64           `cbor:"6,keyasint,omitempty"`
	Done    bool             `cbor:"7,keyasint,omitempty"`
	Time    journal.Instant  `cbor:"8,keyasint,omitempty"`
	Hash    uint64           `cbor:"9,keyasint,omitempty"`
	Evicted journal.Index    `cbor:"10,keyasint,omitempty"`
	History []epochStartWire `cbor:"11,keyasint,omitempty"`
	Commit  journal.Index    `cbor:"12,keyasint,omitempty"`
}

func packChunk(f frame.Chunk) chunkWire {
	return chunkWire{
		Nonce: f.Nonce, At: packPosition(f.At), Number: f.Number,
		Items: packItems(f.Items), Clients: list(f.Clients, packClient), Sum: f.Sum,
		Done: f.Done, Time: f.Time, Hash: f.Hash, Evicted: f.Evicted,
		History: packHistory(f.History), Commit: f.Commit,
	}
}

func openChunk(w chunkWire) (frame.Chunk, error) {
	return frame.Chunk{
		Nonce: w.Nonce, At: w.At.unpack(), Number: w.Number,
		Items: unpackItems(w.Items), Clients: list(w.Clients, clientWire.unpack), Sum: w.Sum,
		Done: w.Done, Time: w.Time, Hash: w.Hash, Evicted: w.Evicted,
		History: unpackHistory(w.History), Commit: w.Commit,
	}, nil
}

// itemWire is one key of a snapshot part or of a reply.
type itemWire struct {
	_        struct{} `cbor:",toarray"`
	Key      key
	Value    view
	Revision journal.Index
	Deadline journal.Instant `cbor:",optional"`
}

func packItems(items []journal.Item) []itemWire {
	return list(items, func(i journal.Item) itemWire {
		return itemWire{Key: key(i.Key), Value: i.Value, Revision: i.Revision, Deadline: i.Deadline}
	})
}

func unpackItems(items []itemWire) []journal.Item {
	return list(items, func(w itemWire) journal.Item {
		return journal.Item{Key: string(w.Key), Value: clone(w.Value), Revision: w.Revision, Deadline: w.Deadline}
	})
}

type clientWire struct {
	Client id            `cbor:"1,keyasint,omitzero"`
	Last   journal.Index `cbor:"2,keyasint,omitempty"`
	Floor  uint64        `cbor:"3,keyasint,omitempty"`
	Done   []spanWire    `cbor:"4,keyasint,omitempty"`
	Kept   []keptWire    `cbor:"5,keyasint,omitempty"`
}

type spanWire struct {
	_        struct{} `cbor:",toarray"`
	From, To uint64
}

type keptWire struct {
	_       struct{} `cbor:",toarray"`
	Seq     uint64
	Number  journal.EpochNumber
	Master  id
	Index   journal.Index
	Results []int64
}

func packClient(c journal.ClientRecord) clientWire {
	return clientWire{
		Client: id(c.Client), Last: c.Last, Floor: c.Floor,
		Done: list(c.Done, func(s journal.Span) spanWire { return spanWire{From: s.From, To: s.To} }),
		Kept: list(c.Kept, func(k journal.KeptResult) keptWire {
			return keptWire{
				Seq: k.Seq, Number: k.Position.Epoch.Number, Master: id(k.Position.Epoch.Master),
				Index: k.Position.Index, Results: k.Results,
			}
		}),
	}
}

func (w clientWire) unpack() journal.ClientRecord {
	return journal.ClientRecord{
		Client: journal.ClientID(w.Client), Last: w.Last, Floor: w.Floor,
		Done: list(w.Done, func(s spanWire) journal.Span { return journal.Span{From: s.From, To: s.To} }),
		Kept: list(w.Kept, func(k keptWire) journal.KeptResult {
			return journal.KeptResult{
				Seq:      k.Seq,
				Position: unpackPosition(k.Number, k.Master, k.Index),
				Results:  orNil(k.Results),
			}
		}),
	}
}

// orNil returns nil for an empty list of numbers: the two are the same on the wire.
func orNil(numbers []int64) []int64 {
	if len(numbers) == 0 {
		return nil
	}
	return numbers
}
