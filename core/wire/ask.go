package wire

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// What a node asks of the register, and the answer.

type claimWire struct {
	Request uint64              `cbor:"1,keyasint,omitempty"`
	Number  journal.EpochNumber `cbor:"2,keyasint,omitempty"`
}

func packClaim(f frame.Claim) claimWire          { return claimWire(f) }
func openClaim(w claimWire) (frame.Claim, error) { return frame.Claim(w), nil }

type amendWire struct {
	Request uint64           `cbor:"1,keyasint,omitempty"`
	Version register.Version `cbor:"2,keyasint,omitempty"`
	Epoch   *epoch           `cbor:"3,keyasint,omitempty"`
	Add     []additionWire   `cbor:"4,keyasint,omitempty"`
	Remove  []id             `cbor:"5,keyasint,omitempty"`
	Expel   bool             `cbor:"6,keyasint,omitempty"`
	Settled bool             `cbor:"7,keyasint,omitempty"`
}

type additionWire struct {
	Node        id                  `cbor:"1,keyasint,omitzero"`
	Incarnation journal.Incarnation `cbor:"2,keyasint,omitempty"`
}

func packAmend(f frame.Amend) amendWire {
	return amendWire{
		Request: f.Request, Version: f.Version, Epoch: packEpoch(f.Epoch), Remove: packIDs(f.Remove),
		Expel: f.Expel, Settled: f.Settled,
		Add: list(f.Add, func(a frame.Addition) additionWire {
			return additionWire{id(a.Node), a.Incarnation}
		}),
	}
}

func openAmend(w amendWire) (frame.Amend, error) {
	return frame.Amend{
		Request: w.Request, Version: w.Version, Epoch: w.Epoch.unpack(), Remove: unpackIDs(w.Remove),
		Expel: w.Expel, Settled: w.Settled,
		Add: list(w.Add, func(a additionWire) frame.Addition {
			return frame.Addition{Node: journal.NodeID(a.Node), Incarnation: a.Incarnation}
		}),
	}, nil
}

type handoverWire struct {
	Request   uint64           `cbor:"1,keyasint,omitempty"`
	Version   register.Version `cbor:"2,keyasint,omitempty"`
	Epoch     *epoch           `cbor:"3,keyasint,omitempty"`
	Successor id               `cbor:"4,keyasint,omitzero"`
}

func packHandover(f frame.Handover) handoverWire {
	return handoverWire{Request: f.Request, Version: f.Version, Epoch: packEpoch(f.Epoch), Successor: id(f.Successor)}
}

func openHandover(w handoverWire) (frame.Handover, error) {
	return frame.Handover{
		Request: w.Request, Version: w.Version, Epoch: w.Epoch.unpack(), Successor: journal.NodeID(w.Successor),
	}, nil
}

type confirmWire struct {
	Request uint64 `cbor:"1,keyasint,omitempty"`
	Epoch   *epoch `cbor:"2,keyasint,omitempty"`
}

func packConfirm(f frame.Confirm) confirmWire { return confirmWire{f.Request, packEpoch(f.Epoch)} }

func openConfirm(w confirmWire) (frame.Confirm, error) {
	return frame.Confirm{Request: w.Request, Epoch: w.Epoch.unpack()}, nil
}

type configureWire struct {
	Request  uint64           `cbor:"1,keyasint,omitempty"`
	Version  register.Version `cbor:"2,keyasint,omitempty"`
	Settings settingsWire     `cbor:"3,keyasint,omitzero"`
}

func packConfigure(f frame.Configure) configureWire {
	return configureWire{f.Request, f.Version, packSettings(f.Settings)}
}

func openConfigure(w configureWire) (frame.Configure, error) {
	return frame.Configure{Request: w.Request, Version: w.Version, Settings: w.Settings.unpack()}, nil
}

type takeOverWire struct {
	Request   uint64           `cbor:"1,keyasint,omitempty"`
	Version   register.Version `cbor:"2,keyasint,omitempty"`
	Successor id               `cbor:"3,keyasint,omitzero"`
}

func packTakeOver(f frame.TakeOver) takeOverWire {
	return takeOverWire{f.Request, f.Version, id(f.Successor)}
}

func openTakeOver(w takeOverWire) (frame.TakeOver, error) {
	return frame.TakeOver{Request: w.Request, Version: w.Version, Successor: journal.NodeID(w.Successor)}, nil
}

type answerWire struct {
	Request uint64           `cbor:"1,keyasint,omitempty"`
	Code    frame.Code       `cbor:"2,keyasint,omitempty"`
	Text    text             `cbor:"3,keyasint,omitzero"`
	Version register.Version `cbor:"4,keyasint,omitempty"`
	After   time.Duration    `cbor:"5,keyasint,omitempty"`
}

func packAnswer(f frame.Answer) answerWire {
	return answerWire{Request: f.Request, Code: f.Code, Text: text(f.Text), Version: f.Version, After: f.After}
}

func openAnswer(w answerWire) (frame.Answer, error) {
	return frame.Answer{
		Request: w.Request, Code: w.Code, Text: string(w.Text), Version: w.Version, After: w.After,
	}, nil
}
