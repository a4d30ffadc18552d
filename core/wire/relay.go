package wire

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Frames between a node or client and the relay. Each has the struct that
// travels, with the keys of its fields, and the two ways between that and the
// frame.

type helloWire struct {
	VersionMin uint16       `cbor:"1,keyasint,omitempty"`
	VersionMax uint16       `cbor:"2,keyasint,omitempty"`
	Room       text         `cbor:"3,keyasint,omitzero"`
	Member     memberWire   `cbor:"4,keyasint,omitzero"`
	Register   registerWire `cbor:"5,keyasint,omitzero"`
}

func packHello(f frame.Hello) helloWire {
	return helloWire{f.VersionMin, f.VersionMax, text(f.Room), packMember(f.Member), packRegister(f.Register)}
}

func openHello(w helloWire) (frame.Hello, error) {
	return frame.Hello{
		VersionMin: w.VersionMin, VersionMax: w.VersionMax, Room: string(w.Room),
		Member: w.Member.unpack(), Register: w.Register.unpack(),
	}, nil
}

type welcomeWire struct {
	Version   uint16        `cbor:"1,keyasint,omitempty"`
	Register  registerWire  `cbor:"2,keyasint,omitzero"`
	Seated    bool          `cbor:"3,keyasint,omitempty"`
	Members   []memberWire  `cbor:"4,keyasint,omitempty"`
	PingEvery time.Duration `cbor:"5,keyasint,omitempty"`
	DeadAfter time.Duration `cbor:"6,keyasint,omitempty"`
}

func packWelcome(f frame.Welcome) welcomeWire {
	return welcomeWire{
		f.Version, packRegister(f.Register), f.Seated, list(f.Members, packMember), f.PingEvery, f.DeadAfter,
	}
}

func openWelcome(w welcomeWire) (frame.Welcome, error) {
	return frame.Welcome{
		Version: w.Version, Register: w.Register.unpack(), Seated: w.Seated,
		Members: list(w.Members, memberWire.unpack), PingEvery: w.PingEvery, DeadAfter: w.DeadAfter,
	}, nil
}

type refusedWire struct {
	Code frame.Code `cbor:"1,keyasint,omitempty"`
	Text text       `cbor:"2,keyasint,omitzero"`
}

func packRefused(f frame.Refused) refusedWire { return refusedWire{f.Code, text(f.Text)} }

func openRefused(w refusedWire) (frame.Refused, error) {
	return frame.Refused{Code: w.Code, Text: string(w.Text)}, nil
}

type joinedWire struct {
	Member memberWire `cbor:"1,keyasint,omitzero"`
	Again  bool       `cbor:"2,keyasint,omitempty"`
}

func packJoined(f frame.Joined) joinedWire { return joinedWire{packMember(f.Member), f.Again} }

func openJoined(w joinedWire) (frame.Joined, error) {
	return frame.Joined{Member: w.Member.unpack(), Again: w.Again}, nil
}

type leftWire struct {
	Node        id                  `cbor:"1,keyasint,omitzero"`
	Incarnation journal.Incarnation `cbor:"2,keyasint,omitempty"`
	Goodbye     bool                `cbor:"3,keyasint,omitempty"`
	Reason      text                `cbor:"4,keyasint,omitzero"`
}

func packLeft(f frame.Left) leftWire {
	return leftWire{id(f.Node), f.Incarnation, f.Goodbye, text(f.Reason)}
}

func openLeft(w leftWire) (frame.Left, error) {
	return frame.Left{
		Node: journal.NodeID(w.Node), Incarnation: w.Incarnation, Goodbye: w.Goodbye, Reason: string(w.Reason),
	}, nil
}

type changedWire struct {
	Register registerWire `cbor:"1,keyasint,omitzero"`
	Seated   bool         `cbor:"2,keyasint,omitempty"`
}

func packChanged(f frame.Changed) changedWire { return changedWire{packRegister(f.Register), f.Seated} }

func openChanged(w changedWire) (frame.Changed, error) {
	return frame.Changed{Register: w.Register.unpack(), Seated: w.Seated}, nil
}

type waitingWire struct {
	For []id `cbor:"1,keyasint,omitempty"`
	All bool `cbor:"2,keyasint,omitempty"`
}

func packWaiting(f frame.Waiting) waitingWire { return waitingWire{packIDs(f.For), f.All} }

func openWaiting(w waitingWire) (frame.Waiting, error) {
	return frame.Waiting{For: unpackIDs(w.For), All: w.All}, nil
}

type pingWire struct {
	Nonce uint64 `cbor:"1,keyasint,omitempty"`
}

func packPing(f frame.Ping) pingWire          { return pingWire(f) }
func openPing(w pingWire) (frame.Ping, error) { return frame.Ping(w), nil }
func packPong(f frame.Pong) pingWire          { return pingWire(f) }
func openPong(w pingWire) (frame.Pong, error) { return frame.Pong(w), nil }

type appearWire struct {
	Visible bool `cbor:"1,keyasint,omitempty"`
}

func packAppear(f frame.Appear) appearWire          { return appearWire(f) }
func openAppear(w appearWire) (frame.Appear, error) { return frame.Appear(w), nil }

// emptyWire is an empty map, so that keys can be added.
type emptyWire struct{}

func packGoodbye(frame.Goodbye) emptyWire          { return emptyWire{} }
func openGoodbye(emptyWire) (frame.Goodbye, error) { return frame.Goodbye{}, nil }
