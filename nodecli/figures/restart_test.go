package figures

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/loopback"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

// writers is how many write at once while a copy is filled: many, so that they
// share its syncs.
const writers = 256

// BenchmarkRestart measures how long a node needs to have its copy again, from
// an open folder to a node that can be stepped, by the number of keys. A node
// wrote the copy, one key at a time, with the snapshots it makes by itself.
func BenchmarkRestart(b *testing.B) {
	for _, keys := range []int{250_000, 500_000, 1_000_000, 2_000_000} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			dir := folder(b)
			fill(b, dir, keys)
			var took time.Duration
			for b.Loop() {
				began := time.Now()
				d, stored := load(b, dir)
				node := restart(b, stored)
				took += time.Since(began)
				if last := node.Status().Last.Index; last < journal.Index(keys) {
					b.Fatalf("the copy came back up to entry %d, of %d", last, keys)
				}
				b.StopTimer()
				b.ReportMetric(float64(len(stored.Entries)), "entries-behind-snapshot")
				if err := d.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(bytesIn(b, dir))/1e6, "MB-on-disk")
			b.ReportMetric(took.Seconds()/float64(b.N), "s/restart")
			b.ReportMetric(took.Seconds()/float64(b.N)/float64(keys)*1e6, "µs/key")
		})
	}
}

// fill runs a node alone in its room until it has so many keys.
func fill(b *testing.B, dir string, keys int) {
	b.Helper()
	relay := loopback.New(loopback.Config{OpenAfter: time.Millisecond})
	defer relay.Close()
	d, err := disk.Open(disk.Config{Dir: dir, Room: room})
	if err != nil {
		b.Fatal(err)
	}
	node, err := host.Open(b.Context(), host.Config{Room: room, Transport: relay, Storage: d})
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Int64
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for i := next.Add(1); i <= int64(keys); i = next.Add(1) {
				value := make([]byte, valueBytes)
				copy(value, fmt.Sprint("value ", i))
				if _, err := node.Set(b.Context(), fmt.Sprintf("key:%08d", i), value, host.WriteOptions{}); err != nil {
					b.Errorf("set: %v", err)
					return
				}
			}
		})
	}
	writing.Wait()
	if err := node.Close(context.WithoutCancel(b.Context())); err != nil {
		b.Fatal(err)
	}
}

func load(b *testing.B, dir string) (*disk.Disk, core.Stored) {
	b.Helper()
	d, err := disk.Open(disk.Config{Dir: dir, Room: room})
	if err != nil {
		b.Fatal(err)
	}
	stored, err := d.Load(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return d, stored
}

func restart(b *testing.B, stored core.Stored) *core.Node {
	b.Helper()
	node, err := core.New(core.Config{
		Room: room, Member: register.Member{Node: stored.Meta.Node}, Client: journal.ClientID{1},
	}, stored)
	if err != nil {
		b.Fatal(err)
	}
	return node
}

func bytesIn(b *testing.B, dir string) (total int64) {
	b.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		info, err := os.Stat(filepath.Join(dir, file.Name()))
		if err != nil {
			b.Fatal(err)
		}
		total += info.Size()
	}
	return total
}
