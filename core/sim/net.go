package sim

import (
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// envelope is one frame on its way. In most seeds it is handed over as it is;
// in some every one goes through core/wire first.
type envelope struct {
	head  frame.Head
	frame frame.Frame
}

// queue is one direction of a connection: ordered, each frame with the moment
// of its delivery, which never falls.
type queue struct {
	waiting []parcel
	newest  journal.Instant // delivery of the newest frame
	jammed  journal.Instant // nothing is delivered before
	broken  bool            // what is sent now gets lost
	planned bool            // an event stands in the agenda for the first frame
}

type parcel struct {
	at journal.Instant
	envelope
}

// conn is one connection between a peer and the relay. The two ends learn of
// its end at moments of their own.
type conn struct {
	id        uint64 // the relay's name for it
	number    uint64 // the peer's name for it: rises with each of its connections
	peer      *peer
	relay     *relay // at its other end
	up, down  queue
	peerOpen  bool            // the peer has not learnt of its end
	relayOpen bool            // nor has the relay
	greeted   bool            // the peer has said hello
	member    register.Member // as it has said
	held      bool            // by hand: what the peer sends waits
	life      int             // the relay's; with its process everything of a connection ends
}

// net delivers frames. In a world that is driven by hand hops take no time, and
// what is on its way to a peer waits until somebody says so.
type net struct {
	w       *World
	chance  chance
	replays chance
	conns   uint64 // how many there have been

	least, mean time.Duration   // of one hop
	burstUntil  journal.Instant // hops take ten times as long till then
}

func (n *net) hop() time.Duration {
	if n.w.byHand {
		return 0
	}
	d := n.chance.skewed(n.least, n.mean)
	if n.w.now < n.burstUntil {
		n.w.hits[DelayBurst]++
		d *= 10
	}
	return d
}

// dial makes a connection for a peer: it exists at both ends one hop later,
// unless the peer can't reach the relay.
func (n *net) dial(p *peer) {
	n.conns++
	c := &conn{id: n.conns, number: p.nextConn(), peer: p, relay: p.relay()}
	life := p.life
	n.w.after(n.hop(), streamNet, func() {
		if p.life != life || p.conn != nil {
			return
		}
		if n.w.now < p.unreachableUntil || c.relay.isDown() {
			p.dialFailed(c)
			return
		}
		c.peerOpen, c.relayOpen = true, true
		p.conn = c
		c.relay.opened(c)
		p.connected(c)
	})
}

// send puts a frame into a queue.
func (n *net) send(c *conn, up bool, e envelope) {
	q := &c.down
	if up {
		q = &c.up
	}
	if q.broken {
		return
	}
	if _, isPing := e.frame.(frame.Ping); isPing && n.w.byHand && !up {
		// Nobody wants to deliver these by hand.
		n.w.after(0, streamNet, func() {
			if c.peer.conn == c {
				c.peer.received(c, e)
			}
		})
		return
	}
	at := max(n.w.now.Add(n.hop()), q.newest, q.jammed)
	q.newest = at
	n.w.counted.count(up, e)
	q.waiting = append(q.waiting, parcel{at, n.w.throughWire(e)})
	n.plan(c, up)
}

// plan puts the delivery of the first frame of a queue into the agenda.
func (n *net) plan(c *conn, up bool) {
	q := &c.down
	if up {
		q = &c.up
	}
	if q.planned || len(q.waiting) == 0 || (up && c.held) || (n.w.byHand && !up) {
		return
	}
	q.planned = true
	n.w.at(max(q.waiting[0].at, q.jammed), streamNet, func() {
		q.planned = false
		if n.w.now >= q.jammed && len(q.waiting) > 0 && !(up && c.held) {
			n.deliver(c, up)
		}
		n.plan(c, up)
	})
}

// deliver hands over the first frame of a queue.
func (n *net) deliver(c *conn, up bool) {
	if up {
		first := c.up.waiting[0]
		c.up.waiting = c.up.waiting[1:]
		if !c.relayOpen && c.life == c.relay.life && !n.isLate() {
			return
		}
		c.relay.received(c, first.envelope)
		return
	}
	first := c.down.waiting[0]
	c.down.waiting = c.down.waiting[1:]
	if c.peer.conn != c && c.peer.isUp() && !n.isLate() {
		return
	}
	n.mayReplay(c.peer, first.envelope)
	c.peer.received(c, first.envelope)
}

// mayReplay delivers what one copy said to another under a mastership once
// more, on the connection there is then. Everything else is fenced by the
// connection alone, so it is never replayed.
func (n *net) mayReplay(p *peer, e envelope) {
	if n.w.byHand || e.head.Epoch.IsZero() || !n.w.plan.has(Replay) || !n.replays.hit(15) {
		return
	}
	switch e.frame.(type) {
	case frame.Seal, frame.Sealed, frame.Fetch, frame.Supply, frame.Replicate, frame.Ack,
		frame.Behind, frame.Chunk, frame.ChunkAck:
	default:
		return
	}
	n.w.after(n.replays.skewed(0, pick(n.replays, 100*time.Millisecond, 4*time.Second)), streamNet, func() {
		if p.conn != nil && !n.w.healing {
			n.w.hits[Replay]++
			p.received(p.conn, e)
		}
	})
}

// isLate decides whether a frame arrives although its connection is over for
// the receiver: a reader may have had it already.
func (n *net) isLate() bool {
	if n.w.byHand || n.w.plan.has(LateFrame) {
		n.w.hits[LateFrame]++
		return true
	}
	return false
}

// cut ends a connection: of each queue a suffix is lost, and the ends learn of
// it at moments of their own, behind what still reaches them.
func (n *net) cut(c *conn, notice time.Duration) {
	for _, q := range [2]*queue{&c.up, &c.down} {
		if q.broken {
			continue
		}
		keep := 0
		if !n.w.byHand {
			keep = n.chance.IntN(len(q.waiting) + 1)
		}
		q.waiting, q.broken = q.waiting[:keep], true
	}
	n.behind(&c.down, notice, func() { n.peerLearns(c) })
	n.behind(&c.up, notice, func() { n.relayLearns(c, "closed") })
}

// behind does something within notice, but not before the last frame of a
// queue has arrived: the end of a connection does not overtake it.
func (n *net) behind(q *queue, notice time.Duration, do func()) {
	if n.w.byHand {
		notice = 0
	}
	n.whenEmpty(q, n.w.now.Add(n.chance.between(0, notice)), do)
}

func (n *net) whenEmpty(q *queue, at journal.Instant, do func()) {
	n.w.at(max(at, q.newest, q.jammed), streamNet, func() {
		if len(q.waiting) > 0 && !n.w.byHand || q.planned {
			n.whenEmpty(q, n.w.now, do)
			return
		}
		do()
	})
}

// peerLearns tells the peer that its connection is gone.
func (n *net) peerLearns(c *conn) {
	if c.peerOpen {
		c.peerOpen = false
		c.up.broken = true
		c.peer.disconnected(c)
	}
}

// relayLearns tells the relay that a connection is gone.
func (n *net) relayLearns(c *conn, reason string) {
	if c.relayOpen {
		c.relayOpen = false
		c.down.broken = true
		c.relay.closed(c, reason)
	}
}

// closeByPeer ends a connection from the peer's side. What it has sent
// arrives, then the relay learns of the end.
func (n *net) closeByPeer(c *conn) {
	c.peerOpen = false
	c.up.broken, c.down.broken = true, true
	n.behind(&c.up, n.hop(), func() { n.relayLearns(c, "closed") })
}

// closeByRelay ends a connection from the relay's side.
func (n *net) closeByRelay(c *conn) {
	c.relayOpen = false
	c.up.broken, c.down.broken = true, true
	if n.w.byHand {
		return // the peer learns of it behind the last frame
	}
	n.behind(&c.down, n.hop(), func() { n.peerLearns(c) })
}
