package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

func TestAForwardedMessageArrivesAsItWasSent(t *testing.T) {
	s := start(t, Config{})
	a, _ := s.join('a')
	b, _ := s.join('b')
	next[frame.Joined](a)
	message, err := wire.Encode(frame.Head{From: a.id, To: frame.ToNode(b.id)}, frame.Probe{ID: 7})
	if err != nil {
		t.Fatal(err)
	}
	a.write(message)
	_, got, err := b.socket.Read(t.Context())
	if err != nil || !bytes.Equal(got, message) {
		t.Errorf("got %x (%v), sent %x", got, err, message)
	}
}

func TestMessagesOfAllSizesKeepTheirOrder(t *testing.T) {
	s := start(t, Config{})
	a, _ := s.join('a')
	b, _ := s.join('b')
	sizes := []int{0, 1, 100, 5000, 31_000, 33_000, 66_000, 300_000}
	const rounds = 40
	sent := make(chan error, 1)
	go func() {
		for i := range rounds * len(sizes) {
			write := frame.Write{Origin: journal.Origin{Client: journal.ClientID{1}, Seq: uint64(i + 1)}}
			write.Ops = []frame.Op{frame.Set{Key: "k", Value: bytes.Repeat([]byte{byte(i)}, sizes[i%len(sizes)])}}
			message, err := wire.Encode(frame.Head{From: a.id, To: frame.ToNode(b.id)}, write)
			if err == nil {
				err = a.socket.Write(t.Context(), websocket.MessageBinary, message)
			}
			if err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for i := range rounds * len(sizes) {
		got := next[frame.Write](b)
		value := got.Ops[0].(frame.Set).Value
		if got.Origin.Seq != uint64(i+1) || !bytes.Equal(value, bytes.Repeat([]byte{byte(i)}, sizes[i%len(sizes)])) {
			t.Fatalf("message %d has number %d and %d bytes", i+1, got.Origin.Seq, len(value))
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

func TestTheBiggestFrameIsForwardedAndABiggerOneEndsTheConnection(t *testing.T) {
	s := start(t, Config{})
	a, _ := s.join('a')
	b, _ := s.join('b')
	entry := journal.Entry{Position: journal.Position{Epoch: journal.Epoch{Number: 1, Master: a.id}, Index: 1}}
	for range 3 {
		entry.Changes = append(entry.Changes, journal.Change{Key: "k", Value: make([]byte, frame.ValueMaxBytes)})
	}
	head := frame.Head{From: a.id, To: frame.ToCopies(), Epoch: entry.Position.Epoch}
	big, err := wire.Encode(head, frame.Replicate{Entries: []journal.Entry{entry}})
	if err != nil {
		t.Fatal(err)
	}
	a.write(big)
	next[frame.Replicate](b)
	a.write(make([]byte, frame.FrameMaxBytes+2))
	if _, closed := a.ended(); closed.Code != websocket.StatusMessageTooBig {
		t.Errorf("closed with %v", closed)
	}
	if left := next[frame.Left](b); left.Node != a.id || !strings.Contains(left.Reason, "4194304") {
		t.Errorf("%+v", left)
	}
}

func TestABadFirstMessageIsRefused(t *testing.T) {
	s := start(t, Config{HelloAfter: 50 * time.Millisecond, PingEvery: time.Second})
	silent := s.dial()
	silent.wantRefused(frame.CodeProtocol, 4042, "no hello within 50ms")

	garbage := s.dial()
	garbage.write([]byte("not cbor"))
	garbage.wantRefused(frame.CodeProtocol, 4042, "envelope")

	early := s.dial()
	early.id = journal.NodeID{'a'}
	early.say(frame.Claim{Number: 1})
	early.wantRefused(frame.CodeProtocol, 4042, "the first frame is claim, not hello")

	text := s.dial()
	if err := text.socket.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	text.wantRefused(frame.CodeProtocol, 4042, "text message")
}

func TestABadMessageIsRefusedAndTheConnectionGoesOnWhereItCan(t *testing.T) {
	s := start(t, Config{})
	a, _ := s.join('a')
	b, _ := s.join('b')
	next[frame.Joined](a)
	good, err := wire.Encode(frame.Head{From: a.id}, frame.Goodbye{})
	if err != nil {
		t.Fatal(err)
	}
	// The payload comes last: an envelope that can be read around one that can't.
	bad := append(bytes.Clone(good[:len(good)-1]), 0xff)
	a.write(bad)
	a.write(bad)
	answer := a.claim(1)
	if answer.Code != frame.CodeOK {
		t.Fatalf("after a bad payload: %+v", answer)
	}
	a.say(frame.Claim{Request: 2, Number: 9})
	next[frame.Answer](a)
	if got := strings.Count(s.log.String(), "msg=refused"); got != 1 {
		t.Errorf("two refusals of a kind are logged %d times:\n%s", got, s.log)
	}
	if got := s.get(t, "/metrics", 200); !strings.Contains(got, `refused_total{kind="malformed"} 2`) {
		t.Error(got)
	}
	a.write([]byte{0x87})
	a.wantRefused(frame.CodeProtocol, 4042, "envelope")
	if left := next[frame.Left](b); left.Reason != "protocol error" {
		t.Errorf("%+v", left)
	}
	b.send(frame.Head{From: a.id, To: frame.ToCopies()}, frame.Probe{ID: 1})
	b.wantRefused(frame.CodeProtocol, 4042, "connection of")
}

func TestASlowReceiverIsCutAndTheOthersAreNot(t *testing.T) {
	s := start(t, Config{QueueMaxBytes: 1 << 20})
	a, _ := s.join('a')
	slow, _ := s.join('b')
	c, _ := s.join('c')
	read := make(chan frame.Left, 1)
	go func() { read <- next[frame.Left](c) }()
	big := frame.Write{Origin: journal.Origin{Client: journal.ClientID{1}, Seq: 1}, Ops: []frame.Op{frame.Set{Key: "k", Value: make([]byte, 500_000)}}}
	for sent := 0; ; sent++ {
		a.send(frame.Head{From: a.id, To: frame.ToNode(slow.id)}, big)
		select {
		case left := <-read:
			if left.Node != slow.id || left.Reason != "too slow" {
				t.Errorf("%+v", left)
			}
			if refused, closed := slow.ended(); refused.Code != 0 && refused.Code != frame.CodeTooSlow || closed.Code != 0 && closed.Code != 4043 {
				t.Errorf("%+v, %v", refused, closed)
			}
			return
		default:
			if sent > 1000 {
				t.Fatal("a receiver that reads nothing is never cut")
			}
		}
	}
}

func TestRoomsAndNodesHaveLimits(t *testing.T) {
	s := start(t, Config{RoomsMax: 1, NodesMax: 2})
	a, _ := s.join('a')
	s.join('b')
	full := s.dial()
	full.hello('c', "kitchen")
	full.wantRefused(frame.CodeFull, 4044, "2 nodes are connected, of at most 2")
	other := s.dial()
	other.hello('d', "bath")
	other.wantRefused(frame.CodeFull, 4044, "1 rooms are open, of at most 1")
	a.say(frame.Goodbye{})
	if _, closed := a.ended(); closed.Code != websocket.StatusNormalClosure {
		t.Errorf("after goodbye: %v", closed)
	}
	s.join('c')
}

func TestWhoDoesNotAnswerPingsIsGivenUp(t *testing.T) {
	s := start(t, Config{PingEvery: 20 * time.Millisecond, DeadAfter: 100 * time.Millisecond})
	silent, _ := s.join('a')
	alive, _ := s.join('b')
	left := make(chan frame.Left)
	go func() {
		defer close(left)
		for {
			_, message, err := alive.socket.Read(t.Context())
			if err != nil {
				return
			}
			switch _, f, _ := wire.Decode(message); f := any(f).(type) {
			case frame.Ping:
				alive.say(frame.Pong(f))
			case frame.Left:
				left <- f
				return
			}
		}
	}()
	if got := <-left; got.Node != silent.id || got.Reason != "silent for 100ms" {
		t.Errorf("%+v", got)
	}
	silent.wantRefused(frame.CodeSilent, 4046, "silent")
}

func TestPagesOfOtherOriginsStayOutside(t *testing.T) {
	s := start(t, Config{Origins: []string{"https://*.example.org"}})
	for origin, want := range map[string]int{
		"":                         101,
		s.http.URL:                 101,
		"https://shop.example.org": 101,
		"http://shop.example.org":  403,
		"https://evil.example":     403,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		socket, answer, err := websocket.Dial(t.Context(), s.http.URL+"/ws", &websocket.DialOptions{HTTPHeader: header})
		if answer == nil || answer.StatusCode != want {
			t.Errorf("origin %q: %v %v, want %d", origin, answer, err, want)
		}
		if socket != nil {
			socket.CloseNow()
		}
	}
	if _, err := New(Config{Origins: []string{"[x"}}); err == nil || !strings.Contains(err.Error(), "[x") {
		t.Errorf("a bad pattern: %v", err)
	}
}

func (s *running) get(t *testing.T, path string, status int) string {
	t.Helper()
	answer, err := http.Get(s.http.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		t.Fatalf("%s: %s %v, want %d: %s", path, answer.Status, err, status, text)
	}
	return string(text)
}

func TestTheRelayAnswersOverHTTP(t *testing.T) {
	site := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the page") })
	s := start(t, Config{Site: site})
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/": "the page", "/index.js": "the page"} {
		if got := s.get(t, path, 200); strings.TrimSpace(got) != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	s.get(t, "/rooms/kitchen", 404)
	s.get(t, "/rooms/", 400)
	a, _ := s.join('a')
	a.claim(1)
	var shown roomJSON
	if err := json.Unmarshal([]byte(s.get(t, "/rooms/kitchen", 200)), &shown); err != nil {
		t.Fatal(err)
	}
	full := a.id.Full()
	if shown.Room != "kitchen" || shown.Register.Epoch != 1 || *shown.Register.Master != full ||
		len(shown.Register.InSync) != 1 || shown.Nodes[0].Node != full || !shown.Nodes[0].InSync {
		t.Errorf("%+v", shown)
	}
	if got := s.get(t, "/metrics", 200); !strings.Contains(got, "understudy_relay_rooms 1\n") || !strings.Contains(got, "understudy_relay_connections 1\n") {
		t.Error(got)
	}
}

func TestAtTheEndEverybodyIsToldAndNothingIsLeftRunning(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := New(Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- r.Serve(ctx, listener) }()
	s := &running{t: t, relay: r, http: nil}
	dial := func() *peer {
		socket, _, err := websocket.Dial(t.Context(), "http://"+listener.Addr().String()+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		return &peer{t: s.t, socket: socket}
	}
	unknown, known := dial(), dial()
	known.hello('a', "kitchen")
	next[frame.Welcome](known)
	cancel()
	known.wantRefused(frame.CodeShutdown, websocket.StatusGoingAway, "going down")
	unknown.wantRefused(frame.CodeShutdown, websocket.StatusGoingAway, "going down")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	r.Close() // again
	w := &hijackless{}
	r.Handler().ServeHTTP(w, must(http.NewRequestWithContext(t.Context(), "GET", "/readyz", nil)))
	if w.status != http.StatusServiceUnavailable {
		t.Errorf("ready after the end: %d", w.status)
	}
	r.Handler().ServeHTTP(w, must(http.NewRequestWithContext(t.Context(), "GET", "/ws", nil)))
	if w.status != http.StatusServiceUnavailable {
		t.Errorf("a connection after the end: %d", w.status)
	}
}

type hijackless struct{ status int }

func (w *hijackless) Header() http.Header         { return http.Header{} }
func (w *hijackless) Write(p []byte) (int, error) { return len(p), nil }
func (w *hijackless) WriteHeader(status int)      { w.status = status }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
