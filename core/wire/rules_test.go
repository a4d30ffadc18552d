package wire_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/wire"
)

func member(change func(*register.Member)) frame.Frame {
	m := process()
	change(&m)
	return frame.Joined{Member: m}
}

func registered(change func(*register.Register)) frame.Frame {
	r := register.Register{Version: 1, Epoch: epoch1, InSync: []register.Seat{{Node: ada}, {Node: bob}}}
	change(&r)
	return frame.Changed{Register: r}
}

func entry(change func(*journal.Entry)) frame.Frame {
	e := setEntry(at(epoch1, 2), 5, 'k', 3, "key", "value")
	change(&e)
	return frame.Replicate{Prev: at(epoch1, 1), Entries: []journal.Entry{e}}
}

func written(change func(*frame.Write)) frame.Frame {
	w := write(set(1, 1))
	change(&w)
	return w
}

func client(change func(*journal.ClientRecord)) frame.Frame {
	c := journal.ClientRecord{
		Client: clientID('k'), Last: 4, Done: []journal.Span{{From: 1, To: 3}, {From: 5, To: 5}},
		Kept: []journal.KeptResult{{Seq: 3, Position: at(epoch1, 3)}, {Seq: 5, Position: at(epoch1, 4)}},
	}
	change(&c)
	return frame.Chunk{At: at(epoch1, 4), Clients: []journal.ClientRecord{c}}
}

func standing(last journal.Position, h ...journal.EpochStart) frame.Frame {
	return frame.Behind{Incarnation: 1, Last: last, History: h}
}

var noMaster = journal.Epoch{Number: 4}

