package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestReadingACopyChangesNothing(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, Config{Dir: dir, Room: "main", Node: "alice"})
	if _, err := d.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustClose(t, d)
	before := everyFile(t, dir)
	r, err := OpenReading(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.Label() != (Label{"main", "alice"}) {
		t.Errorf("the copy is of %+v", r.Label())
	}
	opened, err := r.Open("state", false)
	if err != nil {
		t.Fatal(err)
	}
	_, writeErr := opened.WriteAt([]byte{1}, 0)
	_, makeErr := r.Open("new", true)
	for what, err := range map[string]error{
		"write": writeErr, "make": makeErr, "replace": r.Replace("state", "x"), "remove": r.Remove("state"), "sync": r.Sync(),
	} {
		if err == nil {
			t.Errorf("%s was not refused", what)
		}
	}
	for what, err := range map[string]error{"the file": opened.Close(), "the copy": r.Close()} {
		if err != nil {
			t.Errorf("close %s: %v", what, err)
		}
	}
	if after := everyFile(t, dir); len(after) != len(before) {
		t.Errorf("there are %d files, before there were %d", len(after), len(before))
	} else {
		for name, content := range before {
			if after[name] != content {
				t.Errorf("%s has changed", name)
			}
		}
	}
}

func everyFile(t *testing.T, dir string) map[string]string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range all {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(content)
	}
	return files
}

func TestACopyIsReadByManyAndUsedByOne(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, Config{Dir: dir, Room: "main", Node: "alice"})
	if held, ok := errors.AsType[*HeldError](second(OpenReading(dir))); !ok || held.PID != os.Getpid() || held.Name != "node alice" {
		t.Errorf("while a node runs: %+v, want a HeldError", held)
	}
	mustClose(t, d)
	var open []*Reading
	for range 2 {
		r, err := OpenReading(dir)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, r)
	}
	if held, ok := errors.AsType[*HeldError](second(Open(Config{Dir: dir}))); !ok || held.PID != 0 || held.Name != readers {
		t.Errorf("while it is read: %+v, want a HeldError that blames no process that has ended", held)
	}
	for _, r := range open {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	mustClose(t, mustOpen(t, Config{Dir: dir}))
}

func second[T any](_ T, err error) error { return err }

func TestWhatIsNoCopyIsNotRead(t *testing.T) {
	dir := t.TempDir()
	if err := second(OpenReading(filepath.Join(dir, "none"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if err := second(OpenReading(dir)); !errors.Is(err, ErrNoLabel) {
		t.Errorf("an empty folder: %v, want ErrNoLabel", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if foreign, ok := errors.AsType[*ForeignError](second(OpenReading(dir))); !ok || foreign.File != "lock" {
		t.Errorf("a relay's folder: %v, want a ForeignError", foreign)
	}
}
