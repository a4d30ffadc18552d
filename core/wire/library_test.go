package wire_test

import (
	"bytes"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/wire"
)

// Another reader and writer of CBOR, as strict as it can be made, has to read
// every frame of ours and write the same values as the same bytes.
func TestAnotherLibraryReadsAndWritesTheSame(t *testing.T) {
	decoding, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		MaxArrayElements: wire.ListMaxItems, MaxMapPairs: wire.ListMaxItems,
	}.DecMode()
	if err != nil {
		t.Fatal(err)
	}
	encoding, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	same := func(t *rapid.T, item []byte) {
		var value any
		if err := decoding.Unmarshal(item, &value); err != nil {
			t.Fatalf("%x can't be read: %v", item, err)
		}
		again, err := encoding.Marshal(value)
		if err != nil || !bytes.Equal(again, item) {
			t.Fatalf("%x is written as %x (%v)", item, again, err)
		}
	}
	for kind, random := range frames {
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			message, err := wire.EncodeUnchecked(frame.Head{}, random(draw{t}))
			if err != nil {
				t.Fatal(err)
			}
			same(t, message)
			e, err := wire.DecodeEnvelope(message)
			if err != nil && e.Payload == nil {
				t.Fatal(err)
			}
			same(t, e.Payload)
		}))
	}
}
