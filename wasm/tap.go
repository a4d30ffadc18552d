//go:build js && wasm

package main

import (
	"sync"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/wire"
)

// tap shows the page which frames go through the socket, while it wants to
// know: a picture of real traffic. Frames are collected for about as long as
// one drawn frame lasts.
type tap struct {
	post func(object)

	mu     sync.Mutex
	wanted bool
	frames []seenFrame
	timer  *time.Timer
}

// seenFrame is one message that went through the socket.
type seenFrame struct {
	out   bool
	peer  string
	kind  wire.Kind
	bytes int
}

const (
	tapEvery     = 16 * time.Millisecond
	tapFramesMax = 500 // in one message; what is over it is not shown
)

func newTap(post func(object)) *tap {
	t := &tap{post: post}
	t.timer = time.AfterFunc(time.Hour, t.flush)
	t.timer.Stop()
	return t
}

func (t *tap) open(wanted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wanted = wanted
	if !wanted {
		t.frames = nil
	}
}

// seen notes one message. Reading its envelope costs a few microseconds, and
// nothing while nobody looks.
func (t *tap) seen(message []byte, out bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.wanted || len(t.frames) >= tapFramesMax {
		return
	}
	e, err := wire.DecodeEnvelope(message)
	if err != nil {
		return // the host says so where it matters
	}
	t.frames = append(t.frames, seenFrame{out: out, peer: peerOf(e, out), kind: e.Kind, bytes: len(message)})
	if len(t.frames) == 1 {
		t.timer.Reset(tapEvery)
	}
}

// peerOf is the other end of a message.
func peerOf(e wire.Envelope, out bool) string {
	switch {
	case !out && e.Head.From.IsZero():
		return "relay"
	case !out:
		return e.Head.From.String()
	case e.Head.To.Group == frame.GroupCopies:
		return "copies"
	case e.Head.To.Group == frame.GroupRelay:
		return "relay"
	case len(e.Head.To.Nodes) == 1:
		return e.Head.To.Nodes[0].String()
	}
	return "copies" // several of them, but not all
}

func (t *tap) flush() {
	t.mu.Lock()
	frames := t.frames
	t.frames = nil
	t.mu.Unlock()
	if len(frames) > 0 {
		t.post(typed("frames").list("frames", len(frames), func(i int) object {
			f := frames[i]
			return newObject().flag("out", f.out).text("peer", f.peer).text("kind", f.kind.String()).int("bytes", f.bytes)
		}))
	}
}
