package roomtest

import (
	"context"
	"embed"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coder/websocket"
)

//go:embed testdata
var forwarderPage embed.FS

// startForwarder serves the least that carries messages between two tabs: it
// reads a message of one WebSocket and writes it to the other one. It returns
// the address of a page whose worker sends them.
func startForwarder(tb testing.TB) string {
	tb.Helper()
	ctx := context.WithoutCancel(tb.Context())
	first := make(chan *websocket.Conn)
	mux := http.NewServeMux()
	mux.Handle("/testdata/", http.FileServerFS(forwarderPage))
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			tb.Errorf("accept: %v", err)
			return
		}
		// Whoever comes second takes the first one, and both forward.
		select {
		case first <- socket:
		case other := <-first:
			go forward(ctx, other, socket)
			forward(ctx, socket, other)
		case <-tb.Context().Done():
		}
	})
	server := httptest.NewServer(mux)
	tb.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL + "/testdata/forwarded.html"
}

func forward(ctx context.Context, from, to *websocket.Conn) {
	for {
		kind, message, err := from.Read(ctx)
		if err != nil {
			return
		}
		if err := to.Write(ctx, kind, message); err != nil {
			return
		}
	}
}
