package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/understudy-dev/understudy/core/journal"
)

// Folder is a folder of the operating system. It shows the files whose names a
// [journal.Directory] may have, and no other: what else stands there, the lock
// included, has names of another kind.
type Folder struct{ dir string }

// file is an open file of a Folder.
type file struct{ *os.File }

var (
	_ journal.Directory = Folder{}
	_ journal.File      = file{}
)

// OpenFolder returns the folder at a path, which must be there. [MakeFolder]
// makes one.
func OpenFolder(dir string) (Folder, error) {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open folder", Path: dir, Err: syscall.ENOTDIR}
	}
	return Folder{dir}, err
}

// List returns the names of the files in it, in byte order.
func (d Folder) List() ([]string, error) {
	all, err := os.ReadDir(d.dir) // sorted
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, entry := range all {
		if entry.Type().IsRegular() && isFileName(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// Open opens a file, or makes one that only this user can read.
func (d Folder) Open(name string, create bool) (journal.File, error) {
	path, err := d.path(name)
	if err != nil {
		return nil, err
	}
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	opened, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, err
	}
	return file{opened}, nil
}

// Replace renames a file, over one of the other name.
func (d Folder) Replace(from, to string) error {
	source, err := d.path(from)
	if err != nil {
		return err
	}
	target, err := d.path(to)
	if err != nil {
		return err
	}
	return os.Rename(source, target)
}

// Remove deletes a file.
func (d Folder) Remove(name string) error {
	path, err := d.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Sync makes names durable.
func (d Folder) Sync() error { return SyncFolder(d.dir) }

// path refuses names that would lead out of the folder, or be the same file as
// another on some system.
func (d Folder) path(name string) (string, error) {
	if !isFileName(name) {
		return "", &fs.PathError{Op: "open", Path: filepath.Join(d.dir, name), Err: fs.ErrInvalid}
	}
	return filepath.Join(d.dir, name), nil
}

const fileNameLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-"

// isFileName reports whether a name is one of a [journal.Directory]. Names with
// a dot in front are those of other programs.
func isFileName(name string) bool {
	return name != "" && name[0] != '.' && strings.Trim(name, fileNameLetters) == ""
}

// Size returns the length.
func (f file) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Sync makes what was written durable, and the length if it has changed.
func (f file) Sync() error { return SyncData(f.File) }
