package wire_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/wire"
)

// numbered returns n different ids in rising order.
func numbered(n int) []journal.NodeID {
	ids := make([]journal.NodeID, n)
	for i := range ids {
		binary.BigEndian.PutUint32(ids[i][:], uint32(i+1))
	}
	return ids
}

// many returns n items.
func many[T any](n int, item func(i int) T) []T {
	items := make([]T, n)
	for i := range items {
		items[i] = item(i)
	}
	return items
}

func write(ops ...frame.Op) frame.Write {
	return frame.Write{Origin: journal.Origin{Client: clientID('k'), Seq: 1}, Ops: ops}
}

func set(keyBytes, valueBytes int) frame.Set {
	return frame.Set{Key: strings.Repeat("k", keyBytes), Value: make([]byte, valueBytes)}
}

func item(i, valueBytes int) journal.Item {
	key := string(binary.BigEndian.AppendUint32(nil, uint32(i)))
	return journal.Item{Key: key, Value: make([]byte, valueBytes), Revision: 1}
}

func inSync(n int) register.Register {
	return register.Register{Version: 1, InSync: many(n, func(i int) register.Seat {
		return register.Seat{Node: numbered(i + 1)[i]}
	})}
}

func losses(n int, missing ...journal.NodeID) register.Register {
	return register.Register{Version: 1, Losses: many(n, func(int) register.Loss {
		return register.Loss{Epoch: epoch1, Missing: missing}
	})}
}

// sized returns an entry whose SizeBytes is that.
func sized(i journal.Index, size int) journal.Entry {
	e := journal.Entry{Position: at(epoch1, i), Changes: []journal.Change{{Key: "k"}}}
	e.Changes[0].Value = make([]byte, size-e.SizeBytes())
	return e
}

func changed(r register.Register) frame.Frame { return frame.Changed{Register: r} }

// oneEntry returns an entry behind nothing.
func oneEntry(changes []journal.Change, results []int64) frame.Frame {
	return frame.Replicate{Entries: []journal.Entry{{Position: at(epoch1, 1), Changes: changes, Results: results}}}
}

