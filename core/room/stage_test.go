package room

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// stage plays inputs to a room and reads its effects as text. Nodes have one
// letter; processes keep their copy, tabs do not.
type stage struct {
	t    *testing.T
	room *Room
	now  journal.Instant
	sent map[uint64]journal.NodeID // who is behind a connection
}

const start = journal.Instant(1_000_000_000_000)

// newStage has a relay that started long ago.
func newStage(t *testing.T, value register.Register) *stage {
	t.Helper()
	cfg := Config{Name: "kitchen", Register: value, Started: start.Add(-time.Hour)}
	return &stage{t: t, room: New(cfg), now: start, sent: map[uint64]journal.NodeID{}}
}

func id(letter byte) journal.NodeID { return journal.NodeID{letter} }

func process(letter byte) register.Member {
	return register.Member{Node: id(letter), Incarnation: 1, Kind: register.KindProcess, Candidate: true, Durable: true, Visible: true}
}

func tab(letter byte) register.Member {
	return register.Member{Node: id(letter), Incarnation: 1, Kind: register.KindTab, Candidate: true, Visible: true}
}

func client(letter byte) register.Member {
	return register.Member{Node: id(letter), Kind: register.KindClient}
}

func hello(m register.Member) frame.Hello {
	return frame.Hello{VersionMin: 1, VersionMax: 1, Room: "kitchen", Member: m}
}

// held is a register of epoch number, whose master is the first of the nodes in
// sync. Capital letters are volatile seats.
func held(version register.Version, number journal.EpochNumber, nodes string) register.Register {
	r := register.Register{Version: version, Epoch: journal.Epoch{Number: number}}
	for _, letter := range []byte(nodes) {
		lower := letter | 0x20
		r.InSync = append(r.InSync, register.Seat{Node: id(lower), Volatile: lower != letter, Incarnation: 1})
	}
	r.Epoch.Master = r.InSync[0].Node
	return r
}

func (s *stage) step(in Input) []Effect { return s.room.Step(s.now, in) }

// play steps the room and compares what it does, alarms left out.
func (s *stage) play(in Input, want ...string) {
	s.t.Helper()
	s.compare(s.step(in), want...)
}

func (s *stage) compare(effects []Effect, want ...string) {
	s.t.Helper()
	var got []string
	for _, e := range effects {
		if _, alarm := e.(WakeAt); !alarm {
			got = append(got, s.text(e))
		}
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("got:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func (s *stage) arrive(conn uint64, m register.Member) Input {
	s.sent[conn] = m.Node
	return Arrived{Conn: conn, Hello: hello(m)}
}

func (s *stage) offer(conn uint64, m register.Member, value register.Register) Input {
	in := Arrived{Conn: conn, Hello: hello(m)}
	in.Hello.Register = value
	s.sent[conn] = m.Node
	return in
}

func (s *stage) says(conn uint64, f frame.Frame) Input {
	return Received{Conn: conn, Head: frame.Head{From: s.sent[conn]}, Frame: f}
}

// gather brings in members on connections 1, 2, 3, ... without looking.
func (s *stage) gather(members ...register.Member) {
	for i, m := range members {
		s.step(s.arrive(uint64(i+1), m))
	}
}

// claim makes the node behind conn master of the next epoch, stored at once.
func (s *stage) claim(conn uint64) {
	s.t.Helper()
	s.step(s.says(conn, frame.Claim{Request: 1, Number: s.room.Register().Epoch.Number + 1}))
	s.stored()
	if _, got, _ := s.room.Master(); got != conn {
		s.t.Fatalf("connection %d holds the mastership, want %d", got, conn)
	}
}

// stored answers the Store under way.
func (s *stage) stored() []Effect {
	s.t.Helper()
	if s.room.change == nil {
		s.t.Fatal("nothing is being stored")
	}
	return s.step(Stored{Version: s.room.change.next.Version})
}

func letters(nodes []journal.NodeID) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteByte(n[0])
	}
	return b.String()
}

