package room

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// crowd drives a room with random inputs and believes only its effects: each
// connection keeps what it was told, and that must be what the room has.
type crowd struct {
	t        *rapid.T
	room     *Room
	now      journal.Instant
	value    register.Register // in force, as last seen
	storing  *register.Register
	conns    []*listener // open ones, welcomed or not, by age
	last     uint64
	requests uint64
	offers   []register.Register // what nodes may have stored
}

// listener is one connection as its node sees it.
type listener struct {
	conn     uint64
	member   register.Member
	welcomed bool
	members  []register.Member
	value    register.Register
	seated   bool
	waiting  frame.Waiting
	open     []uint64 // requests without an answer
}

func TestWhateverHappensTheRoomKeepsItsWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := register.Register{}
		if rapid.Bool().Draw(t, "with history") {
			first = held(3, 2, rapid.SampledFrom([]string{"ab", "A", "aB", "ABC"}).Draw(t, "list"))
		}
		c := &crowd{t: t, now: start, value: first, room: New(Config{Name: "kitchen", Register: first, Started: start, NodesMax: 4})}
		t.Repeat(map[string]func(*rapid.T){
			"":         func(*rapid.T) { c.check() },
			"arrive":   func(*rapid.T) { c.arrive() },
			"arrive 2": func(*rapid.T) { c.arrive() },
			"lose":     func(*rapid.T) { c.lose() },
			"ask":      func(*rapid.T) { c.ask() },
			"ask 2":    func(*rapid.T) { c.ask() },
			"store":    func(*rapid.T) { c.store() },
			"store 2":  func(*rapid.T) { c.store() },
			"wait":     func(*rapid.T) { c.wait() },
			"forward":  func(*rapid.T) { c.forward() },
			"say":      func(*rapid.T) { c.say() },
		})
		for c.storing != nil {
			c.store()
		}
		c.check()
		for _, l := range c.conns {
			if len(l.open) > 0 || !l.welcomed {
				t.Fatalf("connection %d: welcomed %v, requests %v were never answered", l.conn, l.welcomed, l.open)
			}
		}
	})
}

func (c *crowd) arrive() {
	m := process("abcde"[rapid.IntRange(0, 4).Draw(c.t, "node")])
	switch rapid.IntRange(0, 5).Draw(c.t, "kind") {
	case 0:
		m = client(m.Node[0])
	case 1, 2:
		m = tab(m.Node[0])
	}
	m.Incarnation = journal.Incarnation(rapid.IntRange(1, 2).Draw(c.t, "incarnation"))
	c.last++
	in := Arrived{Conn: c.last, Hello: hello(m)}
	if len(c.offers) > 0 && rapid.IntRange(0, 3).Draw(c.t, "offers") == 0 {
		in.Hello.Register = rapid.SampledFrom(c.offers).Draw(c.t, "offer")
	}
	c.conns = append(c.conns, &listener{conn: c.last, member: m})
	c.step(in)
}

func (c *crowd) lose() {
	if l := c.some(); l != nil {
		c.conns = slices.DeleteFunc(c.conns, func(o *listener) bool { return o == l })
		c.step(Lost{Conn: l.conn, Reason: "closed"})
	}
}