// refused are frames that nobody may send: each breaks one rule.
var refused = []struct {
	rule  string
	frame frame.Frame
}{
	{"hello without a room", frame.Hello{VersionMin: 1, VersionMax: 1, Member: process()}},
	{"hello without a version", frame.Hello{Room: "r", Member: process()}},
	{"hello whose versions are none", frame.Hello{VersionMin: 2, VersionMax: 1, Room: "r", Member: process()}},
	{"a room that is no UTF-8", frame.Hello{VersionMin: 1, VersionMax: 1, Room: "\xff", Member: process()}},
	{"a member without an id", member(func(m *register.Member) { m.Node = journal.NodeID{} })},
	{"a copy of incarnation 0", member(func(m *register.Member) { m.Incarnation = 0 })},
	{"a member of no kind", member(func(m *register.Member) { m.Kind = 0 })},
	{"a member of an unknown kind", member(func(m *register.Member) { m.Kind = 4 })},
	{"a client that is a candidate", member(func(m *register.Member) { m.Kind = register.KindClient })},
	{"a name that is no UTF-8", member(func(m *register.Member) { m.Name = "a\xc3" })},
	{"members out of order", frame.Welcome{Version: 1, Members: []register.Member{tab(), process()}}},
	{"a member twice", frame.Welcome{Version: 1, Members: []register.Member{tab(), tab()}}},
	{"welcome to version 0", frame.Welcome{}},
	{"a ping interval below 0", frame.Welcome{Version: 1, PingEvery: -1}},
	{"a seat without an id", registered(func(r *register.Register) { r.InSync[1].Node = journal.NodeID{} })},
	{"a seat twice", registered(func(r *register.Register) { r.InSync[1].Node = ada })},
	{"a master that is not in sync", registered(func(r *register.Register) { r.Epoch.Master = cyd })},
	{"a master under epoch 0", registered(func(r *register.Register) { r.Epoch.Number = 0 })},
	{"version 0 with history", frame.Hello{
		VersionMin: 1, VersionMax: 1, Room: "r", Member: process(), Register: register.Register{Awaiting: true},
	}},
	{"a change to version 0", frame.Changed{}},
	{"a loss under no master", registered(func(r *register.Register) { r.Losses = []register.Loss{{Epoch: noMaster}} })},
	{"a seated master that is none", frame.Changed{Register: register.Register{Version: 1, Epoch: noMaster}, Seated: true}},
	{"refused with OK", frame.Refused{}},
	{"refused with an unknown code", frame.Refused{Code: 19}},
	{"left without an id", frame.Left{}},
	{"a reason that is no UTF-8", frame.Left{Node: ada, Reason: "\xed\xa0\x80"}},
	{"waiting for nobody's id", frame.Waiting{For: []journal.NodeID{{}}}},
	{"a claim of epoch 0", frame.Claim{}},
	{"amend under no master", frame.Amend{Epoch: noMaster}},
	{"adding incarnation 0", frame.Amend{Epoch: epoch1, Add: []frame.Addition{{Node: bob}}}},
	{"adding nobody", frame.Amend{Epoch: epoch1, Add: []frame.Addition{{Incarnation: 1}}}},
	{"removing nobody", frame.Amend{Epoch: epoch1, Remove: make([]journal.NodeID, 1)}},
	{"handover under no master", frame.Handover{}},
	{"confirm under no master", frame.Confirm{Epoch: noMaster}},
	{"an answer of an unknown code", frame.Answer{Code: 200}},
	{"an answer after less than nothing", frame.Answer{After: -time.Second}},

	{"sealed by incarnation 0", frame.Sealed{}},
	{"index 0 in an epoch", frame.Fetch{After: at(epoch1, 0)}},
	{"an index in no epoch", frame.Fetch{After: at(journal.Epoch{}, 3)}},
	{"an index under no master", frame.Fetch{After: at(noMaster, 3)}},
	{"a journal without a history", standing(at(epoch1, 3))},
	{"a history without a journal", standing(journal.Position{}, journal.EpochStart{Epoch: epoch1, First: 1})},
	{"a history from index 0", standing(at(epoch1, 3), journal.EpochStart{Epoch: epoch1})},
	{"a history whose epochs do not rise", standing(at(epoch1, 3), journal.EpochStart{Epoch: epoch1, First: 1}, journal.EpochStart{Epoch: epoch1, First: 2})},
	{"a history whose epochs fall", standing(at(epoch1, 3), journal.EpochStart{Epoch: epoch2, First: 1}, journal.EpochStart{Epoch: epoch1, First: 2})},
	{"a history whose indexes do not rise", standing(at(epoch2, 3), journal.EpochStart{Epoch: epoch1, First: 2}, journal.EpochStart{Epoch: epoch2, First: 2})},
	{"a history that ends in another epoch", standing(at(epoch2, 3), journal.EpochStart{Epoch: epoch1, First: 1})},
	{"a history that begins behind its end", standing(at(epoch1, 3), journal.EpochStart{Epoch: epoch1, First: 4})},
	{"a history under no master", standing(at(noMaster, 3), journal.EpochStart{Epoch: noMaster, First: 1})},
	{"refused with entries", frame.Supply{Refused: true, Entries: []journal.Entry{{Position: at(epoch1, 1)}}}},
	{"epochs that fall", frame.Replicate{Prev: at(epoch2, 1), Entries: []journal.Entry{{Position: at(epoch1, 2)}}}},
	{"an entry of no epoch", frame.Replicate{Entries: make([]journal.Entry, 1)}},
	{"an entry under no master", frame.Replicate{Entries: []journal.Entry{{Position: at(noMaster, 1)}}}},
	{"an entry of an unknown ack", entry(func(e *journal.Entry) { e.Ack = -2 })},
	{"an entry for 1000 replicas", entry(func(e *journal.Entry) { e.Ack = 1000 })},
	{"a client's entry of seq 0", entry(func(e *journal.Entry) { e.Origin = journal.Origin{Client: clientID('k')} })},
	{"nobody's entry with a seq", entry(func(e *journal.Entry) { e.Origin.Client = journal.ClientID{} })},
	{"an empty key", entry(func(e *journal.Entry) { e.Changes[0].Key = "" })},
	{"a deleted key with a value", entry(func(e *journal.Entry) { e.Changes[0].Deleted = true })},
	{"an ack by incarnation 0", frame.Ack{Match: at(epoch1, 1)}},
	{"a part of no snapshot", frame.Chunk{}},
	{"a part's ack for no snapshot", frame.ChunkAck{Incarnation: 1}},
	{"items out of order", frame.Chunk{At: at(epoch1, 1), Items: []journal.Item{item(2, 0), item(1, 0)}}},
	{"an item twice", frame.Chunk{At: at(epoch1, 1), Items: []journal.Item{item(2, 0), item(2, 0)}}},
	{"an item of revision 0", frame.Chunk{At: at(epoch1, 1), Items: []journal.Item{{Key: "k"}}}},
	{"a hash before the last part", frame.Chunk{At: at(epoch1, 1), Hash: 1}},
	{"a last part without a history", frame.Chunk{At: at(epoch1, 1), Done: true}},
	{"a row of no client", client(func(c *journal.ClientRecord) { c.Client = journal.ClientID{} })},
	{"a client without an entry", client(func(c *journal.ClientRecord) { c.Last = 0 })},
	{"a span that ends before it begins", client(func(c *journal.ClientRecord) { c.Done[0].To = 0 })},
	{"a span from 0", client(func(c *journal.ClientRecord) { c.Done[0].From = 0 })},
	{"spans that overlap", client(func(c *journal.ClientRecord) { c.Done[1].From = 3 })},
	{"kept answers out of order", client(func(c *journal.ClientRecord) { c.Kept[1].Seq = 3 })},
	{"a kept answer of no entry", client(func(c *journal.ClientRecord) { c.Kept[1].Position = journal.Position{} })},

	{"a write by nobody", written(func(w *frame.Write) { w.Origin = journal.Origin{} })},
	{"a write of seq 0", written(func(w *frame.Write) { w.Origin.Seq = 0 })},
	{"a floor above seq", written(func(w *frame.Write) { w.Origin.Floor = 2 })},
	{"a write without operations", written(func(w *frame.Write) { w.Ops = nil })},
	{"a wait below 0", written(func(w *frame.Write) { w.Wait = -1 })},
	{"setting an empty key", write(frame.Set{})},
	{"deleting an empty key", write(frame.Delete{})},
	{"incrementing an empty key", write(frame.Increment{})},
	{"a condition that asks nothing", written(func(w *frame.Write) { w.Conditions = []frame.Condition{{Key: "k"}} })},
	{"a condition that asks two things", written(func(w *frame.Write) {
		w.Conditions = []frame.Condition{{Key: "k", Absent: true, Revision: 1}}
	})},
	{"a condition's value that is not asked for", written(func(w *frame.Write) {
		w.Conditions = []frame.Condition{{Key: "k", Absent: true, Value: []byte("v")}}
	})},
	{"written, but no write", frame.Written{Receipt: frame.Receipt{Position: at(epoch1, 1)}}},
	{"written nowhere", frame.Written{Client: clientID('k'), Seq: 1}},
	{"more durable copies than copies", frame.Written{
		Client: clientID('k'), Seq: 1, Receipt: frame.Receipt{Position: at(epoch1, 1), Copies: 1, Durable: 2},
	}},
	{"a failure that is OK", frame.ReadReply{Failure: &frame.Failure{}}},
	{"a failure of an unknown code", frame.ReadReply{Failure: &frame.Failure{Code: 99}}},
	{"an unknown level", frame.Read{Level: 4}},
	{"a read that waits less than nothing", frame.Read{Wait: -1}},
	{"a watch of the latest", frame.Watch{Level: frame.LevelLatest}},
	{"a retraction behind a change", frame.Changes{Events: []journal.Event{{Position: at(epoch1, 2), Key: "k"}, {Position: at(epoch1, 2), Key: "k", Retracted: true}}}},
	{"retractions that rise", frame.Changes{Events: []journal.Event{{Position: at(epoch1, 2), Key: "k", Retracted: true}, {Position: at(epoch1, 3), Key: "k", Retracted: true}}}},
	{"an expired key that is there", frame.Changes{Events: []journal.Event{{Position: at(epoch1, 2), Key: "k", Expired: true}}}},
	{"a part of a state without anything in it", frame.Changes{More: true}},
	{"a set that lasts less than nothing", frame.Write{Origin: journal.Origin{Client: clientID('k'), Seq: 1}, Ops: []frame.Op{frame.Set{Key: "k", TTL: -1}}}},
	{"expiring an empty key", frame.Write{Origin: journal.Origin{Client: clientID('k'), Seq: 1}, Ops: []frame.Op{frame.Expire{}}}},
	{"resolving an orphan of nobody", frame.Write{Origin: journal.Origin{Client: clientID('k'), Seq: 1}, Ops: []frame.Op{frame.Resolve{Orphan: at(epoch1, 40), Seq: 1}}}},
	{"resolving no orphan", frame.Write{Origin: journal.Origin{Client: clientID('k'), Seq: 1}, Ops: []frame.Op{frame.Resolve{}}}},
	{"a deadline below 0", frame.Replicate{Entries: []journal.Entry{{Position: at(epoch1, 1), Changes: []journal.Change{{Key: "k", Deadline: -1}}}}}},
	{"a deadline of a deleted key", frame.Replicate{Entries: []journal.Entry{{Position: at(epoch1, 1), Changes: []journal.Change{{Key: "k", Deleted: true, Deadline: 1}}}}}},
	{"an entry of the master's own with a number of nobody", frame.Replicate{Entries: []journal.Entry{{Position: at(epoch1, 1), Origin: journal.Origin{Seq: 2}}}}},
	{"an entry that leaves its ack to the room", frame.Replicate{Entries: []journal.Entry{{Position: at(epoch1, 1), Ack: journal.AckRoom}}}},
	{"a difference at no position", frame.Differs{Incarnation: 1}},
	{"electing for epoch 0", frame.Elect{Kind: frame.ElectCall, Node: ada}},
	{"electing nobody", frame.Elect{Number: 1, Kind: frame.ElectCall}},
	{"an election frame of no kind", frame.Elect{Number: 1, Node: ada}},
	{"configuring without a request", frame.Configure{}},
	{"a takeover by nobody", frame.TakeOver{Request: 1}},
	{"a register with settings out of range", frame.Changed{Register: register.Register{Version: 1, Settings: register.Settings{LagLimit: 1}}}},
	{"no history, but settings", frame.Hello{VersionMin: 1, VersionMax: 1, Room: "r", Member: process(), Register: register.Register{Settings: register.Settings{MinInSync: 2}}}},
	{"an orphan list out of order", frame.OrphanList{Orphans: []journal.Orphan{{Entry: setEntry(at(epoch1, 2), 1, 'k', 1, "k", "v")}, {Entry: setEntry(at(epoch1, 1), 1, 'k', 2, "k", "v")}}}},
	{"an orphan that nobody wrote", frame.OrphanList{Orphans: []journal.Orphan{{Entry: journal.Entry{Position: at(epoch1, 2)}}}}},
	{"an orphan that knows and does not know what was before", frame.OrphanList{Orphans: []journal.Orphan{{
		Entry: setEntry(at(epoch1, 2), 1, 'k', 1, "k", "v"), Before: []journal.Item{{Key: "k", Revision: 1}},
	}}}},
	{"listing one orphan of no entry", frame.ListOrphans{Only: journal.Position{Index: 3}}},
	{"reading an empty key", frame.Read{Exact: true}},
	{"watching an empty key", frame.Watch{Exact: true}},
	{"events out of order", frame.Changes{Events: []journal.Event{{Position: at(epoch1, 2), Key: "k"}, {Position: at(epoch1, 1), Key: "k"}}}},
	{"an event of no entry", frame.Changes{Events: []journal.Event{{Key: "k"}}}},
	{"an event with a deleted value", frame.Changes{Events: []journal.Event{{Position: at(epoch1, 2), Key: "k", Deleted: true, Value: []byte("v")}}}},
	{"a report by nobody", frame.Report{}},
	{"an unknown role", frame.Report{Node: ada, Role: 5}},
	{"progress out of order", frame.Report{Node: ada, Progress: []frame.Progress{{Node: bob}, {Node: ada}}}},
	{"progress of nobody", frame.Report{Node: ada, Progress: []frame.Progress{{}}}},
	{"verifying nothing", frame.Verify{}},
	{"an unknown verdict", frame.Verified{Verdict: 3, Position: at(epoch1, 1)}},
	{"a yield in less than no time", frame.Yield{Wait: math.MinInt64}},
	{"yielded to a master under epoch 0", frame.Yielded{Epoch: journal.Epoch{Master: ada}}},
}

