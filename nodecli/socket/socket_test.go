package socket_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

// TestMain fails if a goroutine of ours still runs after all tests.
func TestMain(m *testing.M) { hosttest.Main(m) }

var waitFor = hosttest.WaitFor

// server accepts WebSockets and hands them to the test.
func server(t *testing.T) (url string, accepted <-chan *websocket.Conn) {
	t.Helper()
	conns := make(chan *websocket.Conn, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		conns <- conn
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http"), conns
}

func transport(t *testing.T, url string) *socket.Transport {
	t.Helper()
	tr, err := socket.New(url)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestASocketKeepsTheContractOfTransport(t *testing.T) {
	hosttest.Transport(t, func(t *testing.T) (host.Transport, func(context.Context) (host.Link, error)) {
		url, accepted := server(t)
		return transport(t, url), func(ctx context.Context) (host.Link, error) {
			select {
			case conn := <-accepted:
				return socket.Wrap(conn), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	})
}

func TestAnErrorNamesTheRelayAndTheReason(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "ws://" + listener.Addr().String() + "/ws"
	listener.Close()
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	noSocket := "ws" + strings.TrimPrefix(page.URL, "http") + "/ws"
	for url, want := range map[string]string{
		refused:  "no relay at " + refused + ": connection refused",
		noSocket: "no relay at " + noSocket + ": it answers 404 Not Found, which is no WebSocket",
	} {
		_, err := transport(t, url).Dial(t.Context())
		if err == nil || err.Error() != want {
			t.Errorf("dial: %v\nwant: %s", err, want)
		}
	}
}

func TestADialThatIsNotAnsweredEndsWithItsDeadline(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = transport(t, "ws://"+silent.Addr().String()).Dial(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("dial: %v, want that no answer came in time", err)
	}
}

func TestAnAddressThatIsNoRelaysIsRefused(t *testing.T) {
	for _, url := range []string{"", "localhost:8787", "http://localhost:8787/ws", "ws://", "ws://[::1"} {
		if _, err := socket.New(url); err == nil {
			t.Errorf("%q is taken for the address of a relay", url)
		}
	}
}

func TestAMessageOverTheLimitEndsTheLinkOfItsReceiver(t *testing.T) {
	url, accepted := server(t)
	link, err := transport(t, url).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn := <-accepted
	defer conn.CloseNow()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		// It fails where the receiver has closed before all of it was sent.
		_ = conn.Write(t.Context(), websocket.MessageBinary, bytes.Repeat([]byte{1}, frame.FrameMaxBytes+1))
	}()
	_, err = link.Receive(t.Context())
	if closed, ok := errors.AsType[*host.ClosedError](err); !ok || closed.Code != host.CloseTooBig {
		t.Errorf("the link ended with %v, want code %d", err, host.CloseTooBig)
	}
	<-sent
}

func TestAPeerThatIsDeadDelaysTheEndByNoMoreThanTheGrace(t *testing.T) {
	url, accepted := server(t)
	link, err := transport(t, url).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn := <-accepted // which nobody reads
	defer conn.CloseNow()
	for link.Send(make([]byte, 1<<20)) == nil { // until the queue is full
	}
	began := time.Now()
	if err := link.Close(host.CloseNormal, "enough"); err != nil {
		t.Errorf("close: %v", err)
	}
	if _, err := link.Receive(t.Context()); err == nil {
		t.Error("received something of a peer that sent nothing")
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the end took %v", took)
	}
}
