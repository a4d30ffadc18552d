package socket_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/loopback"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

// relayOnSockets serves an in-process relay by WebSocket and returns its address.
func relayOnSockets(tb testing.TB) string {
	tb.Helper()
	relay := loopback.New(loopback.Config{OpenAfter: time.Millisecond})
	var serving sync.WaitGroup
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			tb.Errorf("accept: %v", err)
			return
		}
		inner, err := relay.Dial(tb.Context())
		if err != nil {
			conn.CloseNow()
			return
		}
		outer := socket.Wrap(conn)
		serving.Go(func() { pump(outer, inner) })
		pump(inner, outer)
	}))
	tb.Cleanup(func() {
		relay.Close()
		s.Close()
		serving.Wait()
	})
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

// pump carries messages until one of the links ends, and ends the other.
func pump(from, to host.Link) {
	for {
		message, err := from.Receive(context.Background())
		if err == nil {
			err = to.Send(message)
		}
		if err != nil {
			_ = to.Close(host.CloseNormal, "the other end is gone")
			_ = from.Close(host.CloseNormal, "the other end is gone")
			return
		}
	}
}

func waitForSync(tb testing.TB, n *host.Node, nodes int) {
	tb.Helper()
	if !waitFor(func() bool { return len(n.State().Register.InSync) == nodes }) {
		tb.Fatalf("%d nodes in sync, want %d", len(n.State().Register.InSync), nodes)
	}
}

// openRoom opens nodes over real sockets, all in sync.
func openRoom(tb testing.TB, count int) []*host.Node {
	tb.Helper()
	tr, err := socket.New(relayOnSockets(tb))
	if err != nil {
		tb.Fatal(err)
	}
	var nodes []*host.Node
	for range count {
		ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
		n, err := host.Open(ctx, host.Config{Room: "kitchen", Transport: tr})
		cancel()
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() {
			if err := n.Close(context.WithoutCancel(tb.Context())); err != nil {
				tb.Errorf("close: %v", err)
			}
		})
		nodes = append(nodes, n)
	}
	waitForSync(tb, nodes[0], count)
	return nodes
}

func TestARoomOverRealSocketsKeepsWhatItAcknowledged(t *testing.T) {
	nodes := openRoom(t, 3)
	for i, n := range nodes {
		if _, err := n.Set(t.Context(), fmt.Sprint(i), make([]byte, 1<<20), host.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range nodes {
		if item, err := nodes[2].Get(t.Context(), fmt.Sprint(i), host.ReadOptions{}); err != nil || len(item.Value) != 1<<20 {
			t.Errorf("%d has %d bytes, %v", i, len(item.Value), err)
		}
	}
}

// Three nodes over real sockets: one write at a time, and fifty writers.
func BenchmarkWrites(b *testing.B) {
	for _, ack := range []host.Ack{host.AckAsync, host.AckOne, host.AckAll} {
		for _, writers := range []int{1, 50} {
			b.Run(fmt.Sprintf("ack=%v/writers=%d", ack, writers), func(b *testing.B) {
				n := openRoom(b, 3)[2]
				b.ResetTimer()
				write(b, n, writers, ack)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			})
		}
	}
}

func write(b *testing.B, n *host.Node, writers int, ack host.Ack) {
	value := make([]byte, 100)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			key := fmt.Sprint("k", w)
			for range b.N/writers + 1 {
				if _, err := n.Set(b.Context(), key, value, host.WriteOptions{Ack: ack}); err != nil {
					b.Errorf("set: %v", err)
					return
				}
			}
		})
	}
	all.Wait()
}
