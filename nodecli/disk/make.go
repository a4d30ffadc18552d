package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/understudy-dev/understudy/core/journal"
)

// NotEmptyError says that a folder is not empty where a copy was to be made.
type NotEmptyError struct {
	Dir  string
	File string // what is there, or some of it
}

// Error names both.
func (e *NotEmptyError) Error() string {
	return fmt.Sprintf("%s is not empty: %s is there", e.Dir, e.File)
}

// MakeCopy puts a copy into a folder that is empty or not there; any other is a
// [*NotEmptyError], and nothing is touched. The label comes last: a folder
// without one is no copy to anybody, so a crash leaves a whole copy or none. What
// was written is removed again if put returns an error.
func MakeCopy(dir string, label Label, put func(journal.Directory) error) error {
	if err := checkEmpty(dir); err != nil {
		return err
	}
	_, err := os.Stat(dir)
	isNew := errors.Is(err, os.ErrNotExist)
	if err := MakeFolder(dir); err != nil {
		return err
	}
	lock, err := TakeLock(dir, filepath.Join(dir, lockFile), "an import")
	if err != nil {
		return err
	}
	err = checkEmpty(dir) // somebody may have been faster
	if err != nil {
		return errors.Join(err, lock.Close())
	}
	err = put(Folder{dir})
	if err == nil {
		err = WriteLabel(dir, label)
	}
	if err != nil {
		return errors.Join(err, lock.Close(), discard(dir, isNew))
	}
	return lock.Close()
}

// checkEmpty makes sure that nothing is there but, at most, the lock of a
// command that gave up.
func checkEmpty(dir string) error {
	all, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range all {
		if entry.Name() != lockFile {
			return &NotEmptyError{Dir: dir, File: entry.Name()}
		}
	}
	return nil
}

// discard removes the journal's files from a folder that was empty before, and
// the folder if it was made for them.
func discard(dir string, isNew bool) error {
	names, err := Folder{dir}.List()
	for _, name := range names {
		err = errors.Join(err, os.Remove(filepath.Join(dir, name)))
	}
	err = errors.Join(err, os.Remove(filepath.Join(dir, lockFile)))
	if isNew {
		err = errors.Join(err, os.Remove(dir))
	}
	return err
}
