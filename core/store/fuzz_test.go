package store_test

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"runtime"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
)

// changed is how a fuzz target changes a file.
type changed struct {
	how   uint8 // overwrite, zero, cut, add
	at    uint32
	patch []byte
}

// apply returns the file and where its bytes are others than they were.
func (c changed) apply(b []byte) (file []byte, from, to int) {
	at := int(c.at) % (len(b) + 1)
	end := min(len(b), at+len(c.patch))
	file = slices.Clone(b)
	switch c.how % 4 {
	case 0:
		copy(file[at:], c.patch)
	case 1:
		clear(file[at:end])
	case 2:
		return file[:at], at, len(b)
	case 3:
		return append(file, c.patch...), len(b), len(b)
	}
	return file, at, end
}

// told returns the records of a good file that a change between two places hits,
// and the highest number up to which the others tell that records are durable.
func told(t *testing.T, dir journal.Directory, name string, from, to int) (firstHit, durable uint64) {
	t.Helper()
	file, err := dir.Open(name, false)
	if err != nil {
		t.Fatal(err)
	}
	r, err := journal.NewReader(file, name, journal.KindSegment)
	if err != nil {
		t.Fatal(err)
	}
	for {
		record, err := r.Next()
		if err != nil {
			return firstHit, durable
		}
		end := int(record.Offset) + 32 + len(record.Payload)
		if int(record.Offset) < to && from < end {
			if firstHit == 0 {
				firstHit = record.Number
			}
			continue
		}
		durable = max(durable, record.Synced)
	}
}

// FuzzChangedCopy: whatever a disk makes of one file of a good copy, it is read
// without a panic, can be written on, and is the same node's only with all that
// the files tell was durable.
func FuzzChangedCopy(f *testing.F) {
	var copies []*journal.MemoryDirectory
	var wants []core.Stored
	for _, name := range []string{"v1-closed", "v1-killed", "v1-reset"} {
		whole := golden(f, name)
		want, _, err := store.Inspect(whole)
		if err != nil {
			f.Fatal(err)
		}
		copies, wants = append(copies, whole), append(wants, want)
	}
	for which := range copies {
		for file := range 12 {
			f.Add(uint8(which), uint8(file), uint8(0), uint32(150), []byte{0xff})
			f.Add(uint8(which), uint8(file), uint8(1), uint32(40), make([]byte, 64))
			f.Add(uint8(which), uint8(file), uint8(2), uint32(300), []byte(nil))
			f.Add(uint8(which), uint8(file), uint8(3), uint32(0), []byte("UNDRSTDY"))
		}
	}
	f.Fuzz(func(t *testing.T, which, file, how uint8, at uint32, patch []byte) {
		whole, want := copies[int(which)%len(copies)], wants[int(which)%len(copies)]
		list := names(t, whole)
		name := list[int(file)%len(list)]
		dir := clone(t, whole)
		b, from, to := changed{how, at, patch}.apply(content(t, whole, name))
		put(t, dir, name, b)

		got, _, err := store.Inspect(dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Meta.Node == want.Meta.Node && text(got) != text(want) {
			if name != newestSegment(t, whole) {
				t.Fatalf("%s, byte %d to %d: the same node, but its copy is\n%s", name, from, to, text(got))
			}
			hit, durable := told(t, whole, name, from, to)
			if hit == 0 || hit <= max(durable, knownOf(t, whole)) {
				t.Fatalf("%s, byte %d to %d: record %d of %d durable ones is gone, and nobody noticed", name, from, to, hit, durable)
			}
		}
		writeOn(t, dir, got)
	})
}

// knownOf is the number that the state file tells.
func knownOf(t *testing.T, dir journal.Directory) uint64 {
	t.Helper()
	b := content(t, dir, "state")
	payload := b[64:] // behind the heads: an array of one number, up to 255 here
	if payload[0] != 0x81 {
		t.Fatalf("the state file says %x", payload)
	}
	if payload[1] < 24 {
		return uint64(payload[1])
	}
	return uint64(payload[2])
}

// writeOn opens a copy, adds to it, and looks whether that was kept.
func writeOn(t *testing.T, dir journal.Directory, had core.Stored) {
	t.Helper()
	s, stored, _ := open(t, dir, store.Options{SegmentBytes: 400})
	if text(stored) != text(had) {
		t.Fatalf("opened it is\n%s\nbut looked at it was\n%s", text(stored), text(had))
	}
	last := lastOf(had)
	write(t, s, meta(99), entries(9, last.Index+1, last.Index+3))
	shut(t, s)
	got, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) > 0 || report.Renewed != "" || lastOf(got).Index != last.Index+3 {
		t.Fatalf("written on: %v %+v, up to %v", err, report, lastOf(got))
	}
}

