package relay

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/room"
	"github.com/understudy-dev/understudy/core/wire"
)

// accept makes a WebSocket of a request and reads it until it ends.
func (r *Relay) accept(w http.ResponseWriter, request *http.Request) {
	if !r.enter() {
		http.Error(w, "the relay is going down", http.StatusServiceUnavailable)
		return
	}
	defer r.running.Done()
	taken := &hijacker{ResponseWriter: w}
	socket, err := websocket.Accept(taken, request, &websocket.AcceptOptions{
		OriginPatterns: r.cfg.Origins, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		r.counts.refuse("handshake")
		r.cfg.Log.Warn("no WebSocket", keyAddress, request.RemoteAddr, keyErr, err)
		return
	}
	socket.SetReadLimit(frame.FrameMaxBytes)
	c := &conn{
		id: r.lastConn.Add(1), address: request.RemoteAddr, socket: socket, raw: taken.batch, limit: r.cfg.QueueMaxBytes,
		logged: map[string]bool{}, filled: make(chan struct{}, 1), done: make(chan struct{}),
	}
	r.counts.connected.Add(1)
	defer r.counts.connected.Add(-1)
	go c.write()
	r.add(c)
	r.serve(c)
	c.shut(closeLost)
	<-c.done
	c.raw.Close()
	socket.CloseNow()
	r.remove(c)
}

// enter counts a goroutine that Close waits for; false once it is closing.
func (r *Relay) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closing {
		r.running.Add(1)
	}
	return !r.closing
}

func (r *Relay) add(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[c] = true
	if r.closing {
		c.shut(closeShutdown)
	}
}

func (r *Relay) remove(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
}

// serve reads a connection until it ends and gives what it sends to its room.
func (r *Relay) serve(c *conn) {
	var buffer bytes.Buffer
	hello, err := r.greet(c, &buffer)
	if err != nil {
		r.counts.refuse("hello")
		r.cfg.Log.Warn("refused", keyConn, c.id, keyAddress, c.address, keyErr, err)
		return
	}
	o, end := r.join(c, hello)
	if end != nil {
		r.counts.refuse("room")
		r.cfg.Log.Warn("refused", keyConn, c.id, keyAddress, c.address, keyRoom, hello.Room, keyErr, end.text)
		c.shut(end)
		return
	}
	reason := "closed"
	for {
		kind, message, err := c.read(&buffer)
		if err != nil {
			reason = reasonOf(err)
			break
		}
		if kind != websocket.MessageBinary {
			reason = "protocol error"
			c.shut(refused(frame.CodeProtocol, "a text message, where frames are binary"))
			r.counts.refuse("text message")
			break
		}
		if !o.received(c, message) {
			reason = "protocol error"
			break
		}
	}
	o.put(event{conn: c, in: room.Lost{Conn: c.id, Reason: reason}})
}

// greet waits for the Hello. Until then nothing else is accepted.
func (r *Relay) greet(c *conn, buffer *bytes.Buffer) (frame.Hello, error) {
	late := time.AfterFunc(r.cfg.HelloAfter, func() {
		c.shut(refused(frame.CodeProtocol, fmt.Sprintf("no hello within %v", r.cfg.HelloAfter)))
	})
	defer late.Stop()
	kind, message, err := c.read(buffer)
	if err != nil {
		return frame.Hello{}, fmt.Errorf("no hello: %s", reasonOf(err))
	}
	err = errors.New("a text message, where frames are binary")
	if kind == websocket.MessageBinary {
		var first frame.Frame
		_, first, err = wire.Decode(message)
		if hello, ok := first.(frame.Hello); ok && err == nil {
			return hello, nil
		}
		if err == nil {
			err = fmt.Errorf("the first frame is %s, not hello", wire.KindOf(first))
		}
	}
	c.shut(refused(frame.CodeProtocol, err.Error()))
	return frame.Hello{}, err
}

// received gives one message to the owner of the room. It is false after a
// message that leaves no way to go on.
func (o *owner) received(c *conn, message []byte) bool {
	o.relay.counts.received(len(message))
	envelope, err := wire.DecodeEnvelope(message)
	if err != nil {
		if _, unknown := errors.AsType[*wire.UnknownKindError](err); unknown {
			o.put(event{conn: c, refused: err})
			return true
		}
		c.shut(refused(frame.CodeProtocol, err.Error()))
		o.put(event{conn: c, refused: err})
		return false
	}
	if envelope.Head.To.Group != frame.GroupRelay {
		// The buffer is the next message's; what waits in queues is its own.
		o.put(event{conn: c, in: room.Forwarded{
			Conn: c.id, Head: envelope.Head, Replicate: envelope.Kind == wire.KindReplicate, Body: slices.Clone(message),
		}})
		return true
	}
	f, err := wire.DecodePayload(envelope)
	if err != nil {
		o.put(event{conn: c, refused: err})
		return true
	}
	o.put(event{conn: c, in: room.Received{Conn: c.id, Head: envelope.Head, Frame: f}})
	return true
}

// reasonOf says in a few words why a connection has ended.
func reasonOf(err error) string {
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return fmt.Sprintf("a frame over %d bytes", frame.FrameMaxBytes)
	}
	closed, ok := errors.AsType[websocket.CloseError](err)
	switch {
	case !ok:
		return "connection lost"
	case closed.Reason != "":
		return closed.Reason
	}
	return "closed"
}