func (c *crowd) ask() {
	l := c.some()
	if l == nil || !l.welcomed {
		return
	}
	c.requests++
	v, e := l.value.Version, l.value.Epoch
	if rapid.IntRange(0, 9).Draw(c.t, "stale") == 0 {
		v--
	}
	other := id("abcde"[rapid.IntRange(0, 4).Draw(c.t, "other")])
	var f frame.Frame
	switch rapid.IntRange(0, 5).Draw(c.t, "request") {
	case 0, 1:
		f = frame.Claim{Request: c.requests, Number: e.Number + 1}
	case 2:
		add := []frame.Addition{{Node: other, Incarnation: journal.Incarnation(rapid.IntRange(1, 2).Draw(c.t, "added"))}}
		f = frame.Amend{Request: c.requests, Version: v, Epoch: e, Add: add}
	case 3:
		f = frame.Amend{
			Request: c.requests, Version: v, Epoch: e, Remove: []journal.NodeID{other},
			Expel: rapid.Bool().Draw(c.t, "expel"), Settled: rapid.Bool().Draw(c.t, "settled"),
		}
	case 4:
		if rapid.Bool().Draw(c.t, "resign") {
			other = journal.NodeID{}
		}
		f = frame.Handover{Request: c.requests, Version: v, Epoch: e, Successor: other}
	case 5:
		f = frame.Confirm{Request: c.requests, Epoch: e}
	}
	l.open = append(l.open, c.requests)
	c.step(Received{Conn: l.conn, Head: frame.Head{From: l.member.Node}, Frame: f})
}

func (c *crowd) store() {
	if c.storing != nil {
		version := c.storing.Version
		c.storing = nil
		c.step(Stored{Version: version})
	}
}

func (c *crowd) wait() {
	c.now = c.now.Add(time.Duration(rapid.SampledFrom([]int{1, 100, 250, 1000, 40_000}).Draw(c.t, "milliseconds")) * time.Millisecond)
	if at := c.room.alarm; at != 0 && at <= c.now {
		c.step(Wake{})
	}
}

func (c *crowd) forward() {
	if l := c.some(); l != nil && l.welcomed {
		c.step(Forwarded{Conn: l.conn, Head: frame.Head{From: l.member.Node, To: frame.ToCopies(), Epoch: l.value.Epoch}, Replicate: true})
	}
}

func (c *crowd) say() {
	l := c.some()
	if l == nil || !l.welcomed {
		return
	}
	f := rapid.SampledFrom([]frame.Frame{frame.Pong{}, frame.Appear{}, frame.Appear{Visible: true}, frame.Goodbye{}, frame.Seal{}}).Draw(c.t, "frame")
	c.step(Received{Conn: l.conn, Head: frame.Head{From: l.member.Node}, Frame: f})
}

func (c *crowd) some() *listener {
	if len(c.conns) == 0 {
		return nil
	}
	return rapid.SampledFrom(c.conns).Draw(c.t, "connection")
}

func (c *crowd) step(in Input) {
	had, master, change := c.value, c.room.master, c.room.change
	effects := c.room.Step(c.now, in)
	next := c.room.Register()
	if c.room.master != master && c.room.master != 0 && next.Epoch == had.Epoch {
		c.t.Fatalf("the mastership of epoch %v went from connection %d to %d", had.Epoch, master, c.room.master)
	}
	if !reflect.DeepEqual(next, had) {
		if change.claim && master != 0 {
			c.t.Fatalf("a claim is granted while connection %d is master: %+v", master, next)
		}
		c.judge(had, next)
		c.value = next
		c.offers = append(c.offers, next)
	}
	for _, e := range effects {
		switch e := e.(type) {
		case Send:
			c.hear(c.listener(e.Conn), e.Frame)
		case Pass:
			for _, conn := range e.Conns {
				if !c.listener(conn).welcomed {
					c.t.Fatalf("a frame is passed to %d before its welcome", conn)
				}
			}
		case Close:
			c.listener(e.Conn)
			c.conns = slices.DeleteFunc(c.conns, func(l *listener) bool { return l.conn == e.Conn })
		case Store:
			if c.storing != nil {
				c.t.Fatalf("two values are on their way to the disk: %+v and %+v", *c.storing, e.Register)
			}
			c.storing = &e.Register
			c.judgeStore(e.Register)
		case WakeAt, Refuse:
		}
	}
}

// listener is an open connection: effects may name no other.
func (c *crowd) listener(conn uint64) *listener {
	i := slices.IndexFunc(c.conns, func(l *listener) bool { return l.conn == conn })
	if i < 0 {
		c.t.Fatalf("an effect names connection %d, which is closed", conn)
	}
	return c.conns[i]
}
