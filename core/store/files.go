package store

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core/journal"
)

// create makes an empty file, also where a crash has left a part of one.
func create(dir journal.Directory, name string) (journal.File, error) {
	file, err := dir.Open(name, true)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	if err := file.Truncate(0); err != nil {
		return nil, errors.Join(fmt.Errorf("empty %s: %w", name, err), file.Close())
	}
	return file, nil
}

// replace gives a complete and synced file its name, durably.
func replace(dir journal.Directory, from, to string) error {
	if err := dir.Replace(from, to); err != nil {
		return fmt.Errorf("put %s in place: %w", to, err)
	}
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("sync the folder: %w", &journal.SyncError{Err: err})
	}
	return nil
}
