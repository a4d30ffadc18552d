package sitetest

import (
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/loopback"
	"github.com/understudy-dev/understudy/site"
	"github.com/understudy-dev/understudy/site/builder"
)

// Server is a relay and a site on an address of their own.
type Server struct {
	URL   string // http://...
	Relay *loopback.Relay
}

// BlankPath is a page without anything on it, for tests of the SDK alone.
const BlankPath = "/blank"

// StartServer serves the relay and the site, freshly built, until the test ends.
func StartServer(t testing.TB, cfg loopback.Config) *Server {
	t.Helper()
	pages, err := site.Handler(site.Options{Built: Build(t)})
	if err != nil {
		t.Fatal(err)
	}
	relay := loopback.New(cfg)
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) { bridge(w, r, relay) })
	mux.HandleFunc(BlankPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><link rel=icon href=data:,><title>blank</title>"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return &Server{URL: server.URL, Relay: relay}
}

var built struct {
	once  sync.Once
	files fstest.MapFS
	err   error
}

// Build returns the tab's part, built once for all tests of a package.
func Build(t testing.TB) fs.FS {
	t.Helper()
	built.once.Do(func() { built.files, built.err = build(t.Context(), t.TempDir()) })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.files
}

// build builds into dir and reads it all, since dir ends with the first test.
func build(ctx context.Context, dir string) (fstest.MapFS, error) {
	if _, err := builder.Build(ctx, builder.Options{Dir: dir}); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		files[entry.Name()] = &fstest.MapFile{Data: content}
	}
	return files, nil
}

// bridge joins one WebSocket to the relay.
func bridge(w http.ResponseWriter, r *http.Request, relay *loopback.Relay) {
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it has answered
	}
	socket.SetReadLimit(frame.FrameMaxBytes)
	link, err := relay.Dial(r.Context())
	if err != nil {
		_ = socket.Close(websocket.StatusTryAgainLater, err.Error())
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	var ends sync.WaitGroup
	ends.Go(func() {
		defer cancel()
		down(ctx, socket, link)
	})
	up(ctx, socket, link)
	cancel()
	_ = link.Close(host.CloseNormal, "")
	ends.Wait()
	_ = socket.CloseNow()
}

// up carries what the tab sends.
func up(ctx context.Context, socket *websocket.Conn, link host.Link) {
	for {
		_, message, err := socket.Read(ctx)
		if err != nil || link.Send(message) != nil {
			return
		}
	}
}

// down carries what the relay sends, and its goodbye.
func down(ctx context.Context, socket *websocket.Conn, link host.Link) {
	for {
		message, err := link.Receive(ctx)
		if err != nil {
			_ = socket.Close(websocket.StatusNormalClosure, strings.ToValidUTF8(err.Error(), ""))
			return
		}
		if socket.Write(ctx, websocket.MessageBinary, message) != nil {
			return
		}
	}
}
