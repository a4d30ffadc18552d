package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/wire"
)

func unhex(text string) []byte {
	raw, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(err)
	}
	return raw
}

// What is well-formed CBOR elsewhere but not here, or no CBOR at all. An a1 or
// a2 is a map of one or two pairs.
var foreign = []struct {
	what    string
	kind    wire.Kind
	payload string
}{
	{"nothing", wire.KindPing, ""},
	{"a number in place of the map", wire.KindPing, "07"},
	{"an array in place of the map", wire.KindPing, "81 07"},
	{"bytes behind the end", wire.KindPing, "a1 01 07 00"},
	{"a map that ends early", wire.KindPing, "a2 01 07"},
	{"a number that ends early", wire.KindPing, "a1 01 19 ff"},
	{"a string that ends early", wire.KindWatch, "a1 02 45 61"},
	{"a map longer than the message", wire.KindPing, "bb 7fffffffffffffff 01 07"},
	{"an array longer than the message", wire.KindWaiting, "a1 01 9b ffffffffffffffff"},
	{"a string longer than the message", wire.KindWatch, "a1 02 5b ffffffffffffffff 61"},
	{"a number in more bytes than it needs", wire.KindPing, "a1 01 18 07"},
	{"a number in 8 bytes that fits in 4", wire.KindPing, "a1 01 1b 00000000ffffffff"},
	{"a key in more bytes than it needs", wire.KindPing, "a1 18 01 07"},
	{"a key twice", wire.KindPing, "a2 01 07 01 07"},
	{"an unknown key twice", wire.KindPing, "a3 01 07 18 63 00 18 63 00"},
	{"keys that fall", wire.KindRead, "a2 02 01 01 07"},
	{"a text as a key", wire.KindPing, "a1 61 31 07"},
	{"a number below 0 as a key", wire.KindPing, "a1 20 07"},
	{"a map of no given length", wire.KindPing, "bf 01 07 ff"},
	{"an array of no given length", wire.KindWaiting, "a1 01 9f ff"},
	{"a string of no given length", wire.KindWatch, "a1 02 5f 41 61 ff"},
	{"a reserved length", wire.KindPing, "a1 01 1c"},
	{"a tag", wire.KindPing, "a1 01 c1 07"},
	{"a tag under an unknown key", wire.KindPing, "a1 18 63 c1 07"},
	{"null", wire.KindPing, "a1 01 f6"},
	{"undefined", wire.KindPing, "a1 01 f7"},
	{"null under an unknown key", wire.KindPing, "a1 18 63 f6"},
	{"a half float", wire.KindPing, "a1 01 f9 4700"},
	{"a double under an unknown key", wire.KindPing, "a1 18 63 fb 0000000000000000"},
	{"a simple value", wire.KindPing, "a1 01 e5"},
	{"a two-byte simple value", wire.KindPing, "a1 01 f8 ff"},
	{"text under an unknown key that is no UTF-8", wire.KindPing, "a1 18 63 61 ff"},
	{"a number below 0 in place of a count", wire.KindPing, "a1 01 20"},
	{"a big number in place of a small one", wire.KindRead, "a1 02 19 0100"},
	{"a string in place of a number", wire.KindPing, "a1 01 41 07"},
	{"a number in place of a bool", wire.KindAppear, "a1 01 01"},
	{"a text in place of a key", wire.KindWatch, "a1 02 61 61"},
	{"a list of numbers in place of a key", wire.KindWatch, "a1 02 81 01"},
	{"a key in place of a text", wire.KindLeft, "a2 01 50 61616161616161616161616161616161 04 41 61"},
	{"an id of 15 bytes", wire.KindWaiting, "a1 01 81 4f 616161616161616161616161616161"},
	{"an id of 17 bytes", wire.KindWaiting, "a1 01 81 51 6161616161616161616161616161616161"},
	{"a position of two", wire.KindFetch, "a1 02 82 01 02"},
	{"a position in a map", wire.KindFetch, "a1 02 a0"},
	{"an unknown operation", wire.KindWrite, "a3 01 50 61616161616161616161616161616161 02 01 05 81 a2 01 07 02 41 6b"},
	{"a deletion that lasts", wire.KindWrite, "a3 01 50 61616161616161616161616161616161 02 01 05 81 a3 01 02 02 41 6b 05 01"},
	{"an increment of an orphan", wire.KindWrite, "a3 01 50 61616161616161616161616161616161 02 01 05 81 a3 01 03 02 41 6b 06 83 01 50 61616161616161616161616161616161 01"},
	{"an item of 2", wire.KindReadReply, "a1 02 81 82 41 6b 40"},
	{"an item of 5", wire.KindReadReply, "a1 02 81 85 41 6b 40 01 01 01"},
	{"a deletion with a value", wire.KindWrite, "a3 01 50 61616161616161616161616161616161 02 01 05 81 a3 01 02 02 41 6b 03 41 6b"},
	{"a set with a number", wire.KindWrite, "a3 01 50 61616161616161616161616161616161 02 01 05 81 a3 01 01 02 41 6b 04 01"},
	{"a run without entries", wire.KindReplicate, "a1 02 81 84 01 50 61616161616161616161616161616161 00 80"},
	{"a first run of no epoch", wire.KindReplicate, "a1 02 81 84 00 40 00 81 87 00 00 40 00 00 80 80"},
	{"a run whose master is short", wire.KindReplicate, "a1 02 81 84 01 41 61 00 81 87 00 00 40 00 00 80 80"},
	{"a second run of the same epoch", wire.KindReplicate, "a1 02 82 84 01 50 61616161616161616161616161616161 00 81 87 00 00 40 00 00 80 80 84 00 40 00 81 87 00 00 40 00 00 80 80"},
	{"a first entry later than its run", wire.KindReplicate, "a1 02 81 84 01 50 61616161616161616161616161616161 00 81 87 01 00 40 00 00 80 80"},
	{"a time that overflows", wire.KindReplicate, "a1 02 81 84 01 50 61616161616161616161616161616161 01 82 87 00 00 40 00 00 80 80 87 1b 7fffffffffffffff 00 40 00 00 80 80"},
	{"a floor below 0", wire.KindReplicate, "a1 02 81 84 01 50 61616161616161616161616161616161 00 81 87 00 00 50 62626262626262626262626262626262 01 02 80 80"},
	{"a client of 2 bytes", wire.KindReplicate, "a1 02 81 84 01 50 61616161616161616161616161616161 00 81 87 00 00 42 6262 01 00 80 80"},
	{"a client twice", wire.KindReplicate, "a1 02 81 84 01 50 61616161616161616161616161616161 00 81 87 00 00 50 00000000000000000000000000000000 00 00 80 80"},
	{"an index that overflows", wire.KindReplicate, "a2 01 83 01 50 61616161616161616161616161616161 1b ffffffffffffffff 02 81 84 00 40 00 81 87 00 00 40 00 00 80 80"},
}

