package socket

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
)

// counted is a connection that counts the packets given to it.
type counted struct {
	net.Conn
	writes atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

func TestMessagesThatWaitGoInOnePacket(t *testing.T) {
	const messages = 20
	received := make(chan []byte, messages)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		defer conn.CloseNow()
		for range messages {
			_, message, err := conn.Read(t.Context())
			if err != nil {
				t.Errorf("read: %v", err)
				return
			}
			received <- message
		}
	}))
	defer s.Close()
	below := &counted{}
	batch := &Batch{Conn: below}
	conn, _, err := websocket.Dial(t.Context(), s.URL, &websocket.DialOptions{HTTPClient: &http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (_ net.Conn, err error) {
			below.Conn, err = new(net.Dialer).DialContext(ctx, network, address)
			return batch, err
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	l := &link{conn: conn, batch: batch, life: t.Context()}
	defer conn.CloseNow()
	before := below.writes.Load()
	var queue [][]byte
	for i := range messages {
		queue = append(queue, fmt.Appendf(nil, "message %d", i))
	}
	if err := l.flush(queue); err != nil {
		t.Fatal(err)
	}
	if writes := below.writes.Load() - before; writes != 1 {
		t.Errorf("%d messages went in %d packets", messages, writes)
	}
	for i := range messages {
		if got, want := string(<-received), fmt.Sprintf("message %d", i); got != want {
			t.Errorf("%q arrives in place of %q", got, want)
		}
	}
}

// A link that was dialled knows what is under it: else it sends every message
// by itself, and nobody notices.
func TestADialledLinkBatches(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := websocket.Accept(w, r, nil); err == nil {
			conn.CloseNow()
		}
	}))
	defer s.Close()
	transport, err := New("ws" + s.URL[len("http"):])
	if err != nil {
		t.Fatal(err)
	}
	dialled, err := transport.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if dialled.(*link).batch == nil {
		t.Error("the link does not know its network connection")
	}
	if _, err := dialled.Receive(t.Context()); err == nil {
		t.Error("the other end is gone, but a message came")
	}
}
