package wire

import (
	"time"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

type memberWire struct {
	Node        id                  `cbor:"1,keyasint,omitzero"`
	Incarnation journal.Incarnation `cbor:"2,keyasint,omitempty"`
	Name        text                `cbor:"3,keyasint,omitzero"`
	Kind        register.Kind       `cbor:"4,keyasint,omitempty"`
	Candidate   bool                `cbor:"5,keyasint,omitempty"`
	Priority    int32               `cbor:"6,keyasint,omitempty"`
	Durable     bool                `cbor:"7,keyasint,omitempty"`
	Visible     bool                `cbor:"8,keyasint,omitempty"`
}

func packMember(m register.Member) memberWire {
	return memberWire{
		Node: id(m.Node), Incarnation: m.Incarnation, Name: text(m.Name), Kind: m.Kind,
		Candidate: m.Candidate, Priority: m.Priority, Durable: m.Durable, Visible: m.Visible,
	}
}

func (w memberWire) unpack() register.Member {
	return register.Member{
		Node: journal.NodeID(w.Node), Incarnation: w.Incarnation, Name: string(w.Name), Kind: w.Kind,
		Candidate: w.Candidate, Priority: w.Priority, Durable: w.Durable, Visible: w.Visible,
	}
}

type registerWire struct {
	Version  register.Version `cbor:"1,keyasint,omitempty"`
	Epoch    *epoch           `cbor:"2,keyasint,omitempty"`
	InSync   []seatWire       `cbor:"3,keyasint,omitempty"`
	Awaiting bool             `cbor:"4,keyasint,omitempty"`
	Losses   []lossWire       `cbor:"5,keyasint,omitempty"`
	Settings settingsWire     `cbor:"6,keyasint,omitzero"`
}

type settingsWire struct {
	Election   register.Election `cbor:"1,keyasint,omitempty"`
	MinInSync  uint16            `cbor:"2,keyasint,omitempty"`
	AckGiven   bool              `cbor:"3,keyasint,omitempty"`
	Ack        journal.Ack       `cbor:"4,keyasint,omitempty"`
	NoVolatile bool              `cbor:"5,keyasint,omitempty"`
	LagLimit   time.Duration     `cbor:"6,keyasint,omitempty"`
}

func packSettings(s register.Settings) settingsWire {
	return settingsWire{s.Election, s.MinInSync, s.Ack.Given, s.Ack.Ack, s.NoVolatile, s.LagLimit}
}

func (w settingsWire) unpack() register.Settings {
	return register.Settings{
		Election: w.Election, MinInSync: w.MinInSync, Ack: register.Ack{Given: w.AckGiven, Ack: w.Ack},
		NoVolatile: w.NoVolatile, LagLimit: w.LagLimit,
	}
}

type seatWire struct {
	Node        id                  `cbor:"1,keyasint,omitzero"`
	Volatile    bool                `cbor:"2,keyasint,omitempty"`
	Incarnation journal.Incarnation `cbor:"3,keyasint,omitempty"`
}

type lossWire struct {
	Epoch   *epoch          `cbor:"1,keyasint,omitempty"`
	At      journal.Instant `cbor:"2,keyasint,omitempty"`
	Missing []id            `cbor:"3,keyasint,omitempty"`
	Taken   bool            `cbor:"4,keyasint,omitempty"`
}

func packRegister(r register.Register) registerWire {
	return registerWire{
		Version: r.Version, Epoch: packEpoch(r.Epoch), Awaiting: r.Awaiting, Settings: packSettings(r.Settings),
		InSync: list(r.InSync, func(s register.Seat) seatWire {
			return seatWire{Node: id(s.Node), Volatile: s.Volatile, Incarnation: s.Incarnation}
		}),
		Losses: list(r.Losses, func(l register.Loss) lossWire {
			return lossWire{Epoch: packEpoch(l.Epoch), At: l.At, Missing: packIDs(l.Missing), Taken: l.Taken}
		}),
	}
}

func (w registerWire) unpack() register.Register {
	return register.Register{
		Version: w.Version, Epoch: w.Epoch.unpack(), Awaiting: w.Awaiting, Settings: w.Settings.unpack(),
		InSync: list(w.InSync, func(s seatWire) register.Seat {
			return register.Seat{Node: journal.NodeID(s.Node), Volatile: s.Volatile, Incarnation: s.Incarnation}
		}),
		Losses: list(w.Losses, func(l lossWire) register.Loss {
			return register.Loss{Epoch: l.Epoch.unpack(), At: l.At, Missing: unpackIDs(l.Missing), Taken: l.Taken}
		}),
	}
}
