package host_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

// Fifty readers at once at a replica of three nodes, one key each. At level
// latest a read goes to the master and, with all that wait there, to the relay.
func BenchmarkFiftyReaders(b *testing.B) {
	for _, level := range []struct {
		name  string
		level frame.Level
	}{{"latest", frame.LevelLatest}, {"committed", frame.LevelCommitted}, {"session", frame.LevelSession}} {
		b.Run(level.name, func(b *testing.B) {
			s := benchRoom(b)
			if _, err := s.Set(b.Context(), "k", make([]byte, 100), host.WriteOptions{}); err != nil {
				b.Fatal(err)
			}
			times := make([][]time.Duration, 50)
			b.ResetTimer()
			var readers sync.WaitGroup
			for r := range times {
				readers.Go(func() {
					for range b.N/50 + 1 {
						began := time.Now()
						if _, err := s.Get(b.Context(), "k", host.ReadOptions{Level: level.level}); err != nil {
							b.Errorf("get: %v", err)
							return
						}
						times[r] = append(times[r], time.Since(began))
					}
				})
			}
			readers.Wait()
			all := slices.Concat(times...)
			slices.Sort(all)
			b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "reads/s")
			b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-us")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-us")
		})
	}
}

// A thousand watches of one node, of a client each ten of them: from before a
// write to the change at the last of them.
func BenchmarkThousandWatchers(b *testing.B) {
	relay := newRelay(b)
	n := open(b, relay, "a")
	seen := make(chan struct{}, 1000)
	ctx, cancel := context.WithCancel(b.Context())
	var watchers sync.WaitGroup
	for range 100 {
		c, err := host.Dial(ctx, host.ClientConfig{Room: room, Transport: relay})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close(context.WithoutCancel(b.Context())) })
		for range 10 {
			watchers.Go(func() {
				for _, err := range c.Watch(ctx, "k", host.WatchOptions{}) {
					if err != nil {
						return // it is over
					}
					seen <- struct{}{}
				}
			})
		}
	}
	all := func() {
		for range 1000 {
			<-seen
		}
	}
	all() // have begun
	var times []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		if _, err := n.Set(ctx, "k", fmt.Append(nil, i), host.WriteOptions{}); err != nil {
			b.Fatal(err)
		}
		all()
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-us")
	cancel()
	watchers.Wait()
}
