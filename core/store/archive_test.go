package store_test

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/store"
)

// archive is a copy with everything that one can hold.
func archive(t testing.TB) store.Archive {
	t.Helper()
	s := snapshotOf(entries(1, 1, 8).Entries)
	a := store.Archive{Room: "a\xff room", Stored: core.Stored{
		Meta: core.Meta{Node: node(1), Incarnation: 4, Accepted: epoch(7), Register: register.Register{
			Version: 30, Epoch: epoch(7), InSync: []register.Seat{{Node: node(7)}, {Node: node(1), Volatile: true}},
		}},
		Snapshot: s.Snapshot, History: s.History,
		Entries: append(entries(1, 9, 12).Entries, entries(3, 13, 40).Entries...),
		Orphans: append(orphan(1, 13).Orphans, orphan(2, 13).Orphans...),
	}}
	a.Stored.Orphans[0].Acked, a.Stored.Orphans[0].Final = true, true
	return a
}

const archiveName = "room.copy"

// exported is the file that a makes, in a directory of its own.
func exported(t testing.TB, a store.Archive) *journal.MemoryDirectory {
	t.Helper()
	dir := journal.NewMemoryDirectory()
	file, err := dir.Open(archiveName, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Export(file, archiveName, a); err != nil {
		t.Fatal(err)
	}
	return dir
}

func readArchive(t testing.TB, dir journal.Directory) (store.Archive, error) {
	t.Helper()
	file, err := dir.Open(archiveName, false)
	if err != nil {
		t.Fatal(err)
	}
	return store.ReadArchive(file, archiveName)
}

func TestAnArchiveHoldsTheWholeCopy(t *testing.T) {
	big := archive(t)
	for i := range 5 { // more than is written at once
		big.Stored.Entries[i].Changes[0].Value = make([]byte, 60<<10)
	}
	empty := store.Archive{Room: "r", Damaged: true}
	bare := archive(t)
	bare.Stored.Snapshot, bare.Stored.History, bare.Stored.Entries = nil, nil, entries(1, 1, 3).Entries
	for name, a := range map[string]store.Archive{"all": archive(t), "large": big, "empty": empty, "no snapshot": bare} {
		got, err := readArchive(t, exported(t, a))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Room != a.Room || got.Damaged != a.Damaged || text(got.Stored) != text(a.Stored) {
			t.Errorf("%s: room %q, damaged %v, and\n%.3000s\nwant\n%.3000s", name, got.Room, got.Damaged, text(got.Stored), text(a.Stored))
		}
	}
}

func TestAnArchiveIsWholeOrNone(t *testing.T) {
	dir := exported(t, archive(t))
	whole := content(t, dir, archiveName)
	check := func(what string, at int, changed []byte) {
		t.Helper()
		put(t, dir, archiveName, changed)
		_, err := readArchive(t, dir)
		var damage *store.DamageError
		if !errors.As(err, &damage) || damage.File != archiveName {
			t.Fatalf("%s at byte %d: %v, want a DamageError", what, at, err)
		}
	}
	stride := 1
	if testing.Short() {
		stride = 13
	}
	for at := 0; at < len(whole); at += stride {
		check("cut", at, whole[:at])
		changed := slices.Clone(whole)
		changed[at] ^= 1 << (at % 8)
		if isPadding(whole, at) {
			continue
		}
		check("flipped", at, changed)
	}
	check("longer", len(whole), append(slices.Clone(whole), make([]byte, 8)...))
	put(t, dir, archiveName, whole)
	if _, err := readArchive(t, dir); err != nil {
		t.Errorf("the whole file: %v", err)
	}
}

// isPadding reports whether a byte only fills up a record.
func isPadding(file []byte, at int) bool {
	const head = 32 // of the file, and of each record
	for from := head; from < len(file); {
		length := int(binary.LittleEndian.Uint32(file[from+4:]))
		end := from + head + length
		from = (end + 7) &^ 7
		if at < from {
			return at >= end
		}
	}
	return false
}

func TestAnArchiveOfALaterFormatIsNamed(t *testing.T) {
	dir := exported(t, archive(t))
	put(t, dir, archiveName, asVersion(content(t, dir, archiveName), 2))
	_, err := readArchive(t, dir)
	var version *store.VersionError
	if !errors.As(err, &version) || version.Version != 2 {
		t.Errorf("format 2: %v, want a VersionError", err)
	}
}

// asVersion is a file with another format in its head.
func asVersion(b []byte, version uint16) []byte {
	b = slices.Clone(b)
	binary.LittleEndian.PutUint16(b[8:], version)
	table := crc32.MakeTable(crc32.Castagnoli)
	binary.LittleEndian.PutUint32(b[12:], crc32.Update(crc32.Checksum(b[:12], table), table, b[16:32]))
	return b
}

func TestAFileOfAnotherKindIsNoArchive(t *testing.T) {
	for _, name := range []string{"0000000001.journal", "state"} {
		dir := life(t, false)
		if !slices.Contains(names(t, dir), name) {
			name = newestSegment(t, dir)
		}
		if err := dir.Replace(name, archiveName); err != nil {
			t.Fatal(err)
		}
		if _, err := readArchive(t, dir); err == nil || !strings.Contains(err.Error(), "another kind") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnImportedCopyHasNoIdentity(t *testing.T) {
	a := archive(t)
	dir := journal.NewMemoryDirectory()
	if err := store.Import(dir, a, nil); err != nil {
		t.Fatal(err)
	}
	want := a.Stored
	want.Meta.Node, want.Meta.Incarnation = journal.NodeID{}, 0
	s, got, report := open(t, dir, store.Options{})
	if text(got) != text(want) || len(report.Damage) > 0 || report.Renewed != "" {
		t.Errorf("%+v\n%s\nwant\n%s", report, text(got), text(want))
	}
	write(t, s, meta(1), entries(3, 41, 44), core.Cut{After: 42})
	shut(t, s)
	again, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) > 0 || again.Meta.Node != node(1) || len(again.Entries) != 34 {
		t.Errorf("written on: %v %+v, %d entries", err, report, len(again.Entries))
	}
}

func TestACopyThatBeginsARoomHasAnIdentityAndWaitsForNobody(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	if err := store.Import(dir, archive(t), &store.NewRoom{Node: node(33), At: 5}); err != nil {
		t.Fatal(err)
	}
	_, got, _ := open(t, dir, store.Options{})
	m := got.Meta
	if m.Node != node(33) || m.Incarnation != 0 || m.Accepted != epoch(7) || len(got.Entries) != 32 {
		t.Errorf("%+v", m)
	}
	if r := m.Register; len(r.InSync) != 1 || !r.IsInSync(node(33)) || r.Epoch.Number != 7 || len(r.Losses) != 1 {
		t.Errorf("the register is %+v", r)
	}
}

func TestNothingIsImportedWhereFilesAre(t *testing.T) {
	dir := life(t, false)
	before := clone(t, dir)
	var full *store.NotEmptyError
	if err := store.Import(dir, archive(t), nil); !errors.As(err, &full) || full.File != names(t, before)[0] {
		t.Errorf("over a copy: %v, want a NotEmptyError", err)
	}
	sameFiles(t, dir, before)
}

// cutOff is a directory in which, after some more changes, everything fails.
type cutOff struct {
	journal.Directory
	left *int
}

type cutOffFile struct {
	journal.File
	left *int
}

var errCutOff = errors.New("cut off")

func spend(left *int) error {
	if *left == 0 {
		return errCutOff
	}
	*left--
	return nil
}

func (d cutOff) Open(name string, create bool) (journal.File, error) {
	if err := spend(d.left); err != nil {
		return nil, err
	}
	file, err := d.Directory.Open(name, create)
	return cutOffFile{file, d.left}, err
}

func (d cutOff) Replace(from, to string) error {
	if err := spend(d.left); err != nil {
		return err
	}
	return d.Directory.Replace(from, to)
}

// WriteAt writes a half of what it is given when it fails.
func (f cutOffFile) WriteAt(p []byte, offset int64) (int, error) {
	if err := spend(f.left); err != nil {
		n, _ := f.File.WriteAt(p[:len(p)/2], offset)
		return n, err
	}
	return f.File.WriteAt(p, offset)
}

func TestAnImportThatIsCutOffIsNeverOpenedAsACopy(t *testing.T) {
	a := archive(t)
	unfinished := 0
	for steps := 0; ; steps++ {
		if steps > 1000 {
			t.Fatal("it never ends")
		}
		dir, left := journal.NewMemoryDirectory(), steps
		if err := store.Import(cutOff{dir, &left}, a, nil); err == nil {
			break
		} else if !errors.Is(err, errCutOff) {
			t.Fatal(err)
		}
		got, _, err := store.New(dir, store.Options{}).Load()
		switch {
		case errors.Is(err, store.ErrUnfinished):
			unfinished++
		case err != nil:
			t.Fatalf("after %d steps: %v", steps, err)
		case len(got.Entries) == 0 && got.Snapshot == nil: // it had not begun
		case len(got.Entries) != 32 || got.Snapshot == nil:
			t.Fatalf("after %d steps there is half a copy:\n%s", steps, text(got))
		}
		if err == nil {
			continue
		}
		if again := store.Import(dir, a, nil); again == nil {
			t.Fatalf("after %d steps another import was put over it", steps)
		}
	}
	if unfinished < 5 {
		t.Errorf("only %d imports were cut off on the way", unfinished)
	}
}

func TestAnArchiveIsNotWrittenPastAnError(t *testing.T) {
	dir, left := journal.NewMemoryDirectory(), 1 // the file is opened
	limited := cutOff{dir, &left}
	file, err := limited.Open(archiveName, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Export(file, archiveName, archive(t)); !errors.Is(err, errCutOff) {
		t.Errorf("%v", err)
	}
	if _, err := readArchive(t, dir); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("half an archive: %v", err)
	}
}

func TestEntriesBehindDamageAreToldAndNotTaken(t *testing.T) {
	dir := journal.NewMemoryDirectory()
	s, _, _ := open(t, dir, store.Options{})
	write(t, s, meta(1))
	for i := journal.Index(1); i <= 9; i++ {
		write(t, s, entries(1, i, i))
	}
	shut(t, s)
	name := newestSegment(t, dir)
	list := recordsOf(t, dir, name)
	b := content(t, dir, name)
	b[list[6].Offset+40] ^= 1 // of an entry in the middle
	put(t, dir, name, b)
	stored, report, err := store.Inspect(dir)
	if err != nil || len(report.Damage) != 1 {
		t.Fatalf("%v %+v", err, report)
	}
	if n := len(stored.Entries); n < 2 || n > 5 {
		t.Fatalf("%d entries before the damage", n)
	}
	beyond := report.Beyond
	if len(beyond) != 1 || lastOf(core.Stored{Entries: beyond[0]}) != entry(1, 9).Position ||
		beyond[0][0].Position.Index != lastOf(stored).Index+2 {
		t.Errorf("behind %v there are %v", lastOf(stored), beyond)
	}
}

func sameFiles(t *testing.T, got, want journal.Directory) {
	t.Helper()
	if a, b := names(t, got), names(t, want); !slices.Equal(a, b) {
		t.Fatalf("there are %v, before there were %v", a, b)
	}
	for _, name := range names(t, want) {
		if string(content(t, got, name)) != string(content(t, want, name)) {
			t.Errorf("%s has changed", name)
		}
	}
}