func TestAFrameThatBreaksARuleIsRefusedAtBothEnds(t *testing.T) {
	for _, r := range refused {
		t.Run(r.rule, func(t *testing.T) {
			head := headFor(r.frame)
			_, err := wire.Encode(head, r.frame)
			wantFormat(t, err, wire.KindOf(r.frame))
			message, err := wire.EncodeUnchecked(head, r.frame)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = wire.Decode(message)
			wantFormat(t, err, wire.KindOf(r.frame))
		})
	}
}

func wantFormat(t *testing.T, err error, kind wire.Kind) {
	t.Helper()
	if wrong, ok := errors.AsType[*wire.FormatError](err); !ok || wrong.Kind != kind || wrong.Text == "" {
		t.Errorf("%v is no format error of a %s", err, kind)
	}
}

// What the encoding has no words for is refused by Encode alone.
func TestEntriesThatDoNotFollowAreNotSent(t *testing.T) {
	for rule, f := range map[string]frame.Frame{
		"a gap":           frame.Replicate{Prev: at(epoch1, 1), Entries: []journal.Entry{{Position: at(epoch1, 3)}}},
		"the prev again":  frame.Replicate{Prev: at(epoch1, 1), Entries: []journal.Entry{{Position: at(epoch1, 1)}}},
		"a gap inside":    frame.Supply{Entries: []journal.Entry{{Position: at(epoch1, 1)}, {Position: at(epoch1, 3)}}},
		"a floor too far": entry(func(e *journal.Entry) { e.Origin.Floor = 4 }),
		"time that falls": frame.Replicate{Entries: []journal.Entry{
			{Position: at(epoch1, 1), Time: 5}, {Position: at(epoch1, 2), Time: 4},
		}},
	} {
		_, err := wire.Encode(toOne, f)
		t.Run(rule, func(t *testing.T) { wantFormat(t, err, wire.KindOf(f)) })
	}
}