var limits = []struct {
	what  string
	name  string
	limit int
	make  func(n int) frame.Frame
}{
	{"a key that is set", "key bytes", frame.KeyMaxBytes, func(n int) frame.Frame { return write(set(n, 1)) }},
	{"a key that is deleted", "key bytes", frame.KeyMaxBytes, func(n int) frame.Frame {
		return write(frame.Delete{Key: strings.Repeat("k", n)})
	}},
	{"a key of a condition", "key bytes", frame.KeyMaxBytes, func(n int) frame.Frame {
		w := write(set(1, 1))
		w.Conditions = []frame.Condition{{Key: strings.Repeat("k", n), Absent: true}}
		return w
	}},
	{"a key in an entry", "key bytes", frame.KeyMaxBytes, func(n int) frame.Frame {
		return oneEntry([]journal.Change{{Key: strings.Repeat("k", n)}}, nil)
	}},
	{"a prefix", "key bytes", frame.KeyMaxBytes, func(n int) frame.Frame { return frame.Watch{Prefix: strings.Repeat("k", n)} }},
	{"a cursor", "key bytes", frame.KeyMaxBytes, func(n int) frame.Frame { return frame.Read{After: strings.Repeat("k", n)} }},
	{"a value, beside the longest key", "value bytes", frame.ValueMaxBytes, func(n int) frame.Frame {
		return write(set(frame.KeyMaxBytes, n))
	}},
	{"a value of an entry", "value bytes", frame.ValueMaxBytes, func(n int) frame.Frame {
		return oneEntry([]journal.Change{{Key: "k", Value: make([]byte, n)}}, nil)
	}},
	{"a value of an event", "value bytes", frame.ValueMaxBytes, func(n int) frame.Frame {
		return frame.Changes{Events: []journal.Event{{Position: at(epoch1, 1), Key: "k", Value: make([]byte, n)}}}
	}},
	{"operations", "operations of a write", frame.BatchMaxOps, func(n int) frame.Frame {
		return write(many(n, func(int) frame.Op { return frame.Delete{Key: "k"} })...)
	}},
	{"operations, without what they resolve", "operations of a write", frame.BatchMaxOps, func(n int) frame.Frame {
		ops := many(n, func(int) frame.Op { return frame.Delete{Key: "k"} })
		return write(append(ops, frame.Resolve{Orphan: at(epoch1, 1), Client: clientID('j'), Seq: 1})...)
	}},
	{"conditions", "operations of a write", frame.BatchMaxOps, func(n int) frame.Frame {
		w := write(set(1, 1))
		w.Conditions = many(n, func(int) frame.Condition { return frame.Condition{Key: "k", Absent: true} })
		return w
	}},
	{"changes of an entry", "operations of a write", frame.EntryMaxChanges, func(n int) frame.Frame {
		return oneEntry(many(n, func(int) journal.Change { return journal.Change{Key: "k"} }), nil)
	}},
	{"results of an entry", "operations of a write", frame.EntryMaxChanges, func(n int) frame.Frame { return oneEntry(nil, make([]int64, n)) }},
	{"results of a write", "operations of a write", frame.EntryMaxChanges, func(n int) frame.Frame {
		return frame.Written{Client: clientID('k'), Seq: 1, Receipt: frame.Receipt{Position: at(epoch1, 1)}, Results: make([]int64, n)}
	}},
	{"bytes of a batch", "key and value bytes of a write", frame.BatchMaxBytes, func(n int) frame.Frame {
		return write(set(24, 1000), frame.Delete{Key: strings.Repeat("k", 100)}, set(24, n-24-1000-100-24))
	}},
	{"a room's name", "room name bytes", frame.RoomNameMaxBytes, func(n int) frame.Frame {
		return frame.Hello{VersionMin: 1, VersionMax: 1, Room: strings.Repeat("r", n), Member: process()}
	}},
	{"a node's name", "node name bytes", frame.NodeNameMaxBytes, func(n int) frame.Frame {
		m := process()
		m.Name = strings.Repeat("n", n)
		return frame.Joined{Member: m}
	}},
	{"members", "nodes", frame.NodesPerRoomMax, func(n int) frame.Frame {
		return frame.Welcome{Version: 1, Members: many(n, func(i int) register.Member {
			m := process()
			m.Node = numbered(i + 1)[i]
			return m
		})}
	}},
	{"seats", "nodes", frame.NodesPerRoomMax, func(n int) frame.Frame { return changed(inSync(n)) }},
	{"missing nodes", "nodes", frame.NodesPerRoomMax, func(n int) frame.Frame { return changed(losses(1, numbered(n)...)) }},
	{"losses", "loss records", register.MaxLosses, func(n int) frame.Frame { return changed(losses(n)) }},
	{"nodes waited for", "nodes", frame.NodesPerRoomMax, func(n int) frame.Frame { return frame.Waiting{For: numbered(n)} }},
	{"nodes to remove", "nodes", frame.NodesPerRoomMax, func(n int) frame.Frame { return frame.Amend{Epoch: epoch1, Remove: numbered(n)} }},
	{"nodes to add", "nodes", frame.NodesPerRoomMax, func(n int) frame.Frame {
		return frame.Amend{Epoch: epoch1, Add: many(n, func(int) frame.Addition { return frame.Addition{Node: ada, Incarnation: 1} })}
	}},
	{"progress", "nodes", frame.NodesPerRoomMax, func(n int) frame.Frame {
		return frame.Report{Node: ada, Progress: many(n, func(i int) frame.Progress { return frame.Progress{Node: numbered(i + 1)[i]} })}
	}},
	{"a reason", "text bytes", wire.TextMaxBytes, func(n int) frame.Frame { return frame.Left{Node: ada, Reason: strings.Repeat("x", n)} }},
	{"a failure's text", "text bytes", wire.TextMaxBytes, func(n int) frame.Frame {
		return frame.ReadReply{Failure: &frame.Failure{Code: frame.CodeBusy, Text: strings.Repeat("x", n)}}
	}},
	{"entries beyond the first", "entry bytes beyond the first entry", frame.ReplicateMaxBytes, func(n int) frame.Frame {
		return frame.Replicate{Entries: []journal.Entry{sized(1, 1<<20), sized(2, 500_000), sized(3, n-500_000)}}
	}},
	{"supplied entries beyond the first", "entry bytes beyond the first entry", frame.ReplicateMaxBytes, func(n int) frame.Frame {
		return frame.Supply{Entries: []journal.Entry{sized(1, 1<<20), sized(2, n)}}
	}},
	{"a part's items beyond the first", "content bytes beyond the first item", frame.ChunkMaxBytes, func(n int) frame.Frame {
		return frame.Chunk{At: at(epoch1, 1), Items: []journal.Item{item(1, frame.ValueMaxBytes), item(2, n-4)}}
	}},
	{"clients of a part", "clients", frame.DedupeMaxClients, func(n int) frame.Frame {
		return frame.Chunk{At: at(epoch1, 1), Clients: many(n, func(int) journal.ClientRecord {
			return journal.ClientRecord{Client: clientID('k'), Last: 1}
		})}
	}},
	{"items of a part", "items of a list", wire.ListMaxItems, func(n int) frame.Frame {
		return frame.Chunk{At: at(epoch1, 1), Items: many(n, func(i int) journal.Item { return item(i, 0) })}
	}},
	{"epochs", "items of a list", wire.ListMaxItems, func(n int) frame.Frame {
		return frame.Sealed{Incarnation: 1, Last: at(journal.Epoch{Number: journal.EpochNumber(n), Master: ada}, journal.Index(n)), History: many(n, func(i int) journal.EpochStart {
			return journal.EpochStart{Epoch: journal.Epoch{Number: journal.EpochNumber(i + 1), Master: ada}, First: journal.Index(i + 1)}
		})}
	}},
	{"events", "items of a list", wire.ListMaxItems, func(n int) frame.Frame {
		return frame.Changes{Events: many(n, func(int) journal.Event { return journal.Event{Position: at(epoch1, 1), Key: "k"} })}
	}},
	{"spans", "items of a list", wire.ListMaxItems, func(n int) frame.Frame {
		spans := many(n, func(i int) journal.Span { return journal.Span{From: uint64(2 * (i + 1)), To: uint64(2 * (i + 1))} })
		return frame.Chunk{At: at(epoch1, 1), Clients: []journal.ClientRecord{{Client: clientID('k'), Last: 1, Done: spans}}}
	}},
	{"items asked for", "items of a reply", frame.ScanMaxItems, func(n int) frame.Frame { return frame.Read{Limit: uint32(n)} }},
	{"items of a reply", "items of a reply", frame.ScanMaxItems, func(n int) frame.Frame {
		return frame.ReadReply{Items: many(n, func(i int) journal.Item { return item(i, 0) })}
	}},
	{"a reply's items beyond the first", "key and value bytes beyond the first item", frame.ReplyMaxBytes, func(n int) frame.Frame {
		return frame.ReadReply{Items: []journal.Item{item(1, frame.ValueMaxBytes), item(2, n-4)}}
	}},
	{"a whole message", "frame bytes", frame.FrameMaxBytes, func(n int) frame.Frame {
		const rest = 250 // all but the values of the conditions
		w := write(set(1, 1))
		w.Conditions = many(5, func(int) frame.Condition {
			return frame.Condition{Key: "k", HasValue: true, Value: make([]byte, (n-rest)/5)}
		})
		for len(must(wire.EncodeUnchecked(toOne, w))) < n {
			w.Conditions[0].Value = append(w.Conditions[0].Value, 0)
		}
		return w
	}},
}

