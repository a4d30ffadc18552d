package sim

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// bench is a disk in a test.
type bench struct {
	*platter
	t *testing.T
}

func newBench(t *testing.T, seed uint64) bench {
	return bench{newPlatter(newChance(seed, "platter")), t}
}

func (b bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// put writes to a file at an offset, and leaves it unsynced.
func (b bench) put(name, text string, at int64) *handle {
	b.t.Helper()
	f, err := b.Open(name, true)
	b.ok(err)
	_, err = f.WriteAt([]byte(text), at)
	b.ok(err)
	return f.(*handle)
}

// keepIt makes a file with its name durable.
func (b bench) keepIt(name, text string) {
	b.t.Helper()
	f := b.put(name, text, 0)
	b.ok(f.Sync())
	b.ok(f.Close())
	b.ok(b.Sync())
}

// has is what a new process reads; "-" for no file.
func (b bench) has(name string) string {
	b.t.Helper()
	b.begin()
	f, err := b.Open(name, false)
	if errors.Is(err, fs.ErrNotExist) {
		return "-"
	}
	b.ok(err)
	size, err := f.Size()
	b.ok(err)
	got := make([]byte, size)
	if _, err := f.ReadAt(got, 0); err != nil && !errors.Is(err, io.EOF) {
		b.t.Fatal(err)
	}
	b.ok(f.Close())
	return string(got)
}

func (b bench) cut(permille int) {
	b.cutPower(keeper{chance: b.stress.chance, permille: permille})
}

func TestAPowerCutTakesWhatWasNotSyncedAndAKillTakesNothing(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(bench)
		want string
	}{
		{"kill", func(b bench) { b.kill() }, "new"},
		{"power cut", func(b bench) { b.cut(0) }, "old"},
		{"kill, then power cut", func(b bench) { b.kill(); b.begin(); b.cut(0) }, "old"},
		{"power cut that everything outlives", func(b bench) { b.cut(1000) }, "new"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, 1)
			b.keepIt("f", "old")
			b.put("f", "new", 0)
			test.end(b)
			if got := b.has("f"); got != test.want {
				t.Errorf("%q is there, want %q", got, test.want)
			}
		})
	}
}

func TestAPowerCutKeepsAnySectorsOfWhatWasNotSynced(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(100) {
		b := newBench(t, seed)
		b.keepIt("f", strings.Repeat(".", 3*sectorBytes))
		b.put("f", strings.Repeat("a", 2*sectorBytes), sectorBytes/2)
		b.put("f", strings.Repeat("b", sectorBytes), sectorBytes)
		b.cut(500)
		got := b.has("f")
		seen[got[sectorBytes-1:sectorBytes]+got[sectorBytes:sectorBytes+1]+got[2*sectorBytes:2*sectorBytes+1]] = true
	}
	for _, first := range ".a" {
		for _, second := range ".ab" {
			for _, third := range ".a" {
				if part := string([]rune{first, second, third}); !seen[part] {
					t.Errorf("never %s", part)
				}
			}
		}
	}
}

func TestATornWriteIsKeptUpToSomeByte(t *testing.T) {
	lengths := map[int]bool{}
	for seed := range uint64(200) {
		b := newBench(t, seed)
		b.keepIt("f", "")
		b.put("f", "0123456789", 0)
		b.cutPower(keeper{chance: b.stress.chance, torn: true})
		got := b.has("f")
		if !strings.HasPrefix("0123456789", got) {
			t.Fatalf("%q is no beginning of what was written", got)
		}
		lengths[len(got)] = true
	}
	if len(lengths) != 11 {
		t.Errorf("only %d lengths of 11", len(lengths))
	}
}

func TestNamesAreDurableOnceTheirDirectoryWasSynced(t *testing.T) {
	b := newBench(t, 1)
	b.keepIt("kept", "1")
	b.ok(b.put("new", "2", 0).Sync())
	b.ok(b.Remove("kept"))
	b.cut(0)
	if kept, made := b.has("kept"), b.has("new"); kept != "1" || made != "-" {
		t.Errorf("a name that was removed holds %q, one that was made %q", kept, made)
	}
}

