package store

import "github.com/understudy-dev/understudy/core/journal"

// DamageError names the place of damage.
type DamageError = journal.DamageError

// VersionError says that a file is of a format this program does not know.
type VersionError = journal.VersionError
