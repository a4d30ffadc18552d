package sim

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// stage is a world that is driven by hand: time stands still and no frame
// reaches a node until a command says so. What nodes send reaches the relay at
// once, and what they store is durable at once, unless it is held.
type stage struct {
	w       *World
	script  *script
	kept    map[string]keptFrame
	backups map[string]*platter
	seq     map[*node]uint64
	second  *relay // made by the command of that name
}

// keptFrame is a copy of a frame, to be delivered later.
type keptFrame struct {
	to *node
	envelope
}

// newStage returns an empty stage.
func newStage() *stage {
	w := newWorld(Options{Seed: 1, Nodes: 1, KeepBytes: 1 << 20}, true)
	w.plan.wire = true
	s := &stage{
		w: w, script: newScript(w.names),
		kept: map[string]keptFrame{}, backups: map[string]*platter{}, seq: map[*node]uint64{},
	}
	w.trace.script = s.script
	return s
}

// settleAfter is how long nodes get to come together before a scenario begins.
const settleAfter = 5 * time.Second

// start starts nodes and lets them come together, without a word.
func (s *stage) start(nodes []*node) error {
	s.script.mute = true
	defer func() { s.script.mute = false }()
	for _, n := range nodes {
		n.start()
		s.settle()
	}
	for end := s.w.now.Add(settleAfter); s.w.now < end; {
		s.settle()
		if s.w.isTogether() {
			return nil
		}
		s.w.runUntil(s.w.now.Add(10*time.Millisecond), nil)
	}
	return fmt.Errorf("the nodes do not come together: %s", s.w.whyApart())
}

// settle delivers everything until nothing is on its way any more.
func (s *stage) settle() {
	for {
		s.due()
		moved := false
		for _, n := range s.w.nodes {
			moved = s.deliver(n, -1) > 0 || moved
		}
		if !moved {
			return
		}
	}
}

// due lets happen what is due at this moment.
func (s *stage) due() { s.w.runUntil(s.w.now, nil) }

// deliver hands a node the frames that wait for it, at most count unless that
// is negative, and says how many.
func (s *stage) deliver(n *node, count int) int {
	c := n.conn
	if c == nil || n.isPaused() {
		return 0
	}
	waiting := len(c.down.waiting)
	if count >= 0 {
		waiting = min(waiting, count)
	}
	for range waiting {
		if n.conn != c || len(c.down.waiting) == 0 {
			break
		}
		s.w.net.deliver(c, false)
		s.due()
	}
	if !c.relayOpen && len(c.down.waiting) == 0 {
		s.w.net.peerLearns(c)
		s.due()
	}
	return waiting
}

func (s *stage) node(name string) (*node, error) {
	for _, n := range s.w.nodes {
		if n.name == name {
			return n, nil
		}
	}
	return nil, fmt.Errorf("there is no node %q", name)
}

// cut ends a node's connection. What is on its way to it is lost, and each end
// learns of it at once or not at all.
func (s *stage) cut(n *node, nodeLearns, relayLearns bool) {
	c := n.conn
	if c == nil {
		return
	}
	c.down.waiting, c.up.waiting = nil, nil
	c.down.broken, c.up.broken = true, true
	if nodeLearns {
		s.w.net.peerLearns(c)
	}
	if relayLearns {
		s.w.net.relayLearns(c, "closed")
	}
	s.due()
}

// hold makes what a node sends wait, or lets it go.
func (s *stage) hold(n *node, held bool) {
	if n.conn == nil {
		return
	}
	n.conn.held = held
	s.w.net.plan(n.conn, true)
	s.due()
}

// advance lets time pass: alarms ring.
func (s *stage) advance(d time.Duration) { s.w.runUntil(s.w.now.Add(d), nil) }

// ask is a request of the application at a node.
func (s *stage) ask(n *node, f frame.Frame) { s.askOf(n, journal.NodeID{}, f) }

// askOf is ask of a node that the application names; zero for none.
func (s *stage) askOf(n *node, to journal.NodeID, f frame.Frame) {
	if w, ok := f.(frame.Write); ok && w.Origin.Seq == 0 {
		s.seq[n]++
		w.Origin.Seq = s.seq[n]
		f = w
	}
	n.step(core.Asked{To: to, Frame: f})
	s.due()
}

// keep copies the next frame that waits for a node.
func (s *stage) keep(name string, n *node) error {
	if n.conn == nil || len(n.conn.down.waiting) == 0 {
		return fmt.Errorf("nothing waits for %s", n.name)
	}
	s.kept[name] = keptFrame{n, n.conn.down.waiting[0].envelope}
	return nil
}

// replay delivers a kept frame on the present connection of its receiver.
func (s *stage) replay(name string) error {
	k, ok := s.kept[name]
	if !ok || k.to.conn == nil {
		return fmt.Errorf("no frame %q was kept, or its receiver is not connected", name)
	}
	k.to.received(k.to.conn, k.envelope)
	s.due()
	return nil
}

// position reads EPOCH/INDEX.
func (s *stage) position(text string) (journal.Position, error) {
	var number, index uint64
	if _, err := fmt.Sscanf(text, "%d/%d", &number, &index); err != nil {
		return journal.Position{}, fmt.Errorf("%q is no position", text)
	}
	return journal.Position{
		Epoch: journal.Epoch{Number: journal.EpochNumber(number), Master: s.w.god.lists[journal.EpochNumber(number)].Epoch.Master},
		Index: journal.Index(index),
	}, nil
}
