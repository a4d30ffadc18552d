package wire_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/wire"
)

// frames make one random frame of each kind.
var frames = map[wire.Kind]func(d draw) frame.Frame{
	wire.KindHello: func(d draw) frame.Frame {
		return frame.Hello{VersionMin: 1, VersionMax: uint16(1 + d.upTo(9)), Room: "r" + d.text(), Member: d.member(), Register: d.register()}
	},
	wire.KindWelcome: func(d draw) frame.Frame {
		f := frame.Welcome{Version: 1, Register: d.register(), Members: d.members(), PingEvery: d.wait(), DeadAfter: d.wait()}
		f.Seated = !f.Register.Epoch.Master.IsZero() && d.bool()
		return f
	},
	wire.KindRefused: func(d draw) frame.Frame { return frame.Refused{Code: frame.CodeVersion, Text: d.text()} },
	wire.KindJoined:  func(d draw) frame.Frame { return frame.Joined{Member: d.member(), Again: d.bool()} },
	wire.KindLeft: func(d draw) frame.Frame {
		return frame.Left{Node: d.id(), Incarnation: journal.Incarnation(d.number()), Goodbye: d.bool(), Reason: d.text()}
	},
	wire.KindChanged: func(d draw) frame.Frame {
		f := frame.Changed{Register: d.register()}
		f.Register.Version = max(f.Register.Version, 1)
		f.Seated = !f.Register.Epoch.Master.IsZero() && d.bool()
		return f
	},
	wire.KindWaiting: func(d draw) frame.Frame { return frame.Waiting{For: d.ids(5), All: d.bool()} },
	wire.KindPing:    func(d draw) frame.Frame { return frame.Ping{Nonce: d.number()} },
	wire.KindPong:    func(d draw) frame.Frame { return frame.Pong{Nonce: d.number()} },
	wire.KindAppear:  func(d draw) frame.Frame { return frame.Appear{Visible: d.bool()} },
	wire.KindGoodbye: func(draw) frame.Frame { return frame.Goodbye{} },
	wire.KindClaim: func(d draw) frame.Frame {
		return frame.Claim{Request: d.number(), Number: journal.EpochNumber(d.positive())}
	},
	wire.KindAmend: func(d draw) frame.Frame {
		return frame.Amend{
			Request: d.number(), Version: register.Version(d.number()), Epoch: d.mastership(), Remove: d.ids(3), Expel: d.bool(), Settled: d.bool(),
			Add: some(d, 3, func() frame.Addition {
				return frame.Addition{Node: d.id(), Incarnation: journal.Incarnation(d.positive())}
			}),
		}
	},
	wire.KindHandover: func(d draw) frame.Frame {
		return frame.Handover{Request: d.number(), Version: register.Version(d.number()), Epoch: d.mastership(), Successor: d.idOrZero()}
	},
	wire.KindConfirm: func(d draw) frame.Frame { return frame.Confirm{Request: d.number(), Epoch: d.mastership()} },
	wire.KindAnswer: func(d draw) frame.Frame {
		return frame.Answer{Request: d.number(), Code: frame.CodeGone, Text: d.text(), Version: register.Version(d.number()), After: d.wait()}
	},

	wire.KindConfigure: func(d draw) frame.Frame {
		return frame.Configure{Request: d.positive(), Version: register.Version(d.number()), Settings: d.settings()}
	},
	wire.KindTakeOver: func(d draw) frame.Frame {
		return frame.TakeOver{Request: d.positive(), Version: register.Version(d.number()), Successor: d.id()}
	},

	wire.KindSeal: func(draw) frame.Frame { return frame.Seal{} },
	wire.KindSealed: func(d draw) frame.Frame {
		h, last := d.history()
		return frame.Sealed{Incarnation: journal.Incarnation(d.positive()), Last: last, History: h}
	},
	wire.KindFetch: func(d draw) frame.Frame { return frame.Fetch{Nonce: d.number(), After: d.position()} },
	wire.KindSupply: func(d draw) frame.Frame {
		f := frame.Supply{Nonce: d.number(), Prev: d.position(), Last: d.position()}
		f.Entries = d.entries(f.Prev)
		f.Refused = f.Entries == nil
		return f
	},
	wire.KindReplicate: func(d draw) frame.Frame {
		f := frame.Replicate{Prev: d.position(), Commit: journal.Index(d.number()), Hash: d.number()}
		f.Entries = d.entries(f.Prev)
		return f
	},
	wire.KindAck: func(d draw) frame.Frame {
		return frame.Ack{Incarnation: journal.Incarnation(d.positive()), Match: d.position()}
	},
	wire.KindBehind: func(d draw) frame.Frame {
		h, last := d.history()
		return frame.Behind{Incarnation: journal.Incarnation(d.positive()), Last: last, History: h}
	},
	wire.KindChunk: func(d draw) frame.Frame {
		f := frame.Chunk{
			Nonce: d.number(), At: d.entryPosition(), Number: uint32(d.number()),
			Items: d.items(), Clients: some(d, 3, d.clientRecord), Sum: d.number(),
		}
		if h, last := d.history(); len(h) > 0 {
			f.Done, f.History, f.At = true, h, last
			f.Time, f.Hash = journal.Instant(d.integer()), d.number()
			f.Evicted, f.Commit = journal.Index(d.number()), journal.Index(d.number())
		}
		return f
	},
	wire.KindChunkAck: func(d draw) frame.Frame {
		return frame.ChunkAck{Incarnation: journal.Incarnation(d.positive()), Nonce: d.number(), At: d.entryPosition(), Number: uint32(d.number())}
	},

	wire.KindDiffers: func(d draw) frame.Frame {
		return frame.Differs{Incarnation: journal.Incarnation(d.positive()), At: d.entryPosition(), Hash: d.number()}
	},
	wire.KindElect: func(d draw) frame.Frame {
		return frame.Elect{
			Number: journal.EpochNumber(d.positive()), Kind: frame.ElectKind(1 + d.upTo(8)), Priority: int32(d.integer()),
			Node: d.id(), Last: d.position(), Round: d.number(),
		}
	},

	wire.KindWrite: func(d draw) frame.Frame {
		return frame.Write{
			Origin: d.origin(), Ack: d.asked(), Wait: d.wait(), Known: journal.Index(d.number()), Retry: d.bool(), Degrade: d.bool(),
			Conditions: some(d, 3, func() frame.Condition {
				switch d.upTo(2) {
				case 0:
					return frame.Condition{Key: d.key(), Absent: true}
				case 1:
					return frame.Condition{Key: d.key(), Revision: journal.Index(d.positive())}
				}
				return frame.Condition{Key: d.key(), HasValue: true, Value: d.value()}
			}),
			Ops: append(some(d, 3, func() frame.Op {
				switch d.upTo(4) {
				case 0:
					return frame.Delete{Key: d.key()}
				case 1:
					return frame.Append{Key: d.key(), Value: d.value()}
				case 2:
					return frame.Expire{Key: d.key(), TTL: d.wait()}
				case 3:
					return frame.Resolve{Orphan: d.entryPosition(), Client: d.client(), Seq: d.positive()}
				}
				return frame.Increment{Key: d.key(), By: d.integer()}
			}), frame.Set{Key: d.key(), Value: d.value(), TTL: d.wait()}),
		}
	},
	wire.KindWritten: func(d draw) frame.Frame {
		return frame.Written{
			Client: d.client(), Seq: d.positive(), Results: d.results(), Failure: d.failure(),
			Receipt: frame.Receipt{Position: d.entryPosition(), Ack: d.ack(), Copies: 7, Durable: uint32(d.upTo(7))},
		}
	},
	wire.KindRead: func(d draw) frame.Frame {
		return frame.Read{
			ID: d.number(), Level: frame.Level(d.upTo(3)), Key: d.key(), Exact: d.bool(),
			After: d.prefix(), Limit: uint32(d.upTo(1000)), Bare: d.bool(), Least: d.position(), Wait: d.wait(),
		}
	},
	wire.KindReadReply: func(d draw) frame.Frame {
		return frame.ReadReply{ID: d.number(), Items: d.items(), More: d.bool(), Position: d.position(), Dirty: d.bool(), Failure: d.failure()}
	},
	wire.KindWatch: func(d draw) frame.Frame {
		return frame.Watch{ID: d.number(), Prefix: d.prefix(), From: d.position(), Level: frame.Level(d.upTo(1))}
	},
	wire.KindUnwatch: func(d draw) frame.Frame { return frame.Unwatch{ID: d.number()} },
	wire.KindChanges: func(d draw) frame.Frame {
		events := some(d, 4, func() journal.Event {
			e := journal.Event{Position: d.entryPosition(), Key: d.key(), Deleted: d.bool()}
			if e.Deleted {
				e.Expired = d.bool()
			} else {
				e.Value, e.Deadline = d.value(), d.deadline()
			}
			return e
		})
		slices.SortFunc(events, func(a, b journal.Event) int { return a.Position.Compare(b.Position) })
		if d.upTo(3) == 0 {
			slices.Reverse(events)
			for i := range events {
				events[i].Retracted = true
			}
		}
		f := frame.Changes{
			ID: d.number(), Through: d.position(), Gap: d.bool(), Events: events, Items: d.items(), Ahead: d.bool(), Failure: d.failure(),
		}
		f.More = len(f.Items) > 0 && d.bool()
		return f
	},
	wire.KindProbe: func(d draw) frame.Frame { return frame.Probe{ID: d.number()} },
	wire.KindReport: func(d draw) frame.Frame {
		f := frame.Report{
			ID: d.number(), Node: d.id(), Role: frame.Role(d.upTo(4)), Epoch: d.epoch(), Last: d.position(),
			Commit: d.position(), Applied: d.position(), Orphans: uint32(d.number()), Hash: d.number(),
			Keys: d.number(), Storage: d.text(), Failure: d.failure(), Differed: d.number(),
		}
		for _, id := range d.risingIDs(3) {
			f.Progress = append(f.Progress, frame.Progress{Node: id, Match: d.position(), State: d.text()})
		}
		return f
	},
	wire.KindVerify: func(d draw) frame.Frame { return frame.Verify{ID: d.number(), Position: d.entryPosition()} },
	wire.KindVerified: func(d draw) frame.Frame {
		return frame.Verified{ID: d.number(), Verdict: frame.Verdict(d.upTo(2)), Position: d.entryPosition(), Failure: d.failure()}
	},
	wire.KindYield: func(d draw) frame.Frame { return frame.Yield{ID: d.number(), Successor: d.idOrZero(), Wait: d.wait()} },
	wire.KindYielded: func(d draw) frame.Frame {
		return frame.Yielded{ID: d.number(), Epoch: d.epoch(), Failure: d.failure()}
	},
	wire.KindProceed: func(d draw) frame.Frame { return frame.Proceed{ID: d.number()} },
	wire.KindListOrphans: func(d draw) frame.Frame {
		f := frame.ListOrphans{ID: d.number(), After: d.position(), All: d.bool(), Limit: uint32(d.number())}
		if d.bool() {
			f.Only = d.entryPosition()
		}
		return f
	},
	wire.KindOrphanList: func(d draw) frame.Frame {
		orphans := some(d, 4, d.orphan)
		slices.SortFunc(orphans, func(a, b journal.Orphan) int { return a.Entry.Position.Compare(b.Entry.Position) })
		orphans = slices.CompactFunc(orphans, func(a, b journal.Orphan) bool { return a.Entry.Position == b.Entry.Position })
		return frame.OrphanList{ID: d.number(), Orphans: orphans, More: d.bool(), Failure: d.failure()}
	},
}

func TestWhatIsEncodedDecodesToTheSame(t *testing.T) {
	for _, kind := range allKinds() {
		random, ok := frames[kind]
		if !ok {
			t.Errorf("no random frames of kind %s", kind)
			continue
		}
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			f := random(draw{t})
			if got := wire.KindOf(f); got != kind {
				t.Fatalf("%T is a %s", f, got)
			}
			h := headFor(f)
			message, err := wire.Encode(h, f)
			if err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			head, got, err := wire.Decode(message)
			if err != nil || !reflect.DeepEqual(head, h) || !reflect.DeepEqual(got, f) {
				t.Fatalf("%+v %+v\nbecame\n%+v %+v, %v", h, f, head, got, err)
			}
			if again, err := wire.Encode(head, got); err != nil || !slices.Equal(again, message) {
				t.Fatalf("%x\nbecame\n%x, %v", message, again, err)
			}
		}))
	}
}