func TestAnEnvelopeThatBreaksARuleIsRefusedAtBothEnds(t *testing.T) {
	to := func(to frame.To) frame.Head { return frame.Head{To: to, From: ada, Epoch: epoch1} }
	for _, c := range []struct {
		rule  string
		head  frame.Head
		frame frame.Frame
	}{
		{"an unknown group", to(frame.To{Group: 3}), frame.Probe{}},
		{"nodes without any", to(frame.To{Group: frame.GroupNodes}), frame.Probe{}},
		{"copies with nodes", to(frame.To{Group: frame.GroupCopies, Nodes: []journal.NodeID{bob}}), frame.Probe{}},
		{"to the zero node", to(frame.ToNode(journal.NodeID{})), frame.Probe{}},
		{"a request to the relay", to(frame.ToRelay()), frame.Probe{}},
		{"a claim to a node", to(frame.ToNode(bob)), frame.Claim{Number: 1}},
		{"a forged register", to(frame.ToCopies()), frame.Changed{Register: register.Register{Version: 1}}},
		{"from nobody", frame.Head{To: frame.ToNode(bob)}, frame.Probe{}},
		{"a relay with an id", frame.Head{From: ada}, frame.Ping{}},
		{"a master under epoch 0", frame.Head{To: frame.ToNode(bob), From: ada, Epoch: journal.Epoch{Master: ada}}, frame.Probe{}},
		{"a seal under no epoch", frame.Head{To: frame.ToCopies(), From: ada}, frame.Seal{}},
		{"an ack under no master", frame.Head{To: frame.ToNode(bob), From: ada, Epoch: noMaster}, frame.Ack{Incarnation: 1}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			_, err := wire.Encode(c.head, c.frame)
			wantFormat(t, err, 0)
			message, err := wire.EncodeUnchecked(c.head, c.frame)
			if err != nil {
				t.Fatal(err)
			}
			_, err = wire.DecodeEnvelope(message)
			wantFormat(t, err, 0)
		})
	}
}
