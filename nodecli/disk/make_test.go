package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func putFile(dir journal.Directory) error {
	file, err := dir.Open("0000000001.journal", true)
	if err != nil {
		return err
	}
	return file.Close()
}

func TestACopyIsMadeInAnEmptyFolderOnly(t *testing.T) {
	base := t.TempDir()
	for _, dir := range []string{base, filepath.Join(base, "new", "folder")} {
		if err := MakeCopy(dir, Label{Room: "main"}, putFile); err != nil {
			t.Fatal(err)
		}
		if label, err := ReadLabel(dir); err != nil || label.Room != "main" {
			t.Errorf("the copy is of %+v, %v", label, err)
		}
		before := everyFile(t, dir)
		err := MakeCopy(dir, Label{Room: "game"}, func(journal.Directory) error { t.Error("it was begun"); return nil })
		if _, ok := errors.AsType[*NotEmptyError](err); !ok {
			t.Errorf("over a copy: %v, want a NotEmptyError", err)
		}
		for name, content := range everyFile(t, dir) {
			if before[name] != content {
				t.Errorf("%s has changed", name)
			}
		}
		if dir == base { // make room for the folder in it
			for name := range before {
				if err := os.Remove(filepath.Join(base, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestACopyThatCouldNotBeMadeLeavesNothing(t *testing.T) {
	base := t.TempDir()
	failed := errors.New("failed")
	put := func(dir journal.Directory) error { return errors.Join(putFile(dir), failed) }
	if err := MakeCopy(base, Label{}, put); !errors.Is(err, failed) {
		t.Error(err)
	}
	if left := everyFile(t, base); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	if err := MakeCopy(filepath.Join(base, "new"), Label{}, put); !errors.Is(err, failed) {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(base, "new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
}

func TestACopyThatIsBeingMadeIsNoCopyYet(t *testing.T) {
	dir := t.TempDir()
	err := MakeCopy(dir, Label{}, func(d journal.Directory) error {
		if err := putFile(d); err != nil {
			return err
		}
		if _, err := OpenReading(dir); err == nil {
			t.Error("it was read")
		}
		if _, err := Open(Config{Dir: dir, Room: "main"}); err == nil {
			t.Error("a node began there")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
