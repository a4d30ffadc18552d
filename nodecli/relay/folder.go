package relay

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

// folder keeps each register in a file of its own, one line for each value
// saved. A new file is written aside, synced, renamed, and the folder synced; it
// has blank lines at its end, over which the next values are written. That takes
// one sync of bytes that have their place on the disk already, while a rename
// waits for the file system's journal, and so for whatever else the machine
// writes: a takeover waits for two values. A crash leaves the value before or
// the value after.
type folder struct {
	dir  string
	lock *disk.Lock // held while the relay runs: two would grant the same epoch twice

	mu   sync.Mutex
	ends map[string]gap // by room; a room that is not there gets a new file
}

// gap is where blank lines of a file begin and end.
type gap struct{ from, to int64 }

// fileBytes is a new file's length at least. It holds some hundred values.
const fileBytes = 64 << 10

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
	if err := disk.MakeFolder(dir); err != nil {
		return nil, fmt.Errorf("folder of the registers: %w", err)
	}
	if _, err := disk.ReadLabel(dir); !errors.Is(err, disk.ErrNoLabel) {
		return nil, fmt.Errorf("%s holds the copy of a node, and no registers", dir)
	}
	lock, err := disk.TakeLock(dir, filepath.Join(dir, "lock"), "a relay")
	if holder, ok := errors.AsType[*disk.HeldError](err); ok {
		return nil, fmt.Errorf("the registers in %s belong to another relay that is running (process %d)", dir, holder.PID)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the folder of the registers: %w", err)
	}
	return &folder{dir: dir, lock: lock, ends: map[string]gap{}}, nil
}

func (f *folder) close() error { return f.lock.Close() }

func (f *folder) file(room string) string {
	return filepath.Join(f.dir, disk.FileName(room)+".json")
}

func (f *folder) load(room string) (register.Register, error) {
	f.setGap(room, gap{})
	text, err := os.ReadFile(f.file(room))
	if errors.Is(err, fs.ErrNotExist) {
		return register.Register{}, nil
	}
	if err != nil {
		return register.Register{}, fmt.Errorf("register of a room: %w", err)
	}
	value, end, err := lastValue(room, text)
	if err != nil {
		return register.Register{}, &DamagedError{File: f.file(room), Err: err}
	}
	f.setGap(room, gap{end, int64(len(text))})
	return value, nil
}

// lastValue returns the newest value of a file, and where its line ends, 0 if
// what follows is not blank. That was being written when the machine stopped,
// perhaps not in order, and nobody has been told of it. Without a value before
// it, or with one behind it, it is damage.
func lastValue(room string, text []byte) (value register.Register, end int64, err error) {
	lines := bytes.SplitAfter(bytes.TrimRight(text, "\n"), []byte{'\n'})
	for i, line := range lines {
		next, err := decodeFile(room, line)
		if err == nil {
			value = next
			end += int64(len(line))
			continue
		}
		if value.IsZero() || slices.ContainsFunc(lines[i+1:], func(line []byte) bool {
			_, err := decodeFile(room, line)
			return err == nil
		}) {
			return register.Register{}, 0, err
		}
		return value, 0, nil
	}
	return value, end + 1, nil // the last line's end was trimmed
}

func (f *folder) setGap(room string, g gap) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if g.from == 0 || g.from >= g.to {
		delete(f.ends, room)
		return
	}
	f.ends[room] = g
}

func (f *folder) gap(room string) gap {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ends[room]
}

func (f *folder) save(room string, value register.Register) error {
	line, err := encodeFile(room, value)
	if err != nil {
		return fmt.Errorf("register of a room: %w", err)
	}
	g := f.gap(room)
	f.setGap(room, gap{}) // after an error nobody knows what is there
	length := int64(len(line))
	if g.to-g.from > length {
		if err := overwriteSynced(f.file(room), line, g.from); err != nil {
			return fmt.Errorf("write a register: %w", err)
		}
		f.setGap(room, gap{g.from + length, g.to})
		return nil
	}
	blank := bytes.Repeat([]byte{'\n'}, max(fileBytes-len(line), 3*len(line)))
	if err := f.replace(room, append(line, blank...)); err != nil {
		return err
	}
	f.setGap(room, gap{length, length + int64(len(blank))})
	return nil
}

// replace gives a room a new file.
func (f *folder) replace(room string, text []byte) error {
	if err := disk.ReplaceFile(f.file(room), text); err != nil {
		return fmt.Errorf("replace a register: %w", err)
	}
	return nil
}

// overwriteSynced writes over a part of a file whose length stays.
func overwriteSynced(name string, text []byte, at int64) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(text, at)
	if err == nil {
		err = disk.SyncData(file)
	}
	return errors.Join(err, file.Close())
}
