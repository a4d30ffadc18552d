package core_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/room"
)

// house is a room with its relay and nodes, in which every effect is carried
// out at once, in order: the world as it should be.
type house struct {
	t     *testing.T
	now   journal.Instant
	room  *room.Room
	nodes []*resident
	conns uint64 // how many there have been
	queue []func()

	nextMisses func(frame.Frame) bool // for the next node that is added
	heldStores []func()               // of the register, while holdStores
	holdStores bool
}

// resident is one node in a house.
type resident struct {
	name    string
	node    *core.Node
	conn    uint64
	wake    journal.Instant
	replies []frame.Frame
	told    []journal.Orphan // what its application was told
	refused []error
	alarms  []error
	sent    []frame.Frame
	records []core.Record // what it has stored so far
	stopped error

	misses func(frame.Frame) bool // frames for it that get lost; nil for none
	slow   bool                   // its disk does not come to an end
	stores []uint64               // what the slow disk still has to do
}

func newHouse(t *testing.T) *house {
	return &house{t: t, now: 1, room: room.New(room.Config{Name: "r", Started: 1})}
}

// add brings a node into the house and lets it join.
func (h *house) add(name string, change ...func(*core.Config)) *resident {
	h.t.Helper()
	r := h.bring(name, change...)
	h.connect(r)
	return r
}

// bring makes a node that has not connected yet.
func (h *house) bring(name string, change ...func(*core.Config)) *resident {
	h.t.Helper()
	return h.bringBack(name, core.Stored{}, change...)
}

// bringBack makes a node, not connected yet, of what one has stored.
func (h *house) bringBack(name string, stored core.Stored, change ...func(*core.Config)) *resident {
	h.t.Helper()
	number := byte(len(h.nodes) + 1)
	cfg := core.Config{
		Room: "r",
		Member: register.Member{
			Node: journal.NodeID{number}, Name: name, Kind: register.KindProcess, Candidate: true, Visible: true, Durable: true,
		},
		Client: journal.ClientID{number},
	}
	for _, f := range change {
		f(&cfg)
	}
	node, err := core.New(cfg, stored)
	if err != nil {
		h.t.Fatal(err)
	}
	r := &resident{name: name, node: node, misses: h.nextMisses}
	h.nextMisses = nil
	h.nodes = append(h.nodes, r)
	return r
}

// connect gives a node a new connection.
func (h *house) connect(r *resident) {
	h.t.Helper()
	h.conns++
	r.conn = h.conns
	h.step(r, core.Connected{Conn: r.conn})
	h.run()
}

func (h *house) step(r *resident, in core.Input) {
	for _, e := range r.node.Step(h.now, in) {
		switch e := e.(type) {
		case core.Send:
			r.sent = append(r.sent, e.Frame)
			h.queue = append(h.queue, func() { h.arrive(r, e) })
		case core.Store:
			r.stores = append(r.stores, e.Seq)
			r.records = append(r.records, e.Records...)
			if !r.slow {
				h.queue = append(h.queue, func() { h.persist(r) })
			}
		case core.Replied:
			r.replies = append(r.replies, e.Frame)
		case core.Refuse:
			r.refused = append(r.refused, e.Err)
		case core.WakeAt:
			if e.At != 0 && e.At <= h.now {
				h.t.Errorf("%s asks at %d to be woken at %d: its host would spin", r.name, h.now, e.At)
			}
			r.wake = e.At
		case core.Disconnect:
			conn := r.conn
			r.conn = 0
			h.queue = append(h.queue, func() { h.roomStep(room.Lost{Conn: conn, Reason: "closed"}) })
		case core.Alarm:
			r.alarms = append(r.alarms, e.Err)
		case core.Stop:
			r.stopped = e.Err
		case core.Orphaned:
			r.told = append(r.told, e.Orphans...)
		case core.Gone:
		}
	}
}

// persist brings what a node has stored to its disk.
func (h *house) persist(r *resident) {
	stores := r.stores
	r.stores = nil
	for _, seq := range stores {
		h.step(r, core.Persisted{Seq: seq})
	}
}

func (h *house) arrive(r *resident, e core.Send) {
	hello, isHello := e.Frame.(frame.Hello)
	switch {
	case isHello:
		h.roomStep(room.Arrived{Conn: r.conn, Hello: hello})
	case e.Head.To.Group == frame.GroupRelay:
		h.roomStep(room.Received{Conn: r.conn, Head: e.Head, Frame: e.Frame})
	default:
		_, isReplicate := e.Frame.(frame.Replicate)
		h.roomStep(room.Forwarded{Conn: r.conn, Head: e.Head, Replicate: isReplicate, Body: e.Frame})
	}
}

