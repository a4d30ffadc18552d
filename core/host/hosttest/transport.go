package hosttest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

// Network makes a transport and the other end of it: accept returns the peer's
// end of the connection that was dialled last.
type Network func(t *testing.T) (transport host.Transport, accept func(context.Context) (host.Link, error))

// Transport checks everything a [host.Transport] and its links promise.
func Transport(t *testing.T, network Network) {
	for name, check := range transportChecks {
		t.Run(name, func(t *testing.T) {
			transport, accept := network(t)
			here, err := transport.Dial(patient(t))
			if err != nil {
				t.Fatalf("dial: %v", err)
			}
			peer, err := accept(patient(t))
			if err != nil {
				t.Fatalf("accept: %v", err)
			}
			t.Cleanup(func() {
				mustClose(t, here, host.CloseNormal, "")
				mustClose(t, peer, host.CloseNormal, "")
			})
			check(t, here, peer)
		})
	}
	t.Run("a dial ends with its context", func(t *testing.T) {
		transport, _ := network(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if link, err := transport.Dial(ended); err == nil {
			mustClose(t, link, host.CloseNormal, "")
			t.Error("dialled although the context had ended")
		}
	})
}

var transportChecks = map[string]func(t *testing.T, here, peer host.Link){
	"messages arrive whole and in order, both ways": inOrder,
	"the largest message arrives":                   largestArrives,
	"a message over the limit is not sent":          overTheLimit,
	"the peer learns code and reason of a close":    codeAndReason,
	"a close by the peer is told with its code":     closedByPeer,
	"what was sent before a close arrives":          sentBeforeClose,
	"after a close nothing is sent or received":     afterClose,
	"a receive ends with its context":               receiveEnds,
	"a slow peer fills the queue and no more":       slowPeer,
}

// patience is longer than any step of a check may take.
const patience = 20 * time.Second

func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// numbered makes a message that says which it is.
func numbered(n, size int) []byte {
	message := bytes.Repeat([]byte{byte(n)}, max(size, 8))
	binary.BigEndian.PutUint64(message, uint64(n))
	return message
}

func mustSend(t *testing.T, l host.Link, message []byte) {
	t.Helper()
	if err := l.Send(message); err != nil {
		t.Fatalf("send: %v", err)
	}
}

func mustReceive(t *testing.T, l host.Link, want []byte) {
	t.Helper()
	got, err := l.Receive(patient(t))
	if err != nil {
		t.Fatalf("receive: %v", err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("received %d bytes that begin with %x, want %d that begin with %x",
			len(got), got[:min(8, len(got))], len(want), want[:8])
	}
}

func mustClose(t *testing.T, l host.Link, code int, reason string) {
	t.Helper()
	if err := l.Close(code, reason); err != nil {
		t.Errorf("close with %d: %v", code, err)
	}
}

func inOrder(t *testing.T, here, peer host.Link) {
	sizes := []int{8, 100, 125, 126, 1000, 65_535, 65_536, 100_000}
	for n := range 500 {
		mustSend(t, here, numbered(n, sizes[n%len(sizes)]/8))
		mustSend(t, peer, numbered(1000+n, sizes[n%len(sizes)]/8))
	}
	for n := range 500 {
		mustReceive(t, peer, numbered(n, sizes[n%len(sizes)]/8))
		mustReceive(t, here, numbered(1000+n, sizes[n%len(sizes)]/8))
	}
}

func largestArrives(t *testing.T, here, peer host.Link) {
	for n, size := range []int{32 << 10, 32<<10 + 1, 1 << 20, frame.FrameMaxBytes} {
		mustSend(t, here, numbered(n, size))
		mustReceive(t, peer, numbered(n, size))
		mustSend(t, peer, numbered(n, size))
		mustReceive(t, here, numbered(n, size))
	}
}

func overTheLimit(t *testing.T, here, peer host.Link) {
	err := here.Send(make([]byte, frame.FrameMaxBytes+1))
	if !errors.Is(err, host.ErrTooLarge) || !strings.Contains(err.Error(), "4194305") || !strings.Contains(err.Error(), "4194304") {
		t.Errorf("a message over the limit: %v, want ErrTooLarge with both numbers", err)
	}
	mustSend(t, here, numbered(1, 8))
	mustReceive(t, peer, numbered(1, 8))
}

func codeAndReason(t *testing.T, here, peer host.Link) {
	reason := strings.Repeat("r", 123)
	mustClose(t, here, 4999, reason)
	wantClosed(t, peer, 4999, reason)
}

func closedByPeer(t *testing.T, here, peer host.Link) {
	mustClose(t, peer, host.CloseRefused+int(frame.CodeReplaced), "replaced")
	wantClosed(t, here, host.CloseRefused+int(frame.CodeReplaced), "replaced")
	if err := here.Send(numbered(1, 8)); err == nil {
		t.Error("a link that the peer closed takes a message")
	}
}

func wantClosed(t *testing.T, l host.Link, code int, reason string) {
	t.Helper()
	for range 2 { // and again, for whoever asks twice
		_, err := l.Receive(patient(t))
		closed, ok := errors.AsType[*host.ClosedError](err)
		if !ok || closed.Code != code || closed.Reason != reason {
			t.Errorf("the end of the link is %#v, want code %d and reason %q", err, code, reason)
		}
	}
}

func sentBeforeClose(t *testing.T, here, peer host.Link) {
	for n := range 20 {
		mustSend(t, here, numbered(n, 1000))
	}
	mustClose(t, here, host.CloseNormal, "done")
	for n := range 20 {
		mustReceive(t, peer, numbered(n, 1000))
	}
	wantClosed(t, peer, host.CloseNormal, "done")
}

func afterClose(t *testing.T, here, _ host.Link) {
	mustClose(t, here, host.CloseNormal, "left")
	mustClose(t, here, 4000, "again")
	if err := here.Send(numbered(1, 8)); err == nil {
		t.Error("a closed link takes a message")
	}
	if _, err := here.Receive(patient(t)); err == nil {
		t.Error("a closed link has a message")
	} else if _, ok := errors.AsType[*host.ClosedError](err); !ok {
		t.Errorf("the end of the link is %#v, want a ClosedError", err)
	}
}

func receiveEnds(t *testing.T, here, _ host.Link) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := here.Receive(ctx); err == nil {
		t.Error("received something although nothing was sent")
	}
}

// slowPeer fills the queue: Send must neither wait for the peer nor take more
// than the limit and what the network holds by itself.
func slowPeer(t *testing.T, here, _ host.Link) {
	const network = 64 << 20 // more than any system buffers for one connection
	message := make([]byte, 1<<20)
	began := time.Now()
	for sent := 0; sent <= frame.QueueMaxBytes+network; sent += len(message) {
		if err := here.Send(message); err != nil {
			if sent < frame.QueueMaxBytes {
				t.Errorf("%v after %d bytes, of at most %d", err, sent, frame.QueueMaxBytes)
			}
			return
		}
		if time.Since(began) > patience {
			t.Fatal("sending waits for the peer")
		}
	}
	t.Errorf("the queue takes more than %d bytes", frame.QueueMaxBytes+network)
}
