package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestAFullDiskIsSaidWithHowManyBytesAreEnough(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "0000000001.journal")
	if err := os.WriteFile(file, make([]byte, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	err := onDisk(fmt.Errorf("node: %w", &fs.PathError{Op: "write", Path: file, Err: syscall.ENOSPC}))
	var exit *exitError
	if !errors.As(err, &exit) {
		t.Fatalf("%v has no hint", err)
	}
	var enough int
	for _, word := range strings.Fields(exit.hint) {
		if n, err := strconv.Atoi(word); err == nil {
			enough = n
		}
	}
	if enough != 2<<20+5000 { // zeros ahead of two segments, and a copy of the journal
		t.Errorf("%q does not say how many bytes are enough", exit.hint)
	}
}
