package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/understudy-dev/understudy/core/journal"
)

// Reading is a stopped node's copy that is read and not changed: no byte is
// written, no file is made, and the folder may be on a medium that can't be
// written. While it lasts no node can start there; others may read. It is a
// [journal.Directory] that refuses every change.
type Reading struct {
	Folder
	label Label
	held  *flock.Flock // nil where there is no lock: no node has ever run there
}

var _ journal.Directory = (*Reading)(nil)

// readers is the holder's name where the folder is only being read.
const readers = "a command that reads it"

// OpenReading opens the copy in a folder to read it. Where none is, the error is
// [ErrNoLabel] or, if other files are there, a [*ForeignError]; a running node's
// is a [*HeldError]. Close it.
func OpenReading(dir string) (*Reading, error) {
	folder, err := OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	label, err := ReadLabel(dir)
	if errors.Is(err, ErrNoLabel) {
		if foreign := checkFree(dir); foreign != nil {
			err = foreign
		}
	}
	if err != nil {
		return nil, err
	}
	held, err := shareLock(dir, filepath.Join(dir, lockFile))
	if err != nil {
		return nil, err
	}
	return &Reading{Folder: folder, label: label, held: held}, nil
}

// shareLock takes the lock of a folder together with others that only read, and
// writes nothing into it. It returns nil where there is no lock.
func shareLock(dir, path string) (*flock.Flock, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	held := flock.New(path, flock.SetFlag(os.O_RDONLY))
	ok, err := held.TryRLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		holder := readHolder(path)
		holder.Dir = dir
		return nil, holder
	}
	return held, nil
}

// Label returns whose copy it is.
func (r *Reading) Label() Label { return r.label }

// Dir returns the folder.
func (r *Reading) Dir() string { return r.dir }

// NewFile returns an open file as a journal reads and writes it.
func NewFile(opened *os.File) journal.File { return file{opened} }

// Close lets a node have the folder again.
func (r *Reading) Close() error {
	if r.held == nil {
		return nil
	}
	return r.held.Close()
}

// Open opens a file for reading.
func (r *Reading) Open(name string, create bool) (journal.File, error) {
	path, err := r.path(name)
	if err != nil {
		return nil, err
	}
	if create {
		return nil, r.refuse("make", name)
	}
	opened, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return file{opened}, nil
}

// Replace is refused.
func (r *Reading) Replace(from, _ string) error { return r.refuse("rename", from) }

// Remove is refused.
func (r *Reading) Remove(name string) error { return r.refuse("remove", name) }

// Sync is refused: there is nothing to sync.
func (r *Reading) Sync() error { return r.refuse("sync", ".") }

func (r *Reading) refuse(operation, name string) error {
	return &fs.PathError{Op: operation, Path: filepath.Join(r.dir, name), Err: fmt.Errorf("the copy is only being read: %w", fs.ErrPermission)}
}
