package room

import (
	"fmt"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Room is one room of a relay. Only one goroutine may step it.
type Room struct {
	cfg   Config
	now   journal.Instant // the moment of the step under way
	value register.Register
	links []*link          // everybody connected, by NodeID: one connection each
	conns map[uint64]*link // the same, to look up

	// master is the connection the mastership is bound to; 0 when it is vacant.
	// It was granted there, or passed there, and ends with the connection.
	master uint64

	// opened is true while the register is what this room has made of nothing
	// since it began.
	opened bool

	change  *change // on its way to the disk; nil if none
	held    []ask   // what waits for it, in order
	absent  []departure
	waiting frame.Waiting // in force, as everybody has been told
	review  bool          // something that waiting or the alarm depends on has changed

	pinged journal.Instant // when the last round of pings began
	nonce  uint64
	alarm  journal.Instant
	stamp  uint64 // of the last forwarded frame
	closed bool

	effects []Effect // of the step under way
}

// link is one connection that has been welcomed.
type link struct {
	conn   uint64
	member register.Member
	since  journal.Instant // when the member came, by this or a connection it replaced
	heard  journal.Instant // when the last frame came
	stamp  uint64          // of the last forwarded frame that went here
}

// New returns a room as it is after the relay has started: nobody is connected
// and nobody is master.
func New(cfg Config) *Room {
	return &Room{cfg: cfg.withDefaults(), value: cfg.Register, opened: cfg.Register.IsZero(), conns: map[uint64]*link{}}
}

// Step takes one input at one moment and returns what the host must now do. It
// panics only if the host broke the contract of [Input].
func (r *Room) Step(now journal.Instant, in Input) []Effect {
	r.now, r.effects = now, nil
	switch in := in.(type) {
	case Arrived:
		r.onArrived(in)
	case Received:
		r.onReceived(in)
	case Forwarded:
		r.onForwarded(in)
	case Lost:
		r.onLost(in)
	case Stored:
		r.onStored(in)
	case Wake:
		r.onWake()
	case Shutdown:
		r.onShutdown()
	default:
		panic(fmt.Sprintf("room: unknown input %T", in))
	}
	if r.review {
		r.review = false
		r.tellWaiting()
		r.setAlarm()
	}
	return r.effects
}

// Register returns the value that is in force: the newest that is on disk.
func (r *Room) Register() register.Register { return r.value }

// Members returns everybody connected, by NodeID. The slice is the caller's.
func (r *Room) Members() []register.Member {
	members := make([]register.Member, len(r.links))
	for i, l := range r.links {
		members[i] = l.member
	}
	return members
}

// Master returns the node that holds the mastership and the connection it is
// bound to; ok is false while nobody holds it, whatever the register says.
func (r *Room) Master() (node journal.NodeID, conn uint64, ok bool) {
	return r.value.Epoch.Master, r.master, r.master != 0
}

// Waiting returns what everybody has been told about why there is no master.
func (r *Room) Waiting() frame.Waiting { return r.waiting }

// IsIdle reports whether the room holds nothing but its register: nobody is
// connected, nothing is being stored, and everybody who left has been away for
// DeadAfter. A host may then forget the room, and make it again from the
// register when somebody comes.
func (r *Room) IsIdle(now journal.Instant) bool {
	return len(r.links) == 0 && r.change == nil && !slices.ContainsFunc(r.absent, func(d departure) bool {
		return now.Sub(d.at) < r.cfg.DeadAfter
	})
}

func (r *Room) do(e Effect) { r.effects = append(r.effects, e) }

func (r *Room) send(conn uint64, f frame.Frame) { r.do(Send{Conn: conn, Frame: f}) }

// tell sends a frame to everybody but one connection; 0 leaves out nobody.
func (r *Room) tell(f frame.Frame, except uint64) {
	for _, l := range r.links {
		if l.conn != except {
			r.send(l.conn, f)
		}
	}
}

// refuse ends a connection: its last frame says why.
func (r *Room) refuse(conn uint64, code frame.Code, text string) {
	r.send(conn, frame.Refused{Code: code, Text: text})
	r.do(Close{Conn: conn, Code: code, Text: text})
}

// place is where a node is among the links, or would be.
func (r *Room) place(node journal.NodeID) (int, bool) {
	return slices.BinarySearchFunc(r.links, node, func(l *link, id journal.NodeID) int {
		return l.member.Node.Compare(id)
	})
}
