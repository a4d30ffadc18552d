package relay

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/wire"
)

// TestMain fails if a goroutine of ours still runs after all tests.
func TestMain(m *testing.M) { hosttest.Main(m) }

var waitFor = hosttest.WaitFor

// logged is what a relay under test has logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// running is a relay with a real socket.
type running struct {
	t     testing.TB
	relay *Relay
	http  *httptest.Server
	log   *logged
}

func start(t testing.TB, cfg Config) *running {
	t.Helper()
	log := &logged{}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := &running{t: t, relay: r, http: httptest.NewServer(r.Handler()), log: log}
	t.Cleanup(s.stop)
	return s
}

func (s *running) stop() {
	s.relay.Close()
	s.http.Close()
}

// peer is a node made of a socket.
type peer struct {
	t      testing.TB
	id     journal.NodeID
	socket *websocket.Conn
}

func (s *running) dial() *peer {
	s.t.Helper()
	socket, _, err := websocket.Dial(s.t.Context(), "ws"+strings.TrimPrefix(s.http.URL, "http")+"/ws", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	socket.SetReadLimit(frame.FrameMaxBytes)
	s.t.Cleanup(func() { socket.CloseNow() })
	return &peer{t: s.t, socket: socket}
}

// join connects a node of one letter and waits for its welcome.
func (s *running) join(letter byte) (*peer, frame.Welcome) {
	s.t.Helper()
	p := s.dial()
	p.hello(letter, "kitchen")
	return p, next[frame.Welcome](p)
}

func member(letter byte) register.Member {
	return register.Member{
		Node: journal.NodeID{letter}, Incarnation: 1, Name: string(letter), Kind: register.KindProcess, Candidate: true, Durable: true, Visible: true,
	}
}

func (p *peer) hello(letter byte, room string) {
	p.t.Helper()
	p.id = journal.NodeID{letter}
	p.send(frame.Head{From: p.id}, frame.Hello{VersionMin: 1, VersionMax: 1, Room: room, Member: member(letter)})
}

func (p *peer) send(head frame.Head, f frame.Frame) {
	p.t.Helper()
	message, err := wire.Encode(head, f)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(message)
}

func (p *peer) say(f frame.Frame) {
	p.t.Helper()
	p.send(frame.Head{From: p.id}, f)
}

func (p *peer) write(message []byte) {
	p.t.Helper()
	if err := p.socket.Write(p.t.Context(), websocket.MessageBinary, message); err != nil {
		p.t.Fatal(err)
	}
}

// next reads until a frame of that type comes.
func next[F frame.Frame](p *peer) F {
	p.t.Helper()
	for {
		_, message, err := p.socket.Read(p.t.Context())
		if err != nil {
			var none F
			p.t.Fatalf("while waiting for %T: %v", none, err)
		}
		_, f, err := wire.Decode(message)
		if err != nil {
			p.t.Fatal(err)
		}
		if f, ok := f.(F); ok {
			return f
		}
	}
}

// ended reads until the connection ends, and returns the Refused before that
// and how it was closed.
func (p *peer) ended() (frame.Refused, websocket.CloseError) {
	p.t.Helper()
	var refused frame.Refused
	for {
		_, message, err := p.socket.Read(p.t.Context())
		if err != nil {
			closed, _ := errors.AsType[websocket.CloseError](err)
			return refused, closed
		}
		if _, f, err := wire.Decode(message); err == nil {
			if f, ok := f.(frame.Refused); ok {
				refused = f
			}
		}
	}
}

// wantRefused checks how the relay ended the connection.
func (p *peer) wantRefused(code frame.Code, status websocket.StatusCode, text string) {
	p.t.Helper()
	refused, closed := p.ended()
	if refused.Code != code || closed.Code != status || !strings.Contains(refused.Text, text) {
		p.t.Errorf("refused with %v %q and closed with %d %q, want %v %q and %d", refused.Code, refused.Text, closed.Code, closed.Reason, code, text, status)
	}
}

// claim makes the peer master of the next epoch.
func (p *peer) claim(number journal.EpochNumber) frame.Answer {
	p.t.Helper()
	p.say(frame.Claim{Request: 1, Number: number})
	return next[frame.Answer](p)
}