func registerText(r register.Register) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d: %d", r.Version, r.Epoch.Number)
	if !r.Epoch.Master.IsZero() {
		b.WriteByte(r.Epoch.Master[0])
	}
	b.WriteByte(' ')
	for _, seat := range r.InSync {
		letter := seat.Node[0]
		if seat.Volatile {
			letter &^= 0x20
		}
		b.WriteByte(letter)
	}
	if r.Awaiting {
		b.WriteString(" awaiting")
	}
	if len(r.Losses) > 0 {
		newest := r.Losses[len(r.Losses)-1]
		fmt.Fprintf(&b, " lost %s", letters(newest.Missing))
		if newest.Taken {
			b.WriteString(" by hand")
		}
	}
	if r.Settings.MinInSync > 0 {
		fmt.Fprintf(&b, " min %d", r.Settings.MinInSync)
	}
	return b.String()
}

// seatText marks a register whose master has lost its seat.
func seatText(r register.Register, seated bool) string {
	if !seated && !r.Epoch.Master.IsZero() {
		return registerText(r) + " vacant"
	}
	return registerText(r)
}

func (s *stage) text(e Effect) string {
	switch e := e.(type) {
	case Send:
		return fmt.Sprintf("%d %s", e.Conn, frameText(s.t, e.Frame))
	case Pass:
		return fmt.Sprint("pass ", e.Conns, " ", e.Body)
	case Store:
		return "store " + registerText(e.Register)
	case Close:
		return fmt.Sprintf("close %d %v", e.Conn, e.Code)
	case Refuse:
		return fmt.Sprintf("refuse %d", e.Conn)
	case WakeAt:
		return fmt.Sprintf("wake in %v", e.At.Sub(s.now))
	}
	s.t.Fatalf("unknown effect %T", e)
	return ""
}

func frameText(t *testing.T, f frame.Frame) string {
	t.Helper()
	switch f := f.(type) {
	case frame.Welcome:
		var nodes []journal.NodeID
		for _, m := range f.Members {
			nodes = append(nodes, m.Node)
		}
		return fmt.Sprintf("welcome %s of %s", letters(nodes), seatText(f.Register, f.Seated))
	case frame.Joined:
		text := fmt.Sprintf("joined %c", f.Member.Node[0])
		if f.Again {
			text += " again"
		}
		if !f.Member.Visible {
			text += " hidden"
		}
		return text
	case frame.Left:
		return fmt.Sprintf("left %c %d: %s", f.Node[0], f.Incarnation, f.Reason)
	case frame.Changed:
		return "changed " + seatText(f.Register, f.Seated)
	case frame.Waiting:
		if f.All {
			return "waiting for all of " + letters(f.For)
		}
		return "waiting for " + letters(f.For)
	case frame.Ping:
		return "ping"
	case frame.Refused:
		return "refused " + f.Code.String()
	case frame.Answer:
		text := fmt.Sprintf("answer %d %v", f.Request, f.Code)
		if f.After > 0 {
			text += fmt.Sprint(" after ", f.After)
		}
		return text
	case frame.Hello, frame.Pong, frame.Appear, frame.Goodbye, frame.Claim, frame.Amend, frame.Handover, frame.Confirm,
		frame.Seal, frame.Sealed, frame.Fetch, frame.Supply, frame.Replicate, frame.Ack, frame.Behind, frame.Chunk,
		frame.ChunkAck, frame.Write, frame.Written, frame.Read, frame.ReadReply, frame.Watch, frame.Unwatch,
		frame.Changes, frame.Probe, frame.Report, frame.Verify, frame.Verified, frame.Yield, frame.Yielded,
		frame.Configure, frame.TakeOver, frame.Differs, frame.Elect, frame.Proceed, frame.ListOrphans, frame.OrphanList:
	}
	t.Fatalf("a relay sent %T", f)
	return ""
}
