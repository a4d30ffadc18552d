package disk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASecondLockIsToldWhoHasTheFirst(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, lockFile)
	for _, name := range []string{strings.Repeat("\xff", 64), "node brisk-otter", ""} { // a shorter name over a longer one
		lock, err := TakeLock(dir, path, name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = TakeLock(dir, path, "second")
		held, ok := errors.AsType[*HeldError](err)
		if !ok || held.PID != os.Getpid() || held.Name != name || held.Dir != dir {
			t.Errorf("a second lock: %#v, want process %d and name %q", err, os.Getpid(), name)
		}
		if err := lock.Close(); err != nil {
			t.Error(err)
		}
	}
	lock, err := TakeLock(dir, path, "third")
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Error(err)
	}
}

func TestALockIsTakenWhateverItsFileSays(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, lockFile)
	for _, text := range []string{"", "\n", "\n\npid x\nname y\n", strings.Repeat("z", 5000), strings.Repeat("\nname \"old\"", 30)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if holder := readHolder(path); holder.PID != 0 {
			t.Errorf("%.20q says %v", text, holder)
		}
		lock, err := TakeLock(dir, path, "a")
		if err != nil {
			t.Fatal(err)
		}
		if holder := readHolder(path); holder.PID != os.Getpid() || holder.Name != "a" {
			t.Errorf("written over %.20q it says %v", text, holder)
		}
		if err := lock.Close(); err != nil {
			t.Error(err)
		}
	}
	if text := (&HeldError{Dir: "d"}).Error(); text != "d is in use by another process" {
		t.Error(text)
	}
	if text := (&HeldError{Dir: "d", PID: 7, Name: "node a"}).Error(); text != "d is in use by process 7, node a" {
		t.Error(text)
	}
}
