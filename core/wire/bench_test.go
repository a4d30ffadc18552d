package wire_test

import (
	"fmt"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/wire"
)

// benchReplicate is n entries of one set each, as a busy master sends them.
func benchReplicate(n, valueBytes int) frame.Replicate {
	f := frame.Replicate{Prev: at(epoch2, 1000), Commit: 998}
	for i := range n {
		key := fmt.Sprintf("user:%05d", i)
		f.Entries = append(f.Entries, setEntry(
			at(epoch2, journal.Index(1001+i)), journal.Instant(1_700_000_000_000_000_000+50_000*i),
			byte('k'+i%4), uint64(5000+i), key, string(make([]byte, valueBytes))))
	}
	return f
}

func BenchmarkReplicate(b *testing.B) {
	head := frame.Head{To: frame.ToNodes([]journal.NodeID{ada, cyd}), From: bob, Epoch: epoch2}
	for _, c := range []struct {
		name           string
		entries, bytes int
	}{{"1", 1, 20}, {"100", 100, 20}, {"MiB", 1, 1 << 20}} {
		f := benchReplicate(c.entries, c.bytes)
		message, err := wire.Encode(head, f)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("encode-"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.ReportMetric(float64(len(message)), "message-bytes")
			for b.Loop() {
				if _, err := wire.Encode(head, f); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("decode-"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := wire.Decode(message); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("envelope-"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.DecodeEnvelope(message); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
