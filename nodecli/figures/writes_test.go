package figures

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

var program nodetest.Program

func TestMain(m *testing.M) { os.Exit(program.Run(m)) }

// where is the folder everything is written to. A figure is of its file system.
var where = flag.String("dir", "", "keep copies below this `folder` (default: a temporary one)")

const (
	// roundTime is how long one side writes before the other has its turn.
	roundTime = 500 * time.Millisecond

	valueBytes    = 100
	keysPerClient = 1000
)

// client writes to one side.
type client interface {
	set(key string, value []byte) error
}

// BenchmarkRedis has clients write to three nodes of ours with ack all, and to
// a Redis master with two copies: each write is synced on three copies before
// it is answered. The sides take turns; an iteration is one turn of each.
//
// A client of Redis has a connection of its own: one that waits for the copies
// is blocked. Ours write through a connection each, all through one, or in the
// program that is the master.
func BenchmarkRedis(b *testing.B) {
	redis := startRedis(b)
	ofRedis := func(b *testing.B, count int) *side {
		return openSide("redis", count, func() client { return dialRedis(b, redis) })
	}
	b.Run("from=clients", func(b *testing.B) {
		relay := startRoom(b)
		forCounts(b, func(b *testing.B, count int) []*side {
			dial := func() client { return roomClient{b.Context(), nodetest.Dial(b, relay, room).Session} }
			one := dial()
			return []*side{
				ofRedis(b, count), openSide("ours", count, dial),
				openSide("ours-shared", count, func() client { return one }),
			}
		})
	})
	b.Run("from=master", func(b *testing.B) {
		master := startMaster(b)
		forCounts(b, func(b *testing.B, count int) []*side {
			here := func() client { return roomClient{b.Context(), master} }
			return []*side{ofRedis(b, count), openSide("ours", count, here)}
		})
	})
}

// forCounts measures sides with 1, 10 and 50 clients each.
func forCounts(b *testing.B, open func(b *testing.B, count int) []*side) {
	b.Helper()
	for _, count := range []int{1, 10, 50} {
		b.Run(fmt.Sprintf("clients=%d", count), func(b *testing.B) { measure(b, open(b, count)) })
	}
}

// measure lets the sides take turns, and compares them with the first.
func measure(b *testing.B, sides []*side) {
	b.Helper()
	b.ResetTimer()
	for range b.N {
		for _, s := range sides {
			s.run(b)
		}
	}
	b.StopTimer()
	b.ReportMetric(0, "ns/op") // of a round, whose length is fixed
	for i, s := range sides {
		s.report(b)
		if i > 0 {
			b.ReportMetric(s.rate()/sides[0].rate(), s.name+"/"+sides[0].name)
		}
	}
}

// side is all clients of one side and what they have done.
type side struct {
	name    string
	clients []client
	took    []time.Duration // for each write
	running time.Duration
}

func openSide(name string, count int, open func() client) *side {
	s := &side{name: name}
	for range count {
		s.clients = append(s.clients, open())
	}
	return s
}

// run lets all clients write at once, each again as soon as it is answered.
func (s *side) run(b *testing.B) {
	took := make([][]time.Duration, len(s.clients))
	var writing sync.WaitGroup
	began := time.Now()
	for i, c := range s.clients {
		writing.Go(func() {
			value := make([]byte, valueBytes)
			for n := 0; time.Since(began) < roundTime; n++ {
				start := time.Now()
				if err := c.set(fmt.Sprintf("key:%d:%d", i, n%keysPerClient), value); err != nil {
					b.Errorf("%s: %v", s.name, err)
					return
				}
				took[i] = append(took[i], time.Since(start))
			}
		})
	}
	writing.Wait()
	s.running += time.Since(began)
	s.took = append(s.took, slices.Concat(took...)...)
}

// rate returns writes per second.
func (s *side) rate() float64 { return float64(len(s.took)) / s.running.Seconds() }

func (s *side) report(b *testing.B) {
	slices.Sort(s.took)
	at := func(part float64) float64 {
		i := min(int(part*float64(len(s.took))), len(s.took)-1)
		return float64(s.took[i]) / float64(time.Millisecond)
	}
	b.ReportMetric(s.rate(), s.name+"-writes/s")
	b.ReportMetric(at(0.5), s.name+"-p50-ms")
	b.ReportMetric(at(0.99), s.name+"-p99-ms")
}