func (h *house) roomStep(in room.Input) {
	for _, e := range h.room.Step(h.now, in) {
		switch e := e.(type) {
		case room.Send:
			h.deliver(e.Conn, frame.Head{}, e.Frame)
		case room.Pass:
			for _, conn := range e.Conns {
				h.deliver(conn, e.Head, e.Body.(frame.Frame))
			}
		case room.Store:
			done := func() { h.roomStep(room.Stored{Version: e.Register.Version}) }
			if h.holdStores {
				h.heldStores = append(h.heldStores, done)
				break
			}
			h.queue = append(h.queue, done)
		case room.Close:
			for _, r := range h.nodes {
				if r.conn == e.Conn {
					r.conn = 0
					h.queue = append(h.queue, func() { h.step(r, core.Disconnected{Conn: e.Conn}) })
				}
			}
		case room.WakeAt, room.Refuse:
		}
	}
}

func (h *house) deliver(conn uint64, head frame.Head, f frame.Frame) {
	for _, r := range h.nodes {
		if r.conn == conn && (r.misses == nil || !r.misses(f)) {
			h.queue = append(h.queue, func() { h.step(r, core.Received{Conn: conn, Head: head, Frame: f}) })
		}
	}
}

// store lets the relay's disk go on.
func (h *house) store() {
	h.t.Helper()
	h.holdStores = false
	h.queue = append(h.queue, h.heldStores...)
	h.heldStores = nil
	h.run()
}

// run carries out everything until nothing is left to do at this moment.
func (h *house) run() {
	h.t.Helper()
	for turns := 0; len(h.queue) > 0; turns++ {
		if turns > 100_000 {
			h.t.Fatal("the house does not come to rest")
		}
		next := h.queue[0]
		h.queue = h.queue[1:]
		next()
	}
}

// advance lets time pass, in steps of 10 ms, with the alarms and pings in it.
func (h *house) advance(d time.Duration) {
	h.t.Helper()
	for end := h.now.Add(d); h.now < end; {
		h.now = h.now.Add(10 * time.Millisecond)
		h.roomStep(room.Wake{})
		for _, r := range h.nodes {
			if r.wake != 0 && r.wake <= h.now {
				r.wake = 0
				h.step(r, core.Wake{})
			}
		}
		h.run()
	}
}

// crash takes a node's process away; the relay sees its socket close.
func (h *house) crash(r *resident) {
	conn := r.conn
	r.conn = 0
	h.roomStep(room.Lost{Conn: conn, Reason: "closed"})
	h.run()
}

func (h *house) ask(r *resident, f frame.Frame) frame.Frame {
	h.t.Helper()
	r.replies = nil
	h.step(r, core.Asked{Frame: f})
	h.run()
	if len(r.replies) == 0 {
		return nil
	}
	return r.replies[len(r.replies)-1]
}

func set(seq uint64, key, value string, ack journal.Ack) frame.Write {
	return frame.Write{
		Origin: journal.Origin{Seq: seq}, Ack: ack,
		Ops: []frame.Op{frame.Set{Key: key, Value: []byte(value)}},
	}
}

func (h *house) written(r *resident, w frame.Write) frame.Written {
	h.t.Helper()
	answer, ok := h.ask(r, w).(frame.Written)
	if !ok {
		h.t.Fatalf("%s: write %d has no answer; status %+v", r.name, w.Origin.Seq, r.node.Status())
	}
	return answer
}

func (h *house) get(r *resident, key string, level frame.Level) string {
	h.t.Helper()
	answer, ok := h.ask(r, frame.Read{ID: 1, Level: level, Key: key, Exact: true}).(frame.ReadReply)
	if !ok {
		return "no answer"
	}
	if answer.Failure != nil {
		return answer.Failure.Error()
	}
	if len(answer.Items) == 0 {
		return "no such key"
	}
	return string(answer.Items[0].Value)
}

func (r *resident) String() string {
	s := r.node.Status()
	return fmt.Sprintf("%s: %v epoch %v last %v commit %v", r.name, s.Role, s.Epoch, s.Last, s.Commit)
}
