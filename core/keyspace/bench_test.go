package keyspace

import (
	"fmt"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func benchState(keys int) *State {
	s := New()
	for i := range keys {
		s.Apply(start(journal.Index(i)+1, set(fmt.Sprintf("key%07d", i), "value")))
		s.Commit(journal.Index(i) + 1)
	}
	return s
}

// BenchmarkApply is the whole life of a small write: applied, then committed.
func BenchmarkApply(b *testing.B) {
	s := benchState(100_000)
	e := wrote(0, 1, 0, 0, set("", "value"))
	keys := make([]string, 1000)
	for i := range keys {
		keys[i] = fmt.Sprintf("key%07d", i*97)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e.Position = at(s.Applied().Index + 1)
		e.Origin.Seq++
		e.Origin.Floor = e.Origin.Seq
		e.Changes = []journal.Change{{Key: keys[i%len(keys)], Value: e.Changes[0].Value}}
		s.Apply(e)
		s.Commit(e.Position.Index)
	}
}

// BenchmarkApplyPipelined has a client with 1,000 unanswered writes, and 1,000
// uncommitted entries.
func BenchmarkApplyPipelined(b *testing.B) {
	s := benchState(100_000)
	e := wrote(0, 1, 0, 0, set("key0000001", "value"))
	b.ReportAllocs()
	for b.Loop() {
		e.Position = at(s.Applied().Index + 1)
		e.Origin.Seq++
		e.Origin.Floor = max(e.Origin.Seq, 1000) - 1000
		s.Apply(e)
		s.Commit(e.Position.Index - 1000)
	}
}

func BenchmarkGet(b *testing.B) {
	s := benchState(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		s.Get("key0500000")
	}
}

// BenchmarkSnapshot costs the same for any number of keys.
func BenchmarkSnapshot(b *testing.B) {
	for _, keys := range []int{1000, 1_000_000} {
		s := benchState(keys)
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Snapshot()
			}
		})
	}
}

func BenchmarkMatchOneOf1000Watches(b *testing.B) {
	var w Watches[int]
	for i := range 1000 {
		w.Add(i, fmt.Sprintf("key%07d", i), i%2 == 0)
	}
	e := start(1, set("key0000500", "value"))
	b.ReportAllocs()
	for b.Loop() {
		w.Match(e, func(int, []journal.Event) {})
	}
}
