package loopback

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/room"
	"github.com/understudy-dev/understudy/core/wire"
)

// Config changes a Relay. Zero times are the defaults of package frame.
type Config struct {
	PingEvery time.Duration
	DeadAfter time.Duration
	OpenAfter time.Duration
}

// Relay is a relay in this process. Its registers are in memory and end with
// it. It is a [host.Transport], and safe for concurrent use.
type Relay struct {
	cfg     Config
	started journal.Instant

	// The lock is the relay's single file of events: what one connection sends
	// is handled wholly before what another sends. Nothing is waited for under it.
	mu     sync.Mutex
	rooms  map[string]*served
	conns  map[uint64]*link // connections that have not ended
	newest uint64           // the number of the newest connection
	closed bool
}

var _ host.Transport = (*Relay)(nil)

var errClosed = errors.New("the relay is closed")

// New returns a relay without rooms.
func New(cfg Config) *Relay {
	return &Relay{
		cfg: cfg, started: now(),
		rooms: map[string]*served{}, conns: map[uint64]*link{},
	}
}

func now() journal.Instant { return journal.Instant(time.Now().UnixNano()) }

// Dial opens a connection.
func (r *Relay) Dial(ctx context.Context) (host.Link, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errClosed
	}
	r.newest++
	l := newLink()
	l.conn = r.newest
	l.deliver = func(message []byte) error { return r.handle(l, message) }
	l.shut = func(why *host.ClosedError) { r.lost(l, why) }
	r.conns[l.conn] = l
	return l, nil
}

// Cut ends every connection of a node without a close frame, as a network that
// breaks does.
func (r *Relay) Cut(node journal.NodeID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.connsInOrder() {
		if l.node == node {
			r.drop(l, &host.ClosedError{Code: host.CloseAbnormal, Reason: "cut"})
		}
	}
}

// Register returns the register of a room; zero if there is no such room.
func (r *Relay) Register(name string) register.Register {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.rooms[name]; s != nil {
		return s.room.Register()
	}
	return register.Register{}
}

// Close tells everybody that the relay goes down and ends all connections.
func (r *Relay) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.closed = true
	for _, s := range r.rooms {
		r.step(s, room.Shutdown{})
		s.alarm.Stop()
	}
	for _, l := range r.connsInOrder() {
		r.drop(l, &host.ClosedError{Code: host.CloseRefused + int(frame.CodeShutdown), Reason: "the relay is going down"})
	}
}

// connsInOrder lists the connections, oldest first.
func (r *Relay) connsInOrder() []*link {
	var all []*link
	for conn := uint64(1); conn <= r.newest; conn++ {
		if l := r.conns[conn]; l != nil {
			all = append(all, l)
		}
	}
	return all
}

// handle takes one message of a connection.
func (r *Relay) handle(l *link, message []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.isClosed() {
		return l.ended()
	}
	envelope, err := wire.DecodeEnvelope(message)
	var body frame.Frame
	if err == nil && envelope.Head.To.Group == frame.GroupRelay {
		body, err = wire.DecodePayload(envelope)
	}
	if _, unknown := errors.AsType[*wire.UnknownKindError](err); unknown {
		return nil
	}
	if err != nil {
		r.drop(l, &host.ClosedError{Code: host.CloseRefused + int(frame.CodeProtocol), Reason: err.Error()})
		return nil
	}
	hello, isHello := body.(frame.Hello)
	switch {
	case l.served == nil && isHello:
		l.served, l.node = r.roomOf(hello.Room), hello.Member.Node
		r.step(l.served, room.Arrived{Conn: l.conn, Hello: hello})
	case l.served == nil:
		r.drop(l, &host.ClosedError{Code: host.CloseRefused + int(frame.CodeProtocol), Reason: "a frame before hello"})
	case body != nil:
		r.step(l.served, room.Received{Conn: l.conn, Head: envelope.Head, Frame: body})
	default:
		r.step(l.served, room.Forwarded{
			Conn: l.conn, Head: envelope.Head,
			Replicate: envelope.Kind == wire.KindReplicate, Body: message,
		})
	}
	return nil
}

// drop ends a connection from the relay's side.
func (r *Relay) drop(l *link, why *host.ClosedError) {
	delete(r.conns, l.conn)
	l.end(why)
	if l.served != nil {
		r.step(l.served, room.Lost{Conn: l.conn, Reason: why.Reason})
	}
}

// lost ends a connection that the other side closed.
func (r *Relay) lost(l *link, why *host.ClosedError) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, open := r.conns[l.conn]; open {
		r.drop(l, why)
	}
}
