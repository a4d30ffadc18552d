package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/understudy-dev/understudy/core/journal"
)

const fileName = "0000000007.journal"

var fileHead = journal.Head{Kind: journal.KindSegment, Number: 7, First: 101}

// written is a file of records with those payloads, each synced before the next
// where synced is set.
func written(t testing.TB, ahead int64, synced bool, payloads ...[]byte) journal.File {
	t.Helper()
	file, err := journal.NewMemoryDirectory().Open(fileName, true)
	if err != nil {
		t.Fatal(err)
	}
	w := journal.NewWriter(file, fileName, fileHead, ahead)
	for i, p := range payloads {
		w.Add(byte(i%200+1), func(dst []byte) []byte { return append(dst, p...) })
		if synced {
			err = w.Sync()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file
}

// readAll returns the payloads up to the end, and what ended them.
func readAll(t testing.TB, file journal.File) (payloads [][]byte, r *journal.Reader, err error) {
	t.Helper()
	r, err = journal.NewReader(file, fileName, journal.KindSegment)
	if err != nil {
		return nil, nil, err
	}
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return payloads, r, nil
		}
		if err != nil {
			return payloads, r, err
		}
		if want := fileHead.First + uint64(len(payloads)); record.Number != want || record.Kind != byte(len(payloads)%200+1) {
			t.Fatalf("record %d of kind %d in the place of %d", record.Number, record.Kind, want)
		}
		payloads = append(payloads, bytes.Clone(record.Payload))
	}
}

func TestRecordsComeBackAsTheyWereAdded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		payloads := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 0, 20).Draw(rt, "payloads")
		ahead := rapid.SampledFrom([]int64{0, 1, 100, 5000}).Draw(rt, "ahead")
		got, r, err := readAll(t, written(t, ahead, rapid.Bool().Draw(rt, "synced"), payloads...))
		if err != nil || len(got) != len(payloads) || r.Torn() != 0 {
			rt.Fatalf("%d records of %d, %d torn, %v", len(got), len(payloads), r.Torn(), err)
		}
		for i := range payloads {
			if !bytes.Equal(got[i], payloads[i]) {
				rt.Fatalf("record %d differs", i)
			}
		}
	})
}

func TestARecordLargerThanWhatIsReadAtOnceComesBack(t *testing.T) {
	big := bytes.Repeat([]byte("large"), 1<<20)
	got, _, err := readAll(t, written(t, 0, true, []byte("a"), big, []byte("b")))
	if err != nil || len(got) != 3 || !bytes.Equal(got[1], big) {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestDamageIsToldFromATornTailByWhatWasSynced(t *testing.T) {
	for _, c := range []struct {
		name    string
		synced  bool
		damaged int // which of three records
		want    string
	}{
		{"before a record that was written when it was durable", true, 1, fmt.Sprintf("%s is damaged at byte %d, record 102", fileName, 32+40)},
		{"the newest record", true, 2, ""},
		{"among records of which none was synced", false, 1, ""},
	} {
		file := written(t, 0, c.synced, []byte("one"), []byte("two"), []byte("three"))
		flip(t, file, int64(32+40*c.damaged+33))
		got, r, err := readAll(t, file)
		if len(got) != c.damaged {
			t.Errorf("%s: %d records are good, want %d", c.name, len(got), c.damaged)
		}
		switch {
		case c.want == "" && (err != nil || r.Torn() == 0):
			t.Errorf("%s: %v, %d bytes torn", c.name, err, r.Torn())
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if record, ok := r.Skip(); c.damaged == 1 && (!ok || string(record.Payload) != "three") {
			t.Errorf("%s: what is good behind it is %q", c.name, record.Payload)
		}
	}
}

func flip(t *testing.T, file journal.File, at int64) {
	t.Helper()
	b := make([]byte, 1)
	if _, err := file.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x10
	if _, err := file.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

func TestARecordInTheWrongPlaceIsNone(t *testing.T) {
	file := written(t, 0, true, []byte("same"), []byte("same"), []byte("same"))
	b := make([]byte, 40)
	if _, err := file.ReadAt(b, 32); err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt(b, 32+40); err != nil {
		t.Fatal(err)
	}
	var damage *journal.DamageError
	if got, _, err := readAll(t, file); len(got) != 1 || !errors.As(err, &damage) {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestAHeadThatIsNotOursIsRefused(t *testing.T) {
	for name, change := range map[string]func(b []byte) []byte{
		"empty":         func([]byte) []byte { return nil },
		"short":         func(b []byte) []byte { return b[:31] },
		"another magic": func(b []byte) []byte { b[0] = 'X'; return b },
		"flipped":       func(b []byte) []byte { b[20] ^= 1; return b },
	} {
		file := written(t, 0, true, []byte("one"))
		b := make([]byte, 32)
		if _, err := file.ReadAt(b, 0); err != nil {
			t.Fatal(err)
		}
		b = change(b)
		if err := file.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteAt(b, 0); err != nil {
			t.Fatal(err)
		}
		var damage *journal.DamageError
		if _, err := journal.NewReader(file, fileName, journal.KindSegment); !errors.As(err, &damage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var damage *journal.DamageError
	if _, err := journal.NewReader(written(t, 0, true), fileName, journal.KindSnapshot); !errors.As(err, &damage) {
		t.Errorf("a segment read as a snapshot: %v", err)
	}
}

// brokenFile fails at its n-th call, and answers all later ones as if nothing
// had happened: so do disks after a failed sync.
type brokenFile struct {
	journal.File
	writes, syncs int
}

var errBroken = errors.New("input/output error")

func (f *brokenFile) WriteAt(p []byte, offset int64) (int, error) {
	if f.writes--; f.writes == 0 {
		return 0, errBroken
	}
	return f.File.WriteAt(p, offset)
}

func (f *brokenFile) Sync() error {
	if f.syncs--; f.syncs == 0 {
		return errBroken
	}
	return f.File.Sync()
}

func TestAWriterWritesNothingBehindAnError(t *testing.T) {
	for name, broken := range map[string]*brokenFile{"a write": {writes: 2}, "a sync": {syncs: 2}} {
		broken.File = written(t, 0, true)
		w := journal.NewWriter(broken, fileName, fileHead, 0)
		add := func() error {
			w.Add(1, func(dst []byte) []byte { return append(dst, "payload"...) })
			return w.Sync()
		}
		if err := add(); err != nil {
			t.Fatal(err)
		}
		err := add()
		var sync *journal.SyncError
		if !errors.Is(err, errBroken) || errors.As(err, &sync) != (name == "a sync") || !strings.Contains(err.Error(), fileName) {
			t.Errorf("%s that fails: %v", name, err)
		}
		if err := add(); !errors.Is(err, errBroken) {
			t.Errorf("behind %s that failed: %v", name, err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	payload := bytes.Repeat([]byte("x"), 200)
	payloads := make([][]byte, 10_000)
	for i := range payloads {
		payloads[i] = payload
	}
	file := written(b, 0, false, payloads...)
	b.SetBytes(int64(len(payloads) * len(payload)))
	for b.Loop() {
		r, err := journal.NewReader(file, fileName, journal.KindSegment)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}
