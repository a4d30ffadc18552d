package wire

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Reads and watches, and what they bring.

type readWire struct {
	ID    uint64        `cbor:"1,keyasint,omitempty"`
	Level frame.Level   `cbor:"2,keyasint,omitempty"`
	Key   key           `cbor:"3,keyasint,omitempty"`
	Exact bool          `cbor:"4,keyasint,omitempty"`
	After key           `cbor:"5,keyasint,omitempty"`
	Limit uint32        `cbor:"6,keyasint,omitempty"`
	Bare  bool          `cbor:"7,keyasint,omitempty"`
	Least *position     `cbor:"8,keyasint,omitempty"`
	Wait  time.Duration `cbor:"9,keyasint,omitempty"`
}

func packRead(f frame.Read) readWire {
	return readWire{
		ID: f.ID, Level: f.Level, Key: key(f.Key), Exact: f.Exact,
		After: key(f.After), Limit: f.Limit, Bare: f.Bare, Least: packPosition(f.Least), Wait: f.Wait,
	}
}

func openRead(w readWire) (frame.Read, error) {
	return frame.Read{
		ID: w.ID, Level: w.Level, Key: string(w.Key), Exact: w.Exact,
		After: string(w.After), Limit: w.Limit, Bare: w.Bare, Least: w.Least.unpack(), Wait: w.Wait,
	}, nil
}

type readReplyWire struct {
	ID       uint64       `cbor:"1,keyasint,omitempty"`
	Items    []itemWire   `cbor:"2,keyasint,omitempty"`
	More     bool         `cbor:"3,keyasint,omitempty"`
	Position *position    `cbor:"4,keyasint,omitempty"`
	Dirty    bool         `cbor:"5,keyasint,omitempty"`
	Failure  *failureWire `cbor:"6,keyasint,omitempty"`
}

func packReadReply(f frame.ReadReply) readReplyWire {
	return readReplyWire{
		f.ID, packItems(f.Items), f.More, packPosition(f.Position), f.Dirty, packFailure(f.Failure),
	}
}

func openReadReply(w readReplyWire) (frame.ReadReply, error) {
	return frame.ReadReply{
		ID: w.ID, Items: unpackItems(w.Items), More: w.More, Position: w.Position.unpack(),
		Dirty: w.Dirty, Failure: w.Failure.unpack(),
	}, nil
}

type watchWire struct {
	ID     uint64      `cbor:"1,keyasint,omitempty"`
	Prefix key         `cbor:"2,keyasint,omitempty"`
	Exact  bool        `cbor:"3,keyasint,omitempty"`
	From   *position   `cbor:"4,keyasint,omitempty"`
	Level  frame.Level `cbor:"5,keyasint,omitempty"`
}

func packWatch(f frame.Watch) watchWire {
	return watchWire{f.ID, key(f.Prefix), f.Exact, packPosition(f.From), f.Level}
}

func openWatch(w watchWire) (frame.Watch, error) {
	return frame.Watch{ID: w.ID, Prefix: string(w.Prefix), Exact: w.Exact, From: w.From.unpack(), Level: w.Level}, nil
}

type changesWire struct {
	ID      uint64       `cbor:"1,keyasint,omitempty"`
	Through *position    `cbor:"2,keyasint,omitempty"`
	Gap     bool         `cbor:"3,keyasint,omitempty"`
	Events  []eventWire  `cbor:"4,keyasint,omitempty"`
	Failure *failureWire `cbor:"5,keyasint,omitempty"`
	Items   []itemWire   `cbor:"6,keyasint,omitempty"`
	More    bool         `cbor:"7,keyasint,omitempty"`
	Ahead   bool         `cbor:"8,keyasint,omitempty"`
}

type eventWire struct {
	_         struct{} `cbor:",toarray"`
	Number    journal.EpochNumber
	Master    id
	Index     journal.Index
	Key       key
	Value     view
	Deleted   bool
	Deadline  journal.Instant `cbor:",optional"`
	Expired   bool            `cbor:",optional"`
	Retracted bool            `cbor:",optional"`
}

func packChanges(f frame.Changes) changesWire {
	return changesWire{
		ID: f.ID, Through: packPosition(f.Through), Gap: f.Gap, Failure: packFailure(f.Failure),
		Items: packItems(f.Items), More: f.More, Ahead: f.Ahead,
		Events: list(f.Events, func(e journal.Event) eventWire {
			return eventWire{
				Number: e.Position.Epoch.Number, Master: id(e.Position.Epoch.Master), Index: e.Position.Index,
				Key: key(e.Key), Value: e.Value, Deleted: e.Deleted,
				Deadline: e.Deadline, Expired: e.Expired, Retracted: e.Retracted,
			}
		}),
	}
}

func openChanges(w changesWire) (frame.Changes, error) {
	return frame.Changes{
		ID: w.ID, Through: w.Through.unpack(), Gap: w.Gap, Failure: w.Failure.unpack(),
		Items: unpackItems(w.Items), More: w.More, Ahead: w.Ahead,
		Events: list(w.Events, func(e eventWire) journal.Event {
			return journal.Event{
				Position: unpackPosition(e.Number, e.Master, e.Index),
				Key:      string(e.Key), Value: clone(e.Value), Deleted: e.Deleted,
				Deadline: e.Deadline, Expired: e.Expired, Retracted: e.Retracted,
			}
		}),
	}, nil
}
