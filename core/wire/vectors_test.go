package wire_test

import (
	"math"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// vector is one golden message: testdata/wire/NAME.hex and NAME.json.
type vector struct {
	name  string
	head  frame.Head
	frame frame.Frame
}

func nodeID(b byte) journal.NodeID {
	return journal.NodeID([]byte(strings.Repeat(string(rune(b)), 16)))
}

func clientID(b byte) journal.ClientID { return journal.ClientID(nodeID(b)) }

var (
	ada, bob, cyd = nodeID('a'), nodeID('b'), nodeID('c')

	epoch1 = journal.Epoch{Number: 1, Master: ada}
	epoch2 = journal.Epoch{Number: 2, Master: bob}
	epoch9 = journal.Epoch{Number: math.MaxUint64, Master: cyd}

	history = journal.History{{Epoch: epoch1, First: 1}, {Epoch: epoch2, First: 41}}
	failure = &frame.Failure{
		Code: frame.CodeOutcomeUnknown, Text: "1 of 2 copies has it", Position: at(epoch2, 41),
	}

	forRelay  = frame.Head{From: ada, Epoch: epoch1}
	fromRelay = frame.Head{}
	toOne     = frame.Head{To: frame.ToNode(bob), From: ada, Epoch: epoch1}
	toTwo     = frame.Head{To: frame.ToNodes([]journal.NodeID{bob, cyd}), From: ada, Epoch: epoch2}
	toCopies  = frame.Head{To: frame.ToCopies(), From: bob, Epoch: epoch2}
	early     = frame.Head{To: frame.ToNode(ada), From: cyd} // no mastership yet
)

func at(e journal.Epoch, i journal.Index) journal.Position {
	return journal.Position{Epoch: e, Index: i}
}

func process() register.Member {
	return register.Member{
		Node: ada, Incarnation: 3, Name: "übung", Kind: register.KindProcess,
		Candidate: true, Priority: -5, Durable: true, Visible: true,
	}
}

func tab() register.Member {
	return register.Member{Node: bob, Incarnation: 1, Kind: register.KindTab, Candidate: true}
}

func fullRegister() register.Register {
	return register.Register{
		Version: 7, Epoch: epoch2, Awaiting: true,
		InSync: []register.Seat{{Node: bob, Incarnation: 3}, {Node: ada, Volatile: true}},
		Losses: []register.Loss{{Epoch: epoch2, At: 1_700_000_000_000_000_000, Missing: []journal.NodeID{ada, cyd}, Taken: true}},
		Settings: register.Settings{
			Election: register.ElectVote, MinInSync: 2, Ack: register.Ack{Given: true, Ack: 1}, NoVolatile: true, LagLimit: 5 * time.Second,
		},
	}
}

func setEntry(p journal.Position, t journal.Instant, client byte, seq uint64, key, value string) journal.Entry {
	return journal.Entry{
		Position: p, Time: t, Ack: journal.AckAll,
		Origin:  journal.Origin{Client: clientID(client), Seq: seq, Floor: seq},
		Changes: []journal.Change{{Key: key, Value: []byte(value)}},
		Results: []int64{0},
	}
}

// entries are what a recovering master sends: three epochs, two clients, a
// start entry, a batch.
func entries() []journal.Entry {
	batch := setEntry(at(epoch2, 42), 2000, 'k', 9, "colour", "blue")
	batch.Origin.Floor, batch.Ack = 2, 2
	batch.Changes = append(batch.Changes, journal.Change{Key: "\x00\xff", Deleted: true}, journal.Change{Key: "empty"})
	batch.Results = []int64{0, 1, math.MinInt64}
	lasting := setEntry(at(epoch2, 43), 2000, 'k', 10, "colour", "red")
	lasting.Changes[0].Deadline = 1_700_000_000_000_000_000
	return []journal.Entry{
		setEntry(at(epoch1, 40), -500, 'j', 1, "\xff\xfe", "not utf-8: \xc3\x28"),
		{Position: at(epoch2, 41), Time: 1000},
		batch,
		lasting,
		setEntry(at(epoch9, 44), math.MaxInt64, 'j', math.MaxUint64, "last", "one"),
	}
}

func relayVectors() []vector {
	return []vector{
		{"hello", forRelay, frame.Hello{VersionMin: 1, VersionMax: 2, Room: "räume", Member: process(), Register: fullRegister()}},
		{"hello-client", frame.Head{From: cyd}, frame.Hello{
			VersionMin: 1, VersionMax: 1, Room: "demo", Member: register.Member{Node: cyd, Kind: register.KindClient},
		}},
		{"welcome", fromRelay, frame.Welcome{
			Version: 1, Register: fullRegister(), Seated: true, Members: []register.Member{process(), tab()},
			PingEvery: time.Second, DeadAfter: 3 * time.Second,
		}},
		{"welcome-empty-room", fromRelay, frame.Welcome{Version: 1, Members: []register.Member{tab()}}},
		{"refused", fromRelay, frame.Refused{Code: frame.CodeReplaced, Text: "incarnation 4 is here"}},
		{"joined", fromRelay, frame.Joined{Member: process(), Again: true}},
		{"left", fromRelay, frame.Left{Node: bob, Incarnation: 2, Goodbye: true, Reason: "goodbye"}},
		{"changed", fromRelay, frame.Changed{Register: register.Register{
			Version: 2, Epoch: epoch1, InSync: []register.Seat{{Node: ada}},
		}, Seated: true}},
		{"changed-no-master", fromRelay, frame.Changed{Register: register.Register{
			Version: math.MaxUint64, Epoch: journal.Epoch{Number: 4}, InSync: []register.Seat{{Node: ada}},
		}}},
		{"waiting", fromRelay, frame.Waiting{For: []journal.NodeID{bob, ada}, All: true}},
		{"waiting-over", fromRelay, frame.Waiting{}},
		{"ping", fromRelay, frame.Ping{Nonce: math.MaxUint64}},
		{"pong", forRelay, frame.Pong{Nonce: 23}},
		{"appear", forRelay, frame.Appear{Visible: true}},
		{"goodbye", forRelay, frame.Goodbye{}},
		{"claim", forRelay, frame.Claim{Request: 24, Number: 3}},
		{"amend", forRelay, frame.Amend{
			Request: 255, Version: 256, Epoch: epoch1,
			Add: []frame.Addition{{Node: bob, Incarnation: 65535}}, Remove: []journal.NodeID{cyd}, Expel: true, Settled: true,
		}},
		{"handover", forRelay, frame.Handover{Request: 65536, Version: 1, Epoch: epoch1, Successor: bob}},
		{"resignation", forRelay, frame.Handover{Request: 1 << 32, Version: 1, Epoch: epoch1}},
		{"confirm", forRelay, frame.Confirm{Request: 1<<32 - 1, Epoch: epoch1}},
		{"answer", fromRelay, frame.Answer{
			Request: 9, Code: frame.CodeRetry, Text: "the room is new", Version: 3, After: 250 * time.Millisecond,
		}},
		{"configure", forRelay, frame.Configure{Request: 4, Version: 7, Settings: fullRegister().Settings}},
		{"configure-defaults", frame.Head{From: cyd}, frame.Configure{Request: 5, Version: 8}},
		{"take-over", frame.Head{From: cyd}, frame.TakeOver{Request: 6, Version: 7, Successor: bob}},
	}
}

func replicationVectors() []vector {
	return []vector{
		{"seal", toCopies, frame.Seal{}},
		{"sealed", toOne, frame.Sealed{Incarnation: 2, Last: at(epoch2, 50), History: history}},
		{"sealed-empty", toOne, frame.Sealed{Incarnation: 1}},
		{"fetch", toOne, frame.Fetch{Nonce: 5, After: at(epoch1, 12)}},
		{"supply", toOne, frame.Supply{Nonce: 5, Prev: at(epoch1, 39), Entries: entries()[:1], Last: at(epoch1, 40)}},
		{"supply-refused", toOne, frame.Supply{Nonce: 6, Refused: true}},
		{"replicate", toTwo, frame.Replicate{
			Prev: at(epoch2, 42), Entries: []journal.Entry{setEntry(at(epoch2, 43), 1_700_000_000_000_000_000, 'k', 10, "colour", "red")}, Commit: 41, Hash: 1 << 63,
		}},
		{"replicate-mark", toTwo, frame.Replicate{Prev: at(epoch2, 43), Commit: 43}},
		{"replicate-first", toTwo, frame.Replicate{Entries: []journal.Entry{{Position: at(epoch1, 1)}}}},
		{"replicate-epochs", toTwo, frame.Replicate{Prev: at(epoch1, 39), Entries: entries(), Commit: 39}},
		{"ack", toOne, frame.Ack{Incarnation: 2, Match: at(epoch1, 44)}},
		{"behind", toOne, frame.Behind{Incarnation: 2, Last: at(epoch2, 41), History: history}},
		{"chunk", toOne, frame.Chunk{
			Nonce: 8, At: at(epoch2, 44), Number: 1, Sum: math.MaxUint64,
			Items: []journal.Item{{Key: "\x00q", Value: []byte{0, 255}, Revision: 3}, {Key: "a", Revision: 44, Deadline: math.MaxInt64}},
		}},
		{"chunk-last", toOne, frame.Chunk{
			Nonce: 8, At: at(epoch2, 44), Number: 2, Sum: 1, Done: true, Time: 99, Hash: 1 << 63,
			Evicted: 11, History: history, Commit: 40,
			Clients: []journal.ClientRecord{{
				Client: clientID('k'), Last: 44, Floor: 5, Done: []journal.Span{{From: 1, To: 7}, {From: 9, To: 9}},
				Kept: []journal.KeptResult{
					{Seq: 7, Position: at(epoch1, 40), Results: []int64{-1, 24}}, {Seq: 9, Position: at(epoch2, 44)},
				},
			}},
		}},
		{"chunk-ack", toOne, frame.ChunkAck{Incarnation: 2, Nonce: 8, At: at(epoch2, 44), Number: math.MaxUint32}},
		{"replicate-expiry", toTwo, frame.Replicate{Prev: at(epoch2, 43), Entries: []journal.Entry{{
			Position: at(epoch2, 44), Time: 5000, Origin: journal.Origin{Seq: journal.ExpirySeq}, Changes: []journal.Change{{Key: "colour", Deleted: true}},
		}}}},
		{"differs", toOne, frame.Differs{Incarnation: 2, At: at(epoch2, 43), Hash: math.MaxUint64}},
	}
}

func requestVectors() []vector {
	return []vector{
		{"write", toOne, frame.Write{
			Origin: journal.Origin{Client: clientID('k'), Seq: 10, Floor: 8},
			Conditions: []frame.Condition{
				{Key: "a", Absent: true}, {Key: "b", Revision: 3}, {Key: "c", HasValue: true, Value: []byte("x")},
				{Key: "\xff", HasValue: true},
			},
			Ops: []frame.Op{
				frame.Set{Key: "colour", Value: []byte("blue")}, frame.Set{Key: "\xff"}, frame.Set{Key: "soon", TTL: time.Minute},
				frame.Append{Key: "log", Value: []byte("more")}, frame.Append{Key: "log"}, frame.Expire{Key: "later", TTL: time.Hour}, frame.Expire{Key: "ever"},
				frame.Resolve{Orphan: at(epoch1, 40), Client: clientID('j'), Seq: 1},
				frame.Delete{Key: "shape"}, frame.Increment{Key: "n", By: math.MinInt64}, frame.Increment{Key: "n"},
			},
			Ack: journal.AckAll, Wait: 5 * time.Second, Known: 40, Retry: true, Degrade: true,
		}},
		{"write-early", early, frame.Write{
			Origin: journal.Origin{Client: clientID('k'), Seq: 1}, Ops: []frame.Op{frame.Delete{Key: "k"}}, Ack: 999,
		}},
		{"write-by-the-room", toOne, frame.Write{
			Origin: journal.Origin{Client: clientID('k'), Seq: 1}, Ops: []frame.Op{frame.Delete{Key: "k"}}, Ack: journal.AckRoom,
		}},
		{"written", toOne, frame.Written{
			Client: clientID('k'), Seq: 10, Results: []int64{0, math.MaxInt64, -1},
			Receipt: frame.Receipt{Position: at(epoch2, 43), Ack: journal.AckAll, Copies: 3, Durable: 2},
		}},
		{"written-unknown", toOne, frame.Written{Client: clientID('k'), Seq: 10, Failure: failure}},
		{"read", toOne, frame.Read{ID: 1, Level: frame.LevelLatest, Key: "col\xff", After: "col\xffb", Limit: 1000, Bare: true}},
		{"read-exact", toOne, frame.Read{ID: 2, Key: "colour", Exact: true}},
		{"read-session", toOne, frame.Read{ID: 2, Level: frame.LevelSession, Key: "colour", Exact: true, Least: at(epoch2, 43), Wait: time.Second}},
		{"read-reply", toOne, frame.ReadReply{
			ID: 1, Items: []journal.Item{{Key: "col\xff", Value: []byte("blue"), Revision: 42}},
			More: true, Position: at(epoch2, 43), Dirty: true,
		}},
		{"read-reply-failed", toOne, frame.ReadReply{ID: 1, Failure: &frame.Failure{Code: frame.CodeTimeout}}},
		{"watch", toOne, frame.Watch{ID: 3, Prefix: "col", Exact: true, From: at(epoch1, 7), Level: frame.LevelCommitted}},
		{"watch-all", toOne, frame.Watch{ID: 4}},
		{"unwatch", toOne, frame.Unwatch{ID: 3}},
		{"changes", toOne, frame.Changes{
			ID: 3, Through: at(epoch2, 42), Gap: true, Events: []journal.Event{
				{Position: at(epoch1, 40), Key: "col\xff", Value: []byte("red")}, {Position: at(epoch2, 42), Key: "col", Deleted: true},
			},
		}},
		{"changes-expired", toOne, frame.Changes{
			ID: 3, Through: at(epoch2, 43), Events: []journal.Event{
				{Position: at(epoch2, 42), Key: "a", Value: []byte("v"), Deadline: 9000}, {Position: at(epoch2, 43), Key: "b", Deleted: true, Expired: true},
			},
		}},
		{"changes-retracted", toOne, frame.Changes{
			ID: 3, Through: at(epoch1, 40), Events: []journal.Event{
				{Position: at(epoch1, 42), Key: "a", Value: []byte("before"), Retracted: true}, {Position: at(epoch1, 41), Key: "a", Deleted: true, Retracted: true},
			},
		}},
		{"changes-state", toOne, frame.Changes{
			ID: 3, Through: at(epoch2, 42), Gap: true, Items: []journal.Item{{Key: "col", Value: []byte("red"), Revision: 7}}, More: true,
		}},
		{"changes-ahead", toOne, frame.Changes{ID: 3, Through: at(epoch2, 42), Ahead: true}},
		{"changes-failed", toOne, frame.Changes{ID: 3, Failure: failure}},
		{"probe", toOne, frame.Probe{ID: 6}},
		{"report", toOne, frame.Report{
			ID: 6, Node: bob, Role: frame.RoleMaster, Epoch: epoch2, Last: at(epoch2, 43), Commit: at(epoch2, 42),
			Applied: at(epoch2, 43), Orphans: 1, Hash: 1<<64 - 2, Keys: 12, Storage: "files", Differed: 2,
			Progress: []frame.Progress{{Node: ada, Match: at(epoch2, 42), State: "streaming"}, {Node: cyd, State: "probing"}},
		}},
		{"report-failed", toOne, frame.Report{ID: 6, Failure: &frame.Failure{Code: frame.CodeGone, Text: "bbbb is not in the room"}}},
		{"verify", toOne, frame.Verify{ID: 7, Position: journal.Position{Epoch: journal.Epoch{Number: 1}, Index: 40}}},
		{"verified", toOne, frame.Verified{ID: 7, Verdict: frame.VerdictOrphaned, Position: at(epoch1, 40)}},
		{"verified-failed", toOne, frame.Verified{ID: 7, Failure: failure}},
		{"yield", toOne, frame.Yield{ID: 8, Successor: cyd, Wait: time.Minute}},
		{"yielded", toOne, frame.Yielded{ID: 8, Epoch: epoch2}},
		{"yielded-failed", toOne, frame.Yielded{ID: 8, Failure: failure}},
		{"proceed", toOne, frame.Proceed{ID: 3}},
		{"list-orphans", toOne, frame.ListOrphans{
			ID: 9, After: at(epoch1, 7), Only: journal.Position{Epoch: journal.Epoch{Number: 1}, Index: 40}, All: true, Limit: 10,
		}},
		{"orphan-list", toOne, frame.OrphanList{ID: 9, More: true, Orphans: []journal.Orphan{
			{Entry: entries()[0], Acked: true},
			{
				Entry: entries()[2], Final: true, Superseded: true, Replaced: at(epoch9, 42), HasBefore: true,
				Before: []journal.Item{{Key: "colour", Value: []byte("green"), Revision: 12, Deadline: 77}},
			},
			{Entry: entries()[3], Final: true, HasBefore: true},
		}}},
		{"orphan-list-failed", toOne, frame.OrphanList{ID: 9, Failure: failure}},
		{"elect", early, frame.Elect{Number: 3, Kind: frame.ElectToken, Priority: -5, Node: cyd, Last: at(epoch2, 43), Round: 2}},
	}
}

func vectors() []vector {
	return append(append(relayVectors(), replicationVectors()...), requestVectors()...)
}
