package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestMain(m *testing.M) {
	if inChild(os.Getenv(childTask)) {
		return
	}
	hosttest.Main(m)
}

func TestAFolderKeepsTheContractOfDirectories(t *testing.T) {
	hosttest.Directory(t, func(t *testing.T) func() (journal.Directory, error) {
		dir := t.TempDir()
		return func() (journal.Directory, error) { return OpenFolder(dir) }
	})
}

func TestAFolderShowsNoFileThatIsNotTheJournals(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{lockFile, labelFile, ".hidden", "a b", "a_b", "ä"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := folder.List(); err != nil || len(names) > 0 {
		t.Errorf("listed are %q, %v", names, err)
	}
	for _, name := range []string{"", ".", "..", "../a", "a/b", `a\b`, "A", labelFile} {
		_, openErr := folder.Open(name, true)
		for what, err := range map[string]error{
			"open": openErr, "remove": folder.Remove(name), "replace": folder.Replace(name, "a"), "replace by": folder.Replace("a", name),
		} {
			if !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s %q: %v, want fs.ErrInvalid", what, name, err)
			}
		}
	}
}

func TestAFileIsNoFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(path); err == nil {
		t.Error("a file was opened as a folder")
	}
	if err := MakeFolder(filepath.Join(path, "below")); err == nil {
		t.Error("a folder was made below a file")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "content" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

func TestAFolderIsMadeWithThoseAboveIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "c")
	for range 2 {
		if err := MakeFolder(dir); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		t.Errorf("made was %v, %v", info, err)
	}
}

func TestAReplacedFileIsTheNewOne(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, content := range []string{"a longer old content", "new"} {
		if err := ReplaceFile(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("the file holds %q, %v, want %q", got, err, content)
		}
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) != 1 {
		t.Errorf("in the folder are %v, %v", all, err)
	}
	if err := ReplaceFile(filepath.Join(dir, "none", "file"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}