func TestForeignPayloadsAreRefused(t *testing.T) {
	for _, c := range foreign {
		t.Run(c.what, func(t *testing.T) {
			f, err := wire.DecodePayload(wire.Envelope{Kind: c.kind, Payload: unhex(c.payload)})
			if f != nil {
				t.Errorf("decoded as %+v", f)
			}
			wantFormat(t, err, c.kind)
		})
	}
}

func TestTheKeyOfAMisplacedValueIsNamed(t *testing.T) {
	_, err := wire.DecodePayload(wire.Envelope{Kind: wire.KindRead, Payload: unhex("a2 01 07 02 f4")})
	if got, want := err.Error(), "read: 2: a CBOR primitives that does not belong there"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

const (
	ids = "50 61616161616161616161616161616161"

	// an envelope to one node, from 16 a, of a probe under epoch 0
	head    = "01 81 " + ids + ids
	noEpoch = "00 50 00000000000000000000000000000000"
)

func TestAnUnknownKeyIsIgnored(t *testing.T) {
	message := unhex("87" + head + "18 47" + noEpoch + "51 a2 01 07 18 63 83 61 78 a1 00 f5 82 20 43 ffffff")
	_, f, err := wire.Decode(message)
	if err != nil || f != (frame.Probe{ID: 7}) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestAnUnknownKindIsToldFromABrokenMessage(t *testing.T) {
	message := unhex("87" + head + "18 ff" + noEpoch + "41 00")
	e, err := wire.DecodeEnvelope(message)
	unknown, ok := errors.AsType[*wire.UnknownKindError](err)
	if !ok || unknown.Kind != 255 || e.Head.From != ada {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := wire.DecodePayload(e); !errors.As(err, &unknown) {
		t.Error(err)
	}
}

func TestForeignEnvelopesAreRefused(t *testing.T) {
	for what, message := range map[string]string{
		"nothing":            "",
		"a map":              "a0",
		"six elements":       "86" + head + "18 47" + noEpoch,
		"eight elements":     "88" + head + "18 47" + noEpoch + "41 00 00",
		"a bare payload":     "87" + head + "18 47" + noEpoch + "a0",
		"a text payload":     "87" + head + "18 47" + noEpoch + "61 61",
		"bytes behind":       "87" + head + "18 47" + noEpoch + "41 00 00",
		"a payload cut off":  "87" + head + "18 47" + noEpoch + "42 00",
		"a kind over 16 bit": "87" + head + "1a 00010000" + noEpoch + "41 00",
		"a kind below 0":     "87" + head + "20" + noEpoch + "41 00",
		"null for an id":     "87 01 81 f6" + ids + "18 47" + noEpoch + "41 00",
		"a group over 8 bit": "87 19 0100 81" + ids + ids + "18 47" + noEpoch + "41 00",
	} {
		t.Run(what, func(t *testing.T) {
			_, err := wire.DecodeEnvelope(unhex(message))
			wantFormat(t, err, 0)
		})
	}
}

func TestTheRelayLooksAtNoPayload(t *testing.T) {
	message := unhex("87" + head + "18 47" + noEpoch + "43 ff00ff")
	e, err := wire.DecodeEnvelope(message)
	if err != nil || !bytes.Equal(e.Payload, unhex("ff00ff")) {
		t.Fatalf("%x, %v", e.Payload, err)
	}
	if &e.Payload[0] != &message[len(message)-3] {
		t.Error("the payload is a copy")
	}
}

func TestADecodedFrameSharesNothingWithItsMessage(t *testing.T) {
	message, err := wire.Encode(toOne, write(frame.Set{Key: "key", Value: []byte("value")}))
	if err != nil {
		t.Fatal(err)
	}
	_, f, err := wire.Decode(message)
	if err != nil {
		t.Fatal(err)
	}
	clear(message)
	op := f.(frame.Write).Ops[0].(frame.Set)
	if op.Key != "key" || string(op.Value) != "value" || f.(frame.Write).Origin.Client != clientID('k') {
		t.Errorf("%+v changed with the message", f)
	}
}

func TestEveryCodeTravels(t *testing.T) {
	for code := range frame.Code(255) {
		_, err := wire.Encode(fromRelay, frame.Answer{Code: code})
		if known := !strings.HasPrefix(code.String(), "CODE_"); known != (err == nil) {
			t.Errorf("%v: %v", code, err)
		}
	}
}
