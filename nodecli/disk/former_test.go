package disk

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestACopyKnowsItsFormerIDsAtLaterStarts(t *testing.T) {
	dir := t.TempDir()
	was := journal.NodeID{7}
	first := mustOpen(t, Config{Dir: dir, Room: "main"})
	if _, err := first.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	meta := core.Meta{Node: was, Incarnation: 1}
	if err := first.Write(t.Context(), []core.Record{core.SaveMeta{Meta: meta}}); err != nil {
		t.Fatal(err)
	}
	mustClose(t, first)
	if len(first.Formers()) != 0 {
		t.Errorf("a whole copy has had the ids %v", first.Formers())
	}
	if err := os.Remove(filepath.Join(dir, "state")); err != nil { // damage
		t.Fatal(err)
	}
	for range 2 {
		d := mustOpen(t, Config{Dir: dir})
		if _, err := d.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := d.Formers(); !slices.Equal(got, []journal.NodeID{was}) {
			t.Errorf("the copy has had the ids %v, want %v", got, was)
		}
		mustClose(t, d)
	}
}

func TestTheNamesOfDefaultFoldersAreReadableAndNeverMeet(t *testing.T) {
	for name, want := range map[string]string{
		"main": "main", "brisk-otter-2": "brisk-otter-2", "mfwgsy3f": "mfwgsy3f",
		"Main": "_jvqws3q", "a_b": "_mfpwe", "": "_", "../x": "_fyxc66a", "con": "_mnxw4", "com1": "_mnxw2mi",
	} {
		if got := FolderName(name); got != want {
			t.Errorf("%q is in %q, want %q", name, got, want)
		}
	}
}

func TestAJournalWithoutItsLabelIsNoForeignFolder(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, Config{Dir: dir, Room: "main"})
	if _, err := d.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustClose(t, d)
	if err := os.Remove(filepath.Join(dir, labelFile)); err != nil {
		t.Fatal(err)
	}
	_, opening := Open(Config{Dir: dir, Room: "main"})
	_, reading := OpenReading(dir)
	for _, err := range []error{opening, reading} {
		if missing, ok := err.(*UnlabelledError); !ok || missing.Dir != dir || missing.Unfinished { //nolint:errorlint // not wrapped
			t.Errorf("a journal without NODE: %v, want an UnlabelledError", err)
		}
	}
}
