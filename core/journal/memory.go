package journal

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
)

// MemoryDirectory is a [Directory] that ends with its process. It is for tests,
// and for reading a copy that has come as bytes.
type MemoryDirectory struct {
	files map[string]*memoryBytes
}

type memoryBytes struct{ data []byte }

var (
	_ Directory = (*MemoryDirectory)(nil)
	_ File      = (*memoryFile)(nil)
)

var errFileClosed = errors.New("the file is closed")

// NewMemoryDirectory returns an empty directory.
func NewMemoryDirectory() *MemoryDirectory {
	return &MemoryDirectory{files: map[string]*memoryBytes{}}
}

// List returns the names of all files in it, in byte order.
func (d *MemoryDirectory) List() ([]string, error) { return slices.Sorted(maps.Keys(d.files)), nil }

// Open opens a file, or makes it.
func (d *MemoryDirectory) Open(name string, create bool) (File, error) {
	f := d.files[name]
	if f == nil {
		if !create {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		f = &memoryBytes{}
		d.files[name] = f
	}
	return &memoryFile{bytes: f}, nil
}

// Replace gives the file from the name to.
func (d *MemoryDirectory) Replace(from, to string) error {
	f := d.files[from]
	if f == nil {
		return &fs.PathError{Op: "replace", Path: from, Err: fs.ErrNotExist}
	}
	d.files[to] = f
	delete(d.files, from)
	return nil
}

// Remove deletes a file.
func (d *MemoryDirectory) Remove(name string) error {
	delete(d.files, name)
	return nil
}

// Sync has nothing to do.
func (d *MemoryDirectory) Sync() error { return nil }

type memoryFile struct {
	bytes  *memoryBytes
	closed bool
}

func (f *memoryFile) ReadAt(p []byte, offset int64) (int, error) {
	switch {
	case f.closed:
		return 0, errFileClosed
	case offset < 0:
		return 0, fs.ErrInvalid
	case offset >= int64(len(f.bytes.data)):
		return 0, io.EOF
	}
	n := copy(p, f.bytes.data[offset:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memoryFile) WriteAt(p []byte, offset int64) (int, error) {
	if f.closed {
		return 0, errFileClosed
	}
	if offset < 0 {
		return 0, fs.ErrInvalid
	}
	if end := offset + int64(len(p)); end > int64(len(f.bytes.data)) {
		f.resize(end)
	}
	return copy(f.bytes.data[offset:], p), nil
}

func (f *memoryFile) resize(size int64) {
	if grown := size - int64(len(f.bytes.data)); grown > 0 {
		f.bytes.data = append(f.bytes.data, make([]byte, grown)...)
		return
	}
	f.bytes.data = slices.Clip(f.bytes.data[:size])
}

func (f *memoryFile) Truncate(size int64) error {
	if f.closed {
		return errFileClosed
	}
	if size < 0 {
		return fs.ErrInvalid
	}
	f.resize(size)
	return nil
}

func (f *memoryFile) Size() (int64, error) {
	if f.closed {
		return 0, errFileClosed
	}
	return int64(len(f.bytes.data)), nil
}

func (f *memoryFile) Sync() error {
	if f.closed {
		return errFileClosed
	}
	return nil
}

func (f *memoryFile) Close() error {
	if f.closed {
		return errFileClosed
	}
	f.closed = true
	return nil
}
