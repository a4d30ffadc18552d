package compare

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// roundTime is how long one contender writes before the next has its turn:
// whatever else the machine does meanwhile is shared by all.
const roundTime = 200 * time.Millisecond

// BenchmarkBatches has the contenders append batches of 1, 10 and 100 entries,
// each batch durable before the next. An iteration is one round of all.
// Entries per second are of the whole round, the percentiles of one batch.
func BenchmarkBatches(b *testing.B) {
	for _, size := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("entries=%d", size), func(b *testing.B) {
			b.Logf("file system: %s", fileSystem(b, folder(b)))
			laps := openLaps(b, size)
			for range b.N {
				for _, l := range laps {
					l.run(b)
				}
			}
			b.StopTimer()
			report(b, laps)
		})
	}
}

// lap is what one contender has done.
type lap struct {
	name    string
	writer  *writer
	took    []time.Duration // for each batch
	running time.Duration
}

func openLaps(b *testing.B, batchSize int) []*lap {
	b.Helper()
	var laps []*lap
	for _, c := range contenders {
		opened, err := c.open(folder(b))
		if err != nil {
			b.Fatalf("%s: %v", c.name, err)
		}
		b.Cleanup(func() {
			if err := opened.close(); err != nil {
				b.Errorf("%s: close: %v", c.name, err)
			}
		})
		laps = append(laps, &lap{name: c.name, writer: newWriter(opened, batchSize)})
	}
	b.ResetTimer()
	return laps
}

// run writes for one round.
func (l *lap) run(b *testing.B) {
	began := time.Now()
	for time.Since(began) < roundTime {
		start := time.Now()
		if err := l.writer.write(); err != nil {
			b.Fatalf("%s: %v", l.name, err)
		}
		l.took = append(l.took, time.Since(start))
	}
	l.running += time.Since(began)
}

// rate returns entries per second.
func (l *lap) rate() float64 {
	return float64(len(l.took)*len(l.writer.batch)) / l.running.Seconds()
}

// at returns the batch slower than that part of all, in microseconds.
func (l *lap) at(part float64) float64 {
	slices.Sort(l.took)
	i := min(int(part*float64(len(l.took))), len(l.took)-1)
	return float64(l.took[i]) / float64(time.Microsecond)
}

// report says how fast each was, and ours beside the better of the others.
func report(b *testing.B, laps []*lap) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // of a round, whose length is fixed
	var best, bestP99 float64
	for i, l := range laps {
		b.ReportMetric(l.rate(), l.name+"-entries/s")
		b.ReportMetric(l.at(0.5), l.name+"-p50-µs")
		b.ReportMetric(l.at(0.99), l.name+"-p99-µs")
		if i > 0 {
			best = max(best, l.rate())
			if bestP99 == 0 || l.at(0.99) < bestP99 {
				bestP99 = l.at(0.99)
			}
		}
	}
	b.ReportMetric(laps[0].rate()/best, "ours/better")
	b.ReportMetric(laps[0].at(0.99)/bestP99, "ours/better-p99")
}
