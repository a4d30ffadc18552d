package host_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
)

// acks are the promises that are measured.
var acks = []host.Ack{host.AckAsync, host.AckOne, host.AckAll}

// benchRoom opens three nodes in sync and returns a replica's session: its
// writes go to the master and back.
func benchRoom(b *testing.B) *host.Session {
	b.Helper()
	relay := newRelay(b)
	nodes := []*host.Node{open(b, relay, "a"), open(b, relay, "b"), open(b, relay, "c")}
	if !waitFor(inSync(nodes[2], 3)) {
		b.Fatal("not all nodes came in sync")
	}
	for _, n := range nodes {
		if n.State().Register.Epoch.Master != n.State().Node {
			return n.Session
		}
	}
	b.Fatal("everybody is master")
	return nil
}

// One write at a time, from a replica through the relay to the master.
func BenchmarkOneWrite(b *testing.B) {
	for _, ack := range acks {
		b.Run(ack.String(), func(b *testing.B) {
			s, value := benchRoom(b), make([]byte, 100)
			for b.Loop() {
				if _, err := s.Set(b.Context(), "k", value, host.WriteOptions{Ack: ack}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Fifty writers at once.
func BenchmarkFiftyWriters(b *testing.B) {
	for _, ack := range acks {
		b.Run(ack.String(), func(b *testing.B) {
			s, value := benchRoom(b), make([]byte, 100)
			b.ResetTimer()
			var writers sync.WaitGroup
			for w := range 50 {
				writers.Go(func() {
					key := fmt.Sprint("k", w)
					for range b.N/50 + 1 {
						if _, err := s.Set(b.Context(), key, value, host.WriteOptions{Ack: ack}); err != nil {
							b.Errorf("set: %v", err)
							return
						}
					}
				})
			}
			writers.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}
