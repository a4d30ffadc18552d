package store

import (
	"fmt"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
)

// Report says what Load or [Inspect] has found besides the copy.
type Report struct {
	// Former is the node whose copy it was, where it starts under a new
	// identity, and Renewed says why. Stored.Meta.Node is zero then.
	Former            journal.NodeID
	FormerIncarnation journal.Incarnation
	Renewed           string

	// Closed means that the copy was closed in good order.
	Closed bool

	// Damage is what could not be read; each is a [*DamageError]. Load has kept
	// the files, under the names in SetAside.
	Damage   []error
	SetAside []string

	// Beyond are entries that can be read and that the copy does not have, since
	// others before them are missing: runs of those that follow each other.
	Beyond [][]journal.Entry

	// TornBytes were cut from the end of the newest segment: they were being
	// written when the process or the machine stopped, and nobody was told.
	TornBytes int64

	// Files are those that were read.
	Files []FileInfo
}

// FileInfo describes one file of a copy.
type FileInfo struct {
	Name    string
	Bytes   int64
	Records int // good ones
}

// Inspect reads a copy without changing anything, where [Store.Load] makes it
// ready to be written. It returns what is readable, as Load would.
func Inspect(dir journal.Directory) (core.Stored, Report, error) {
	in := &scan{dir: dir}
	if err := in.read(); err != nil {
		return core.Stored{}, Report{}, fmt.Errorf("read the copy: %w", err)
	}
	return in.stored, in.report, nil
}