func must(message []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return message
}

// headFor returns a head that fits a frame.
func headFor(f frame.Frame) frame.Head {
	switch kind := wire.KindOf(f); {
	case kind.FromRelay():
		return fromRelay
	case kind.ForRelay():
		return forRelay
	default:
		return toOne
	}
}

func TestALimitIsKeptExactly(t *testing.T) {
	for _, l := range limits {
		t.Run(l.what, func(t *testing.T) {
			f := l.make(l.limit)
			message, err := wire.Encode(headFor(f), f)
			if err != nil {
				t.Fatalf("at the limit: %v", err)
			}
			if _, _, err := wire.Decode(message); err != nil {
				t.Fatalf("at the limit: %v", err)
			}

			f = l.make(l.limit + 1)
			want := &wire.LimitError{Name: l.name, Limit: l.limit, Got: l.limit + 1}
			_, err = wire.Encode(headFor(f), f)
			wantLimit(t, "encode", err, want)
			_, _, err = wire.Decode(must(wire.EncodeUnchecked(headFor(f), f)))
			wantLimit(t, "decode", err, want)
		})
	}
}

func wantLimit(t *testing.T, what string, err error, want *wire.LimitError) {
	t.Helper()
	got, ok := errors.AsType[*wire.LimitError](err)
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%s one over the limit: %v, want %v", what, err, want)
	}
}

