package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/store"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

// stoppedCopy is the copy of a node that does not run, as it was found.
type stoppedCopy struct {
	dir    string
	label  disk.Label
	names  []string // of all files of the journal's directory
	stored core.Stored
	report store.Report
}

// errNoJournal is a folder in which a copy was begun, or is gone.
var errNoJournal = errors.New("no journal is there")

// readStopped reads the copy in a folder and changes nothing. Damage is in the
// report; an error is what leaves nothing to look at.
func readStopped(dir string) (c *stoppedCopy, err error) {
	reading, err := disk.OpenReading(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reading.Close()) }()
	c = &stoppedCopy{dir: dir, label: reading.Label()}
	if c.names, err = reading.List(); err != nil {
		return nil, err
	}
	if c.stored, c.report, err = store.Inspect(reading); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if len(c.report.Files) == 0 && len(c.report.Damage) == 0 {
		return nil, fmt.Errorf("%s is labelled as a copy of room %s, but %w", dir, word(c.label.Room), errNoJournal)
	}
	return c, nil
}

// onStopped gives an error of a stopped node's folder the hint that fits.
func onStopped(operation string, err error) error {
	if err == nil {
		return nil
	}
	return withHint(fmt.Errorf("%s: %w", operation, err), exitFailed, stoppedHint(err))
}

func stoppedHint(err error) string {
	var (
		held    *disk.HeldError
		foreign *disk.ForeignError
		version *journal.VersionError
		missing *disk.UnlabelledError
	)
	switch {
	case errors.As(err, &held):
		return "stop that process first"
	case errors.As(err, &missing):
		return unlabelledHint(missing)
	case errors.As(err, &foreign):
		return "name the folder of a node"
	case errors.As(err, &version):
		return "a newer understudy has written it: use that one; nothing was touched"
	case errors.Is(err, store.ErrUnfinished):
		return "remove the folder and begin the import again"
	case errors.Is(err, disk.ErrNoLabel), errors.Is(err, fs.ErrNotExist):
		return "name the folder of a node, as its --dir had it; without --dir it is below the user's data directory"
	case errors.Is(err, errNoJournal):
		return "a node that starts there begins an empty copy, and is brought up by its room"
	}
	return ""
}

// lastOf returns up to where a copy goes.
func lastOf(s core.Stored) journal.Position {
	if n := len(s.Entries); n > 0 {
		return s.Entries[n-1].Position
	}
	return baseOf(s)
}

// baseOf returns up to where a copy's snapshot goes.
func baseOf(s core.Stored) journal.Position {
	if s.Snapshot == nil {
		return journal.Position{}
	}
	return s.Snapshot.At()
}

// keysOf returns how many keys a copy has at its end. It fails where the entries
// are none that a node takes.
func keysOf(s core.Stored) (int, error) {
	state := keyspace.New()
	if s.Snapshot != nil {
		state = s.Snapshot.State()
	}
	for _, e := range s.Entries {
		at := state.Applied()
		if e.Position.Index != at.Index+1 || e.Position.Epoch.Compare(at.Epoch) < 0 {
			return 0, fmt.Errorf("entry %v does not follow %v", e.Position, at)
		}
		state.Apply(e)
		state.Commit(e.Position.Index)
	}
	return state.Len(), nil
}

// tellDamage says what could not be read, on one line each.
func (sh *shell) tellDamage(damage []error) {
	for _, err := range damage {
		fmt.Fprintf(sh.err, "understudy: %v\n", err)
	}
}

// plural returns a number with its word.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
