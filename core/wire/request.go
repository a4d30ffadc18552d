package wire

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Requests other than writes and reads, and their answers.

type idWire struct {
	ID uint64 `cbor:"1,keyasint,omitempty"`
}

func packUnwatch(f frame.Unwatch) idWire          { return idWire(f) }
func openUnwatch(w idWire) (frame.Unwatch, error) { return frame.Unwatch(w), nil }
func packProbe(f frame.Probe) idWire              { return idWire(f) }
func openProbe(w idWire) (frame.Probe, error)     { return frame.Probe(w), nil }

type reportWire struct {
	ID       uint64         `cbor:"1,keyasint,omitempty"`
	Node     id             `cbor:"2,keyasint,omitzero"`
	Role     frame.Role     `cbor:"3,keyasint,omitempty"`
	Epoch    *epoch         `cbor:"4,keyasint,omitempty"`
	Last     *position      `cbor:"5,keyasint,omitempty"`
	Commit   *position      `cbor:"6,keyasint,omitempty"`
	Applied  *position      `cbor:"7,keyasint,omitempty"`
	Orphans  uint32         `cbor:"8,keyasint,omitempty"`
	Hash     uint64         `cbor:"9,keyasint,omitempty"`
	Keys     uint64         `cbor:"10,keyasint,omitempty"`
	Storage  text           `cbor:"11,keyasint,omitzero"`
	Progress []progressWire `cbor:"12,keyasint,omitempty"`
	Failure  *failureWire   `cbor:"13,keyasint,omitempty"`
	Differed uint64         `cbor:"14,keyasint,omitempty"`
}

type progressWire struct {
	Node  id        `cbor:"1,keyasint,omitzero"`
	Match *position `cbor:"2,keyasint,omitempty"`
	State text      `cbor:"3,keyasint,omitzero"`
}

func packReport(f frame.Report) reportWire {
	return reportWire{
		ID: f.ID, Node: id(f.Node), Role: f.Role, Epoch: packEpoch(f.Epoch),
		Last: packPosition(f.Last), Commit: packPosition(f.Commit), Applied: packPosition(f.Applied),
		Orphans: f.Orphans, Hash: f.Hash, Keys: f.Keys, Storage: text(f.Storage),
		Progress: list(f.Progress, func(p frame.Progress) progressWire {
			return progressWire{id(p.Node), packPosition(p.Match), text(p.State)}
		}),
		Failure: packFailure(f.Failure), Differed: f.Differed,
	}
}

func openReport(w reportWire) (frame.Report, error) {
	return frame.Report{
		ID: w.ID, Node: journal.NodeID(w.Node), Role: w.Role, Epoch: w.Epoch.unpack(),
		Last: w.Last.unpack(), Commit: w.Commit.unpack(), Applied: w.Applied.unpack(),
		Orphans: w.Orphans, Hash: w.Hash, Keys: w.Keys, Storage: string(w.Storage),
		Progress: list(w.Progress, func(p progressWire) frame.Progress {
			return frame.Progress{Node: journal.NodeID(p.Node), Match: p.Match.unpack(), State: string(p.State)}
		}),
		Failure: w.Failure.unpack(), Differed: w.Differed,
	}, nil
}

type verifyWire struct {
	ID       uint64    `cbor:"1,keyasint,omitempty"`
	Position *position `cbor:"2,keyasint,omitempty"`
}

func packVerify(f frame.Verify) verifyWire { return verifyWire{f.ID, packPosition(f.Position)} }

func openVerify(w verifyWire) (frame.Verify, error) {
	return frame.Verify{ID: w.ID, Position: w.Position.unpack()}, nil
}

type verifiedWire struct {
	ID       uint64        `cbor:"1,keyasint,omitempty"`
	Verdict  frame.Verdict `cbor:"2,keyasint,omitempty"`
	Position *position     `cbor:"3,keyasint,omitempty"`
	Failure  *failureWire  `cbor:"4,keyasint,omitempty"`
}

func packVerified(f frame.Verified) verifiedWire {
	return verifiedWire{f.ID, f.Verdict, packPosition(f.Position), packFailure(f.Failure)}
}

func openVerified(w verifiedWire) (frame.Verified, error) {
	return frame.Verified{
		ID: w.ID, Verdict: w.Verdict, Position: w.Position.unpack(), Failure: w.Failure.unpack(),
	}, nil
}

type yieldWire struct {
	ID        uint64        `cbor:"1,keyasint,omitempty"`
	Successor id            `cbor:"2,keyasint,omitzero"`
	Wait      time.Duration `cbor:"3,keyasint,omitempty"`
}

func packYield(f frame.Yield) yieldWire { return yieldWire{f.ID, id(f.Successor), f.Wait} }

func openYield(w yieldWire) (frame.Yield, error) {
	return frame.Yield{ID: w.ID, Successor: journal.NodeID(w.Successor), Wait: w.Wait}, nil
}

type yieldedWire struct {
	ID      uint64       `cbor:"1,keyasint,omitempty"`
	Epoch   *epoch       `cbor:"2,keyasint,omitempty"`
	Failure *failureWire `cbor:"3,keyasint,omitempty"`
}

func packYielded(f frame.Yielded) yieldedWire {
	return yieldedWire{f.ID, packEpoch(f.Epoch), packFailure(f.Failure)}
}

func openYielded(w yieldedWire) (frame.Yielded, error) {
	return frame.Yielded{ID: w.ID, Epoch: w.Epoch.unpack(), Failure: w.Failure.unpack()}, nil
}
