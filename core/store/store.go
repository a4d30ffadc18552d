package store

import (
	"errors"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
)

// Options say how a copy is kept. The zero Options are the safe ones.
type Options struct {
	// Lazy means that Write does not sync: what is written becomes durable with
	// the next Sync or Close. A copy that was kept so and not closed may have
	// forgotten what it promised, and gets a new identity at the next start.
	Lazy bool

	// SegmentBytes is when the journal goes on in a new segment. Default 16 MiB.
	SegmentBytes int64
}

// Store is a copy in a directory. It is not safe for concurrent use.
type Store struct {
	dir     journal.Directory
	options Options
}

// New returns the store of a directory that no other store is using. Nothing
// is read or written before Load.
func New(dir journal.Directory, options Options) *Store {
	return &Store{dir: dir, options: options}
}

// Report says what Load or [Inspect] has found besides the copy.
type Report struct {
	// Former is the node whose copy it was, where it starts under a new
	// identity, and Renewed says why. Stored.Meta.Node is zero then.
	Former  journal.NodeID
	Renewed string

	// Damage is what could not be read, first to last; each is a [*DamageError].
	// Load has kept the files under the names in SetAside.
	Damage   []error
	SetAside []string

	// TornBytes were cut from the end of the newest segment: they were being
	// written when the process or the machine stopped, and nobody was told.
	TornBytes int64
}

var errNotBuilt = errors.New("not built")

// Load opens the copy and returns everything stored, once, before the first
// Write. A format that is too new for this program is a [*VersionError], and
// nothing is touched.
func (s *Store) Load() (core.Stored, Report, error) { return core.Stored{}, Report{}, errNotBuilt }

// Write appends records in order. Unless the store is lazy they are durable
// when it returns. After an error the store takes no more writes.
func (s *Store) Write(records []core.Record) error { return errNotBuilt }

// Sync makes everything written durable. Only a lazy store needs it.
func (s *Store) Sync() error { return errNotBuilt }

// Work does a bounded piece of what can be done later: a part of a snapshot,
// removing what a snapshot has replaced, a mark behind the newest record. The
// owner calls it when no write waits, until there is no more. After an error
// the store takes no more writes.
func (s *Store) Work() (more bool, err error) { return false, errNotBuilt }

// Close finishes a snapshot that is being written, marks a clean shutdown and
// closes the files. After a failed Write or Sync it leaves no such mark.
func (s *Store) Close() error { return errNotBuilt }

// Inspect reads a copy without changing anything, for [Store.Load] would make
// it ready to be written. It returns what is readable.
func Inspect(dir journal.Directory) (core.Stored, Report, error) {
	return core.Stored{}, Report{}, errNotBuilt
}