func TestTheReceiversOfAMessageAreLimited(t *testing.T) {
	head := frame.Head{To: frame.ToNodes(numbered(frame.NodesPerRoomMax)), From: ada}
	if _, _, err := wire.Decode(must(wire.Encode(head, frame.Probe{}))); err != nil {
		t.Fatal(err)
	}
	head.To = frame.ToNodes(numbered(frame.NodesPerRoomMax + 1))
	want := &wire.LimitError{Name: "nodes", Limit: frame.NodesPerRoomMax, Got: frame.NodesPerRoomMax + 1}
	_, err := wire.Encode(head, frame.Probe{})
	wantLimit(t, "encode", err, want)
	_, err = wire.DecodeEnvelope(must(wire.EncodeUnchecked(head, frame.Probe{})))
	wantLimit(t, "decode", err, want)
}

// ping is a payload of a Ping with a key that nobody knows.
func ping(unknown ...byte) wire.Envelope {
	return wire.Envelope{Kind: wire.KindPing, Payload: append([]byte{0xa2, 0x01, 0x07, 0x18, 0x63}, unknown...)}
}

func TestNestingIsLimited(t *testing.T) {
	nested := func(n int) wire.Envelope { // the map is one level
		return ping(append(bytes.Repeat([]byte{0x81}, n-1), 0)...)
	}
	if f, err := wire.DecodePayload(nested(wire.NestingMax)); err != nil || f != (frame.Ping{Nonce: 7}) {
		t.Errorf("at the limit: %v, %v", f, err)
	}
	_, err := wire.DecodePayload(nested(wire.NestingMax + 1))
	wantLimit(t, "decode", err, &wire.LimitError{Name: "nested arrays and maps", Limit: wire.NestingMax, Got: wire.NestingMax + 1})
}

func TestTheItemsOfAFrameAreLimited(t *testing.T) {
	list := func(n int) []byte { // n zeros
		return append([]byte{0x9a, 0, byte(n >> 16), byte(n >> 8), byte(n)}, make([]byte, n)...)
	}
	filled := func(n int) wire.Envelope {
		n -= 2 + 8 // the pairs of the map, the lists in the list
		payload := []byte{0x88}
		for range 7 {
			payload = append(payload, list(wire.ListMaxItems)...)
			n -= wire.ListMaxItems
		}
		// The last one is short enough for two bytes of length.
		return ping(append(append(payload, 0x99, byte(n>>8), byte(n)), make([]byte, n)...)...)
	}
	if f, err := wire.DecodePayload(filled(wire.ItemsMax)); err != nil || f != (frame.Ping{Nonce: 7}) {
		t.Errorf("at the limit: %v, %v", f, err)
	}
	_, err := wire.DecodePayload(filled(wire.ItemsMax + 1))
	wantLimit(t, "decode", err, &wire.LimitError{Name: "items of a frame", Limit: wire.ItemsMax, Got: wire.ItemsMax + 1})
}