// FuzzRecord: whatever stands in a record, with a checksum that is right, or in
// a whole file, it is read without a panic and in a bounded piece of memory; and
// what is accepted as an archive is the same when it is carried on.
func FuzzRecord(f *testing.F) {
	whole := small(f)
	files := names(f, whole)
	for i, name := range files {
		for j, r := range recordsOf(f, whole, name) {
			f.Add(uint8(i), uint8(j), r.Kind, r.Payload)
		}
		f.Add(uint8(i), uint8(wholeFile), uint8(0), content(f, whole, name)[:48])
	}
	f.Fuzz(func(t *testing.T, file, record, kind uint8, b []byte) {
		name := files[int(file)%len(files)]
		dir := clone(t, whole)
		if record == wholeFile {
			put(t, dir, name, b)
		} else {
			list := recordsOf(t, whole, name)
			r := &list[int(record)%len(list)]
			r.Kind, r.Payload = kind, b
			put(t, dir, name, rebuilt(content(t, whole, name)[:headBytes], list))
		}
		before := allocated()
		if name == archiveName {
			a, err := readArchive(t, dir)
			bounded(t, before, b)
			if err == nil {
				carriedOn(t, a)
			}
			return
		}
		_, _, err := store.Inspect(dir)
		bounded(t, before, b)
		var version *store.VersionError
		if err != nil && !errors.As(err, &version) && !errors.Is(err, store.ErrUnfinished) {
			t.Fatal(err)
		}
	})
}

// wholeFile stands for the number of a record where a file is replaced.
const wholeFile = 255

// headBytes is the length of a file's head, and of what stands before a payload.
const headBytes = 32

// small is a copy with little in it, and its archive beside it.
func small(t testing.TB) *journal.MemoryDirectory {
	t.Helper()
	a := archive(t)
	s := snapshotOf(entries(1, 1, 2).Entries)
	a.Stored.Snapshot, a.Stored.History = s.Snapshot, s.History
	a.Stored.Entries = append(entries(1, 3, 3).Entries, entries(3, 4, 4).Entries...)
	a.Stored.Orphans = a.Stored.Orphans[:1]
	dir := exported(t, a)
	made := journal.NewMemoryDirectory()
	if err := store.Import(made, a, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t, made) {
		put(t, dir, name, content(t, made, name))
	}
	return dir
}

// recordsOf returns the records of a good file.
func recordsOf(t testing.TB, dir journal.Directory, name string) []journal.Record {
	t.Helper()
	file, err := dir.Open(name, false)
	if err != nil {
		t.Fatal(err)
	}
	r, err := journal.NewReader(file, name, kindOf(name))
	if err != nil {
		t.Fatal(err)
	}
	var all []journal.Record
	for {
		record, err := r.Next()
		if err != nil {
			return all
		}
		record.Payload = slices.Clone(record.Payload)
		all = append(all, record)
	}
}

// rebuilt is a file of records, with the checksums that belong there.
func rebuilt(head []byte, records []journal.Record) []byte {
	table := crc32.MakeTable(crc32.Castagnoli)
	b := slices.Clone(head)
	for _, r := range records {
		from := len(b)
		b = append(b, make([]byte, headBytes)...)
		binary.LittleEndian.PutUint32(b[from+4:], uint32(len(r.Payload)))
		binary.LittleEndian.PutUint64(b[from+8:], r.Number)
		binary.LittleEndian.PutUint64(b[from+16:], r.Synced)
		b[from+24] = r.Kind
		b = append(b, r.Payload...)
		place := slices.Concat(head[16:24], binary.LittleEndian.AppendUint64(nil, uint64(from)))
		binary.LittleEndian.PutUint32(b[from:], crc32.Update(crc32.Checksum(place, table), table, b[from+4:]))
		b = append(b, make([]byte, -len(b)&7)...)
	}
	return b
}

func carriedOn(t *testing.T, a store.Archive) {
	t.Helper()
	again, err := readArchive(t, exported(t, a))
	if err != nil || again.Room != a.Room || text(again.Stored) != text(a.Stored) {
		t.Fatalf("carried on: %v\n%s\nwant\n%s", err, text(again.Stored), text(a.Stored))
	}
	dir := journal.NewMemoryDirectory()
	if err := store.Import(dir, a, nil); err != nil {
		t.Fatalf("imported: %v", err)
	}
	got, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) > 0 || len(got.Entries) != len(a.Stored.Entries) {
		t.Fatalf("imported: %v %+v", err, report)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// bounded fails where reading took much more than what was read: an item of one
// byte may become a struct, and buffers are taken as a whole.
func bounded(t *testing.T, before uint64, b []byte) {
	t.Helper()
	const buffers, perByte = 16 << 20, 2 << 10
	if took := allocated() - before; took > buffers+perByte*uint64(len(b)) {
		t.Fatalf("%d bytes were read by means of %d", len(b), took)
	}
}
