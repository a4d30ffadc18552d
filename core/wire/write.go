package wire

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// The numbers of operations.
const (
	opSet       = 1
	opDelete    = 2
	opIncrement = 3
	opAppend    = 4
	opExpire    = 5
	opResolve   = 6
)

type writeWire struct {
	Client     id              `cbor:"1,keyasint,omitzero"`
	Seq        uint64          `cbor:"2,keyasint,omitempty"`
	Floor      uint64          `cbor:"3,keyasint,omitempty"`
	Conditions []conditionWire `cbor:"4,keyasint,omitempty"`
	Ops        []opWire        `cbor:"5,keyasint,omitempty"`
	Ack        journal.Ack     `cbor:"6,keyasint,omitempty"`
	Wait       time.Duration   `cbor:"7,keyasint,omitempty"`
	Known      journal.Index   `cbor:"8,keyasint,omitempty"`
	Retry      bool            `cbor:"9,keyasint,omitempty"`
	Degrade    bool            `cbor:"10,keyasint,omitempty"`
}

type conditionWire struct {
	Key      key           `cbor:"1,keyasint,omitempty"`
	Absent   bool          `cbor:"2,keyasint,omitempty"`
	Revision journal.Index `cbor:"3,keyasint,omitempty"`
	HasValue bool          `cbor:"4,keyasint,omitempty"`
	Value    view          `cbor:"5,keyasint,omitempty"`
}

type opWire struct {
	Op     uint8         `cbor:"1,keyasint"`
	Key    key           `cbor:"2,keyasint,omitempty"`
	Value  view          `cbor:"3,keyasint,omitempty"`
	By     int64         `cbor:"4,keyasint,omitempty"`
	TTL    time.Duration `cbor:"5,keyasint,omitempty"`
	Orphan *position     `cbor:"6,keyasint,omitempty"`
	Client id            `cbor:"7,keyasint,omitzero"`
	Seq    uint64        `cbor:"8,keyasint,omitempty"`
}

func packWrite(f frame.Write) writeWire {
	return writeWire{
		Client: id(f.Origin.Client), Seq: f.Origin.Seq, Floor: f.Origin.Floor,
		Conditions: list(f.Conditions, func(c frame.Condition) conditionWire {
			return conditionWire{
				Key: key(c.Key), Absent: c.Absent, Revision: c.Revision, HasValue: c.HasValue, Value: c.Value,
			}
		}),
		Ops: list(f.Ops, packOp), Ack: f.Ack, Wait: f.Wait, Known: f.Known, Retry: f.Retry, Degrade: f.Degrade,
	}
}

func openWrite(w writeWire) (frame.Write, error) {
	f := frame.Write{
		Origin: journal.Origin{Client: journal.ClientID(w.Client), Seq: w.Seq, Floor: w.Floor},
		Conditions: list(w.Conditions, func(c conditionWire) frame.Condition {
			return frame.Condition{
				Key: string(c.Key), Absent: c.Absent, Revision: c.Revision, HasValue: c.HasValue, Value: clone(c.Value),
			}
		}),
		Ack: w.Ack, Wait: w.Wait, Known: w.Known, Retry: w.Retry, Degrade: w.Degrade,
	}
	for _, o := range w.Ops {
		op, err := o.open()
		if err != nil {
			return frame.Write{}, err
		}
		f.Ops = append(f.Ops, op)
	}
	return f, nil
}

func packOp(op frame.Op) opWire {
	switch op := op.(type) {
	case frame.Set:
		return opWire{Op: opSet, Key: key(op.Key), Value: op.Value, TTL: op.TTL}
	case frame.Delete:
		return opWire{Op: opDelete, Key: key(op.Key)}
	case frame.Increment:
		return opWire{Op: opIncrement, Key: key(op.Key), By: op.By}
	case frame.Append:
		return opWire{Op: opAppend, Key: key(op.Key), Value: op.Value}
	case frame.Expire:
		return opWire{Op: opExpire, Key: key(op.Key), TTL: op.TTL}
	case frame.Resolve:
		return opWire{Op: opResolve, Orphan: packPosition(op.Orphan), Client: id(op.Client), Seq: op.Seq}
	}
	return opWire{} // refused by the check before
}

func (w opWire) open() (frame.Op, error) {
	var op frame.Op
	switch w.Op {
	case opSet:
		op = frame.Set{Key: string(w.Key), Value: clone(w.Value), TTL: w.TTL}
	case opDelete:
		op = frame.Delete{Key: string(w.Key)}
	case opIncrement:
		op = frame.Increment{Key: string(w.Key), By: w.By}
	case opAppend:
		op = frame.Append{Key: string(w.Key), Value: clone(w.Value)}
	case opExpire:
		op = frame.Expire{Key: string(w.Key), TTL: w.TTL}
	case opResolve:
		op = frame.Resolve{Orphan: w.Orphan.unpack(), Client: journal.ClientID(w.Client), Seq: w.Seq}
	}
	if op != nil && w.has(packOp(op)) {
		return op, nil
	}
	return nil, wrong("ops", "operation %d is not known, or not with these fields", w.Op)
}

// has reports whether w has no field but those of its operation, which again is
// made of.
func (w opWire) has(again opWire) bool {
	return w.By == again.By && w.TTL == again.TTL && w.Key == again.Key &&
		len(w.Value) == len(again.Value) && (w.Orphan == nil) == (again.Orphan == nil) &&
		w.Client == again.Client && w.Seq == again.Seq
}

type writtenWire struct {
	Client  id           `cbor:"1,keyasint,omitzero"`
	Seq     uint64       `cbor:"2,keyasint,omitempty"`
	Receipt receiptWire  `cbor:"3,keyasint,omitzero"`
	Results []int64      `cbor:"4,keyasint,omitempty"`
	Failure *failureWire `cbor:"5,keyasint,omitempty"`
}

type receiptWire struct {
	Position *position   `cbor:"1,keyasint,omitempty"`
	Ack      journal.Ack `cbor:"2,keyasint,omitempty"`
	Copies   uint32      `cbor:"3,keyasint,omitempty"`
	Durable  uint32      `cbor:"4,keyasint,omitempty"`
}

type failureWire struct {
	Code     frame.Code `cbor:"1,keyasint,omitempty"`
	Text     text       `cbor:"2,keyasint,omitzero"`
	Position *position  `cbor:"3,keyasint,omitempty"`
}

func packFailure(f *frame.Failure) *failureWire {
	if f == nil {
		return nil
	}
	return &failureWire{f.Code, text(f.Text), packPosition(f.Position)}
}

func (w *failureWire) unpack() *frame.Failure {
	if w == nil {
		return nil
	}
	return &frame.Failure{Code: w.Code, Text: string(w.Text), Position: w.Position.unpack()}
}

func packWritten(f frame.Written) writtenWire {
	return writtenWire{
		Client: id(f.Client), Seq: f.Seq, Results: f.Results, Failure: packFailure(f.Failure),
		Receipt: receiptWire{packPosition(f.Receipt.Position), f.Receipt.Ack, f.Receipt.Copies, f.Receipt.Durable},
	}
}

func openWritten(w writtenWire) (frame.Written, error) {
	return frame.Written{
		Client: journal.ClientID(w.Client), Seq: w.Seq, Results: orNil(w.Results), Failure: w.Failure.unpack(),
		Receipt: frame.Receipt{
			Position: w.Receipt.Position.unpack(), Ack: w.Receipt.Ack,
			Copies: w.Receipt.Copies, Durable: w.Receipt.Durable,
		},
	}, nil
}
