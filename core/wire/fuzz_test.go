package wire_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/understudy-dev/understudy/core/wire"
)

// FuzzDecode: whatever comes, decoding does not panic, and what it accepts has
// one encoding only. A message may be longer than that where it has keys we do
// not know, or zeros that need not be written.
func FuzzDecode(f *testing.F) {
	for _, message := range goldenMessages(f) {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		given := bytes.Clone(message)
		head, frame, err := wire.Decode(message)
		if !bytes.Equal(message, given) {
			t.Fatal("decoding changed the message")
		}
		if err != nil {
			return
		}
		again, err := wire.Encode(head, frame)
		if err != nil {
			t.Fatalf("%+v cannot be encoded: %v", frame, err)
		}
		if len(again) >= len(message) && !bytes.Equal(again, message) {
			t.Fatalf("decodes from\n%x but is\n%x", message, again)
		}
		head2, frame2, err := wire.Decode(again)
		if err != nil || !reflect.DeepEqual(head, head2) || !reflect.DeepEqual(frame, frame2) {
			t.Fatalf("%+v %+v became\n%+v %+v, %v", head, frame, head2, frame2, err)
		}
	})
}

// FuzzEnvelope: a relay reads any message without a panic, and finds the same
// head as the receiver.
func FuzzEnvelope(f *testing.F) {
	for _, message := range goldenMessages(f) {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		e, err := wire.DecodeEnvelope(message)
		head, _, whole := wire.Decode(message)
		if err != nil {
			if whole == nil {
				t.Fatalf("refused by the relay only: %v", err)
			}
			return
		}
		if !reflect.DeepEqual(head, e.Head) || !bytes.HasSuffix(message, e.Payload) {
			t.Fatalf("%+v with %x, want %+v", e.Head, e.Payload, head)
		}
	})
}
