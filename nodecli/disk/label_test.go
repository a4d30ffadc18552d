package disk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
)

func TestALabelIsKeptByteForByte(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadLabel(dir); !errors.Is(err, ErrNoLabel) {
		t.Errorf("an empty folder: %v, want ErrNoLabel", err)
	}
	for _, want := range []Label{
		{"main", "brisk-otter"}, {"", ""}, {"a\nb \"c\"", "\x00\xff"},
		{strings.Repeat("\xff", frame.RoomNameMaxBytes), strings.Repeat("é", frame.NodeNameMaxBytes/2)},
	} {
		if err := WriteLabel(dir, want); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadLabel(dir); err != nil || got != want {
			t.Errorf("%+v became %+v, %v", want, got, err)
		}
	}
}

func TestAnUnreadableLabelIsNeverTakenForAnother(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{
		"", "\n", "room \"main\"\n", "room \"main\"\nnode \"a\"", "room main\nnode a\n",
		"node \"a\"\nroom \"main\"\n", "room \"main\"\nnode \"a\"\n\n", "\x00\x00\x00\x00\x00\x00\x00",
	} {
		if err := os.WriteFile(filepath.Join(dir, labelFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadLabel(dir)
		if err == nil || errors.Is(err, ErrNoLabel) || !strings.Contains(err.Error(), labelFile) {
			t.Errorf("%q: %v, want an error that names the file", text, err)
		}
		if _, err := Open(Config{Dir: dir, Room: "main"}); err == nil {
			t.Errorf("%q: opened", text)
		}
	}
}

func TestNoCopyBeginsAmongOtherFiles(t *testing.T) {
	dir := t.TempDir()
	for _, allowed := range []string{".hidden", lockFile, labelFile + ".new"} {
		if err := os.WriteFile(filepath.Join(dir, allowed), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := checkFree(dir); err != nil {
		t.Errorf("what may stand there: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(Config{Dir: dir, Room: "main"})
	if foreign, ok := errors.AsType[*ForeignError](err); !ok || foreign.File != "lock" || foreign.Dir != dir {
		t.Errorf("a relay's folder: %v, want a ForeignError", err)
	}
}

func TestACopyJoinsNoOtherRoom(t *testing.T) {
	dir := t.TempDir()
	first := mustOpen(t, Config{Dir: dir, Room: "main", Node: "alice"})
	mustClose(t, first)
	_, err := Open(Config{Dir: dir, Room: "game"})
	if other, ok := errors.AsType[*OtherRoomError](err); !ok || other.Room != "main" || other.Wanted != "game" {
		t.Errorf("another room: %v, want an OtherRoomError", err)
	}
	for _, config := range []Config{{Dir: dir}, {Dir: dir, Room: "main"}} {
		again := mustOpen(t, config)
		if again.Label() != (Label{"main", "alice"}) {
			t.Errorf("the copy is of %+v", again.Label())
		}
		mustClose(t, again)
	}
	renamed := mustOpen(t, Config{Dir: dir, Node: "bob"})
	mustClose(t, renamed)
	if label, err := ReadLabel(dir); err != nil || label != (Label{"main", "bob"}) {
		t.Errorf("given a new name the copy is of %+v, %v", label, err)
	}
}

func mustOpen(t *testing.T, config Config) *Disk {
	t.Helper()
	d, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustClose(t *testing.T, d *Disk) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
