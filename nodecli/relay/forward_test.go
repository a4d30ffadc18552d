package relay

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

// hop carries messages from one socket to another through a server.
type hop struct {
	from, to *websocket.Conn
}

// throughRelay is the relay, with two nodes in a room.
func throughRelay(b *testing.B) hop {
	s := start(b, Config{Log: slog.New(slog.DiscardHandler), PingEvery: time.Hour, DeadAfter: 2 * time.Hour})
	from, _ := s.join('a')
	to, _ := s.join('b')
	next[frame.Joined](from)
	return hop{from.socket, to.socket}
}

// throughBare is the least a server with the same library can do: it reads a
// message of one socket and writes it to the other.
func throughBare(b *testing.B) hop {
	accepted := make(chan *websocket.Conn, 2)
	var running sync.WaitGroup
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		running.Add(1)
		defer running.Done()
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		socket.SetReadLimit(frame.FrameMaxBytes)
		accepted <- socket
		if r.URL.Path == "/to" {
			return
		}
		to := <-accepted
		if to == socket {
			to = <-accepted
		}
		defer to.CloseNow()
		for {
			kind, message, err := socket.Read(context.WithoutCancel(r.Context()))
			if err != nil {
				return
			}
			if err := to.Write(context.WithoutCancel(r.Context()), kind, message); err != nil {
				return
			}
		}
	}))
	dial := func(path string) *websocket.Conn {
		socket, _, err := websocket.Dial(b.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+path, nil)
		if err != nil {
			b.Fatal(err)
		}
		socket.SetReadLimit(frame.FrameMaxBytes)
		return socket
	}
	h := hop{to: dial("/to")}
	h.from = dial("/from")
	b.Cleanup(func() {
		h.from.CloseNow()
		h.to.CloseNow()
		running.Wait()
		s.Close()
	})
	return h
}

// carry sends a message n times and waits until all have arrived. window is how
// many may be under way.
func (h hop) carry(b *testing.B, message []byte, n, window int) {
	b.Helper()
	slots := make(chan struct{}, window)
	failed := make(chan error, 1)
	go func() {
		for range n {
			slots <- struct{}{}
			if err := h.from.Write(context.WithoutCancel(b.Context()), websocket.MessageBinary, message); err != nil {
				failed <- err
				return
			}
		}
		failed <- nil
	}()
	for range n {
		if _, _, err := h.to.Read(context.WithoutCancel(b.Context())); err != nil {
			b.Fatal(err)
		}
		<-slots
	}
	if err := <-failed; err != nil {
		b.Fatal(err)
	}
}

// probe is a message of about 256 bytes.
func probe(b *testing.B) []byte {
	head := frame.Head{From: journal.NodeID{'a'}, To: frame.ToNode(journal.NodeID{'b'})}
	message, err := wire.Encode(head, frame.Write{
		Origin: journal.Origin{Client: journal.ClientID{1}, Seq: 1}, Ops: []frame.Op{frame.Set{Key: "colour", Value: make([]byte, 120)}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return message
}

// BenchmarkForward compares the relay with the bare forwarder: same messages,
// same clients, same two sockets. ratio runs both in turns and reports how much
// of the bare one's rate, and how many times its delay, the relay has.
func BenchmarkForward(b *testing.B) {
	const many, one = 256, 1 // messages under way: the rate, and the delay of a single one
	for _, c := range []struct {
		name    string
		through func(*testing.B) hop
		window  int
	}{
		{"relay/rate", throughRelay, many}, {"bare/rate", throughBare, many},
		{"relay/delay", throughRelay, one}, {"bare/delay", throughBare, one},
	} {
		b.Run(c.name, func(b *testing.B) {
			h, message := c.through(b), probe(b)
			b.SetBytes(int64(len(message)))
			b.ResetTimer()
			h.carry(b, message, b.N, c.window)
		})
	}
	b.Run("ratio", func(b *testing.B) {
		relay, bare, message := throughRelay(b), throughBare(b), probe(b)
		var spent [2][2]time.Duration
		for done := 0; done < b.N; done += 500 {
			for i, h := range []hop{relay, bare} {
				for j, window := range []int{many, one} {
					began := time.Now()
					h.carry(b, message, 500, window)
					spent[i][j] += time.Since(began)
				}
			}
		}
		b.ReportMetric(float64(spent[1][0])/float64(spent[0][0]), "rate/bare")
		b.ReportMetric(float64(spent[0][1])/float64(spent[1][1]), "delay/bare")
	})
}

// BenchmarkTakeover measures from the end of the master's connection to the
// answer that makes the next one master.
func BenchmarkTakeover(b *testing.B) {
	for _, c := range []struct{ name, dir string }{{"memory", ""}, {"files", b.TempDir()}} {
		b.Run(c.name, func(b *testing.B) {
			s := start(b, Config{Dir: c.dir, Log: slog.New(slog.DiscardHandler), PingEvery: time.Hour, DeadAfter: 2 * time.Hour})
			master, welcome := s.join('a')
			master.claim(welcome.Register.Epoch.Number + 1)
			heir, welcome := s.join('b')
			value := welcome.Register
			if !value.IsInSync(heir.id) {
				add := []frame.Addition{{Node: heir.id, Incarnation: 1}}
				master.say(frame.Amend{Request: 2, Version: value.Version, Epoch: value.Epoch, Add: add})
				if answer := next[frame.Answer](master); answer.Code != frame.CodeOK {
					b.Fatalf("%+v", answer)
				}
			}
			number := value.Epoch.Number
			for b.Loop() {
				master.socket.CloseNow()
				next[frame.Left](heir)
				number++
				if answer := heir.claim(number); answer.Code != frame.CodeOK {
					b.Fatalf("%+v", answer)
				}
				b.StopTimer()
				letter := master.id[0]
				master = heir
				heir, _ = s.join(letter)
				next[frame.Joined](master)
				b.StartTimer()
			}
		})
	}
}
