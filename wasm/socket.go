//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall/js"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

// transport reaches the relay by the browser's WebSocket.
type transport struct {
	url    string
	socket js.Value // the constructor
	tap    *tap     // sees every message
}

var _ host.Transport = (*transport)(nil)

var uint8Array = js.Global().Get("Uint8Array")

// Dial opens a socket. A browser does not say why one can't be opened.
func (t *transport) Dial(ctx context.Context) (host.Link, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	l, err := newLink(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.url, err)
	}
	select {
	case <-l.opened:
		return l, nil
	case <-l.ended:
		return nil, fmt.Errorf("%s can't be reached", t.url)
	case <-ctx.Done():
		l.abandon()
		return nil, fmt.Errorf("%s did not answer in time: %w", t.url, context.Cause(ctx))
	}
}

// link is one WebSocket. Its callbacks are made once, and freed when the
// browser has said that the socket is closed: nothing calls them after that.
type link struct {
	socket js.Value
	send   js.Value // its send method, bound
	tap    *tap
	funcs  []js.Func

	opened chan struct{} // closed when the socket is open
	ended  chan struct{} // closed when nothing more will be received
	filled chan struct{} // holds a token when there is something to receive

	mu      sync.Mutex
	arrived [][]byte
	bytes   int   // of arrived
	cause   error // why it ended; set before ended is closed
}

var _ host.Link = (*link)(nil)

func newLink(t *transport) (l *link, err error) {
	defer func() {
		// The constructor throws for an address it does not understand.
		if thrown, ok := recover().(js.Error); ok {
			err = thrown
		}
	}()
	l = &link{
		socket: t.socket.New(t.url), tap: t.tap,
		opened: make(chan struct{}), ended: make(chan struct{}), filled: make(chan struct{}, 1),
	}
	l.socket.Set("binaryType", "arraybuffer")
	l.send = l.socket.Get("send").Call("bind", l.socket)
	l.on("open", func(js.Value) { close(l.opened) })
	l.on("message", func(event js.Value) { l.onMessage(event.Get("data")) })
	l.on("close", func(event js.Value) {
		l.end(&host.ClosedError{Code: event.Get("code").Int(), Reason: event.Get("reason").String()})
		for _, f := range l.funcs {
			f.Release()
		}
	})
	return l, nil
}

func (l *link) on(event string, f func(event js.Value)) {
	callback := js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(args[0])
		return nil
	})
	l.funcs = append(l.funcs, callback)
	l.socket.Call("addEventListener", event, callback)
}

// onMessage queues a message and returns: it runs in a callback.
func (l *link) onMessage(data js.Value) {
	if data.Type() == js.TypeString {
		l.fail(&host.ClosedError{Code: closeUnreadable, Reason: "a message of text, where only bytes are sent"})
		return
	}
	size := data.Get("byteLength").Int()
	if size > frame.FrameMaxBytes {
		l.fail(&host.ClosedError{Code: host.CloseTooBig, Reason: fmt.Sprintf("a message of %d bytes, of at most %d", size, frame.FrameMaxBytes)})
		return
	}
	message := make([]byte, size)
	js.CopyBytesToGo(message, uint8Array.New(data))
	l.mu.Lock()
	over := l.bytes+size > frame.QueueMaxBytes
	if !over {
		l.arrived = append(l.arrived, message)
		l.bytes += size
	}
	l.mu.Unlock()
	if over {
		l.fail(&host.ClosedError{Code: closeTooSlow, Reason: fmt.Sprintf("over %d bytes have arrived and wait", frame.QueueMaxBytes)})
		return
	}
	l.tap.seen(message, false)
	select {
	case l.filled <- struct{}{}:
	default:
	}
}

// Send gives a message to the browser, which sends it when it can.
func (l *link) Send(message []byte) error {
	select {
	case <-l.ended:
		return l.cause
	default:
	}
	if len(message) > frame.FrameMaxBytes {
		return fmt.Errorf("%w: a message of %d bytes, of at most %d", host.ErrTooLarge, len(message), frame.FrameMaxBytes)
	}
	if l.socket.Get("bufferedAmount").Int()+len(message) > frame.QueueMaxBytes {
		return host.ErrQueueFull
	}
	bytes := uint8Array.New(len(message))
	js.CopyBytesToJS(bytes, message)
	l.send.Invoke(bytes)
	l.tap.seen(message, true)
	return nil
}

// Receive waits for the next message. What had arrived when the link ended is
// received before the end.
func (l *link) Receive(ctx context.Context) ([]byte, error) {
	for {
		if message := l.next(); message != nil {
			return message, nil
		}
		select {
		case <-l.filled:
		case <-l.ended:
			if message := l.next(); message != nil {
				return message, nil
			}
			return nil, l.cause
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (l *link) next() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.arrived) == 0 {
		return nil
	}
	message := l.arrived[0]
	l.arrived = l.arrived[1:]
	l.bytes -= len(message)
	return message
}

// Close starts the closing handshake and does not wait for its end: a socket
// whose network is gone would wait for long.
func (l *link) Close(code int, reason string) error {
	l.end(&host.ClosedError{Code: code, Reason: reason})
	return l.shut(code, reason)
}

// abandon gives up a socket that has not opened.
func (l *link) abandon() {
	// An address that nobody answers can't object either.
	_ = l.Close(host.CloseNormal, "")
}

// fail ends the link for a message that can't be taken.
func (l *link) fail(cause *host.ClosedError) {
	code := cause.Code
	if code == host.CloseTooBig {
		code = closeTooBigHere
	}
	l.end(cause)
	_ = l.shut(code, cause.Reason) // the cause says more than a second error would
}

// A browser sends no other codes than 1000 and these: what has one of its own
// is replaced by one of the application's range.
const (
	closeUnreadable = 3003
	closeTooSlow    = 3008
	closeTooBigHere = 3009
)

func (l *link) shut(code int, reason string) (err error) {
	defer func() {
		if thrown, ok := recover().(js.Error); ok {
			err = errors.Join(errors.New("the socket is not closed"), thrown)
		}
	}()
	l.socket.Call("close", code, reason)
	return nil
}

// end makes cause what Receive and Send say from now on. The first one counts.
func (l *link) end(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause == nil {
		l.cause = cause
		close(l.ended)
	}
}
