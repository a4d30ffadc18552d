package journal

import "fmt"

// DamageError says that a file does not hold what was written to it, and where.
type DamageError struct {
	File   string
	Offset int64
	Record uint64 // the number of the first record that can't be read; 0 if it is none
	Err    error
}

// Error names file, offset and record.
func (e *DamageError) Error() string {
	if e.Record == 0 {
		return fmt.Sprintf("%s is damaged at byte %d: %v", e.File, e.Offset, e.Err)
	}
	return fmt.Sprintf("%s is damaged at byte %d, record %d: %v", e.File, e.Offset, e.Record, e.Err)
}

// Unwrap returns what is wrong there.
func (e *DamageError) Unwrap() error { return e.Err }

// VersionError says that a file is of a format this program does not know. It
// is left as it is.
type VersionError struct {
	File          string
	Version, Ours uint16
}

// Error names both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has format %d; this program knows formats up to %d", e.File, e.Version, e.Ours)
}

// SyncError says that a sync has failed. What was written since the one before
// may be lost even if it can still be read, and a later sync says nothing of it.
type SyncError struct{ Err error }

// Error returns what the system says.
func (e *SyncError) Error() string { return e.Err.Error() }

// Unwrap returns what the system says.
func (e *SyncError) Unwrap() error { return e.Err }
