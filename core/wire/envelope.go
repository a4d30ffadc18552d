package wire

import (
	"errors"
	"sync"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Envelope is a message whose payload has not been looked at.
type Envelope struct {
	Head    frame.Head
	Kind    Kind
	Payload []byte // a part of the message, not a copy
}

// envelope is an Envelope as it travels. The payload comes last and is a byte
// string, so that a relay neither parses nor copies it.
type envelope struct {
	_       struct{} `cbor:",toarray"`
	Group   frame.Group
	Nodes   []id
	From    id
	Kind    Kind
	Number  journal.EpochNumber
	Master  id
	Payload view
}

// envelopeBytes is about what an envelope to one node takes besides its payload.
const envelopeBytes = 96

// payloads holds buffers for payloads, which are copied into their message.
var payloads = sync.Pool{New: func() any { return new([]byte) }}

// Encode returns the whole message of one frame. The error is a [*LimitError]
// or a [*FormatError]: the frame breaks a rule that its receiver would refuse
// it for.
func Encode(head frame.Head, f frame.Frame) ([]byte, error) {
	kind := KindOf(f)
	if kind == 0 {
		return nil, &UnknownKindError{Kind: kind}
	}
	if err := checkHead(head, kind); err != nil {
		return nil, err
	}
	if err := codecs[kind].check(f); err != nil {
		return nil, named(kind, err)
	}
	message := encode(head, kind, f)
	if err := atMost(nameFrame, frame.FrameMaxBytes, len(message)); err != nil {
		return nil, err
	}
	if len(message) > ItemsMax { // fewer bytes cannot be too many items
		e, err := DecodeEnvelope(message)
		if err := first(err, checkProfile(e.Payload)); err != nil {
			return nil, named(kind, err)
		}
	}
	return message, nil
}

// encode writes a frame that was checked.
func encode(head frame.Head, kind Kind, f frame.Frame) []byte {
	payload := payloads.Get().(*[]byte)
	defer payloads.Put(payload)
	*payload = appendItem((*payload)[:0], codecs[kind].pack(f))
	message := make([]byte, 0, len(*payload)+envelopeBytes+17*len(head.To.Nodes))
	e := envelope{
		Group: head.To.Group, Nodes: packIDs(head.To.Nodes), From: id(head.From), Kind: kind,
		Number: head.Epoch.Number, Master: id(head.Epoch.Master), Payload: *payload,
	}
	return appendItem(message, &e)
}

// DecodeEnvelope reads what a relay must know of a message, and no more: the
// payload may be anything. The error is a [*LimitError], a [*FormatError] or,
// with the envelope read, an [*UnknownKindError].
func DecodeEnvelope(message []byte) (Envelope, error) {
	if err := atMost(nameFrame, frame.FrameMaxBytes, len(message)); err != nil {
		return Envelope{}, err
	}
	var e envelope
	if err := read(message, &e); err != nil {
		return Envelope{}, err
	}
	out := Envelope{
		Head: frame.Head{
			To:    frame.To{Group: e.Group, Nodes: unpackIDs(e.Nodes)},
			From:  journal.NodeID(e.From),
			Epoch: journal.Epoch{Number: e.Number, Master: journal.NodeID(e.Master)},
		},
		Kind:    e.Kind,
		Payload: e.Payload,
	}
	if !e.Kind.isKnown() {
		return out, &UnknownKindError{Kind: e.Kind}
	}
	return out, checkHead(out.Head, e.Kind)
}

// DecodePayload reads the frame in an envelope. Nothing in the frame is part of
// the message any more. The error is a [*LimitError], a [*FormatError] or an
// [*UnknownKindError].
func DecodePayload(e Envelope) (frame.Frame, error) {
	if !e.Kind.isKnown() {
		return nil, &UnknownKindError{Kind: e.Kind}
	}
	f, err := codecs[e.Kind].unpack(e.Payload)
	if err == nil {
		err = codecs[e.Kind].check(f)
	}
	if err != nil {
		return nil, named(e.Kind, err)
	}
	return f, nil
}

// Decode reads a whole message. Its errors are those of [DecodeEnvelope] and
// [DecodePayload]; the head is valid if the envelope could be read.
func Decode(message []byte) (frame.Head, frame.Frame, error) {
	e, err := DecodeEnvelope(message)
	if err != nil {
		return e.Head, nil, err
	}
	f, err := DecodePayload(e)
	return e.Head, f, err
}

// named fills the kind into a FormatError that was made without one.
func named(kind Kind, err error) error {
	if wrong, ok := errors.AsType[*FormatError](err); ok && wrong.Kind == 0 {
		wrong.Kind = kind
	}
	return err
}
