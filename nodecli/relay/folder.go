package relay

import (
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"

	"github.com/understudy-dev/understudy/core/register"
)

// folder keeps each register in a file of its own: written aside, synced,
// renamed, and the folder synced, so that a crash leaves the value before or
// the value after.
type folder struct {
	dir  string
	lock *flock.Flock // held while the relay runs: two would grant the same epoch twice
}

var _ registers = (*folder)(nil)

// DamagedError says that a register can't be read. The relay never takes it for
// a new room: its nodes would begin a second history.
type DamagedError struct {
	File string
	Err  error
}

// Error names the file and what is wrong with it.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("the register in %s is damaged: %v", e.File, e.Err)
}

// Unwrap returns what is wrong.
func (e *DamagedError) Unwrap() error { return e.Err }

func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder of the registers: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the folder of the registers: %w", err)
	}
	if !held {
		return nil, fmt.Errorf("the registers in %s belong to another relay that is running", dir)
	}
	return &folder{dir: dir, lock: lock}, nil
}

func (f *folder) close() error { return f.lock.Close() }

// fileNames has no characters that a file system would take for the same or
// for something else.
var fileNames = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func (f *folder) file(room string) string {
	return filepath.Join(f.dir, fileNames.EncodeToString([]byte(room))+".json")
}

func (f *folder) load(room string) (register.Register, error) {
	text, err := os.ReadFile(f.file(room))
	if errors.Is(err, fs.ErrNotExist) {
		return register.Register{}, nil
	}
	if err != nil {
		return register.Register{}, fmt.Errorf("register of a room: %w", err)
	}
	value, err := decodeFile(room, text)
	if err != nil {
		return register.Register{}, &DamagedError{File: f.file(room), Err: err}
	}
	return value, nil
}

func (f *folder) save(room string, value register.Register) error {
	text, err := encodeFile(room, value)
	if err != nil {
		return fmt.Errorf("register of a room: %w", err)
	}
	aside := f.file(room) + ".new"
	if err := writeSynced(aside, text); err != nil {
		return fmt.Errorf("write a register: %w", err)
	}
	if err := os.Rename(aside, f.file(room)); err != nil {
		return fmt.Errorf("replace a register: %w", err)
	}
	if err := syncFolder(f.dir); err != nil {
		return fmt.Errorf("sync the folder of the registers: %w", err)
	}
	return nil
}

func writeSynced(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncFolder makes a rename durable. Windows has no such thing: a rename there
// is in the file system's own journal.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	opened, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}