func TestAReplacedFileIsTheOldOneOrTheNewOne(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(50) {
		b := newBench(t, seed)
		b.keepIt("f", "old")
		f := b.put("aside", "new", 0)
		b.ok(f.Sync())
		b.ok(f.Close())
		b.ok(b.Replace("aside", "f"))
		b.cut(500)
		seen[b.has("f")+" "+b.has("aside")] = true
	}
	want := map[string]bool{"old -": true, "old new": true, "new -": true}
	for got := range seen {
		if !want[got] {
			t.Errorf("after a replacement there is %q", got)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("only seen: %v", seen)
	}
}

func TestASyncThatFailedOnceHasLostItsDataThoughTheNextOneSucceeds(t *testing.T) {
	b := newBench(t, 1)
	b.keepIt("f", "")
	f := b.put("f", "lost", 0)
	b.stress.syncs = 1
	if err := f.Sync(); !errors.Is(err, errSync) {
		t.Fatalf("sync: %v", err)
	}
	b.ok(f.Sync())
	b.ok(b.put("f", "kept", 4).Sync())
	b.cut(1000)
	if got := b.has("f"); got != "\x00\x00\x00\x00kept" {
		t.Errorf("%q is there", got)
	}
}

func TestALyingSyncPromotesNothingUntilItConfesses(t *testing.T) {
	for _, confesses := range []bool{false, true} {
		b := newBench(t, 1)
		b.keepIt("f", "old")
		b.stress.lying = true
		b.ok(b.put("f", "new", 0).Sync())
		want := "old"
		if confesses {
			b.confess()
			want = "new"
		}
		b.cut(0)
		if got := b.has("f"); got != want {
			t.Errorf("confessed: %v, and %q is there", confesses, got)
		}
	}
}

func TestAFullDiskTakesWhatFits(t *testing.T) {
	b := newBench(t, 1)
	b.keepIt("other", "12345")
	b.stress.room = 8
	f := b.put("f", "ab", 0)
	if n, err := f.WriteAt([]byte("cdef"), 2); n != 1 || !errors.Is(err, errFull) {
		t.Errorf("%d bytes were written: %v", n, err)
	}
	if n, err := f.WriteAt([]byte("xy"), 0); n != 2 || err != nil {
		t.Errorf("in place %d bytes were written: %v", n, err)
	}
	b.relieve()
	if _, err := f.WriteAt([]byte("cdef"), 2); err != nil || b.has("f") != "xycdef" {
		t.Errorf("with room again: %v", err)
	}
}

func TestAProcessDiesAtTheOperationItIsTo(t *testing.T) {
	parts := map[string]bool{}
	for seed := range uint64(50) {
		b := newBench(t, seed)
		b.stress.killAt = 2 // after the file was made and "ab" was written
		f := b.put("f", "ab", 0)
		if _, err := f.WriteAt([]byte("cd"), 2); !errors.Is(err, errKilled) {
			t.Fatalf("it wrote on: %v", err)
		}
		for _, err := range []error{f.Sync(), b.Sync(), b.Remove("f"), f.Truncate(0)} {
			if !errors.Is(err, errKilled) {
				t.Fatalf("a dead process could do something: %v", err)
			}
		}
		b.begin()
		if _, err := f.Size(); !errors.Is(err, errKilled) {
			t.Fatalf("a dead process's file is of use: %v", err)
		}
		parts[b.has("f")] = true
	}
	if !parts["ab"] || !parts["abc"] || !parts["abcd"] || len(parts) != 3 {
		t.Errorf("of the last write these parts were done: %v", parts)
	}
}

func TestDamageIsReadAndOutlivesAPowerCut(t *testing.T) {
	full := strings.Repeat("x", sectorBytes+10)
	for _, test := range []struct {
		name   string
		damage func(bench) (bool, error)
		want   string
	}{
		{"a bit", func(b bench) (bool, error) { return b.flip("f", 8) }, full[:8] + "y" + full[9:]},
		{"a sector lost", func(b bench) (bool, error) { return b.blank("f", sectorBytes+2) }, full[:sectorBytes] + strings.Repeat("\x00", 10)},
		{"a stale sector", func(b bench) (bool, error) { return b.misdirect("f", 3, []byte("old")) }, "old" + full[3:]},
		{"a part lost", func(b bench) (bool, error) { return true, b.shorten("f", 4) }, "xxxx"},
		{"all of it lost", func(b bench) (bool, error) { return true, b.lose("f") }, "-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, 1)
			b.keepIt("f", full)
			changed, err := test.damage(b)
			if b.ok(err); !changed {
				t.Error("nothing was changed")
			}
			for range 2 {
				if got := b.has("f"); got != test.want {
					t.Errorf("%q is there", got)
				}
				b.cut(0)
			}
		})
	}
}

func TestACloneOfADiskIsADiskOfItsOwn(t *testing.T) {
	b := newBench(t, 1)
	b.put("f", "old", 0)
	twin := bench{b.clone(newChance(2, "")), t}
	b.put("f", "new", 0)
	twin.cut(0)
	if got := twin.has("f"); got != "old" {
		t.Errorf("the clone has %q", got)
	}
	if names, err := b.List(); err != nil || !slices.Equal(names, []string{"f"}) || b.has("f") != "new" {
		t.Errorf("the first one has %v: %v", names, err)
	}
}

func TestFilesGrowWithZerosAndShrink(t *testing.T) {
	b := newBench(t, 1)
	f := b.put("f", "abcdef", 0)
	b.ok(f.Truncate(2))
	b.ok(f.Truncate(4))
	_, err := f.WriteAt([]byte("x"), 6)
	b.ok(err)
	b.ok(f.Sync())
	b.ok(b.platter.Sync())
	b.cut(0)
	if got := b.has("f"); !bytes.Equal([]byte(got), []byte("ab\x00\x00\x00\x00x")) {
		t.Errorf("%q is there", got)
	}
}
