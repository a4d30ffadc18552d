package journal

// File is an open file, for one goroutine. Implementations: files of the
// operating system, of a browser's private file system, of the simulator, and
// in memory. All pass hosttest.
type File interface {
	// ReadAt fills p from an offset, as [io.ReaderAt] does: fewer bytes come
	// with an error, [io.EOF] where the file ends.
	ReadAt(p []byte, offset int64) (int, error)

	// WriteAt writes all of p at an offset, or fails: then any part of p may
	// have been written. Writing behind the end makes the file longer; what was
	// skipped reads as zeros. A crash may keep any part of what was written
	// since the last Sync.
	WriteAt(p []byte, offset int64) (int, error)

	// Truncate makes the file that long. What is added reads as zeros.
	Truncate(size int64) error

	// Size returns the length in bytes.
	Size() (int64, error)

	// Sync returns when all that was written to this file is durable. After an
	// error nobody knows what is: the file must not be written any more, and a
	// second Sync that succeeds proves nothing (fsyncgate, 2018).
	Sync() error

	// Close frees the file. It does not sync.
	Close() error
}

// Directory is a flat folder of files, for one goroutine. Names are lower-case
// letters, digits, dots and hyphens. That a file has appeared, was replaced or
// has gone is durable once Sync has returned, and not before; a crash may keep
// any part of such changes.
type Directory interface {
	// List returns the names of all files in it, in byte order.
	List() ([]string, error)

	// Open opens a file for reading and writing. One that is not there is made
	// if create is set; else the error is [fs.ErrNotExist].
	Open(name string, create bool) (File, error)

	// Replace gives the file from the name to, in one step: whoever looks finds
	// the old file under that name, or the new one. Neither may be open.
	Replace(from, to string) error

	// Remove deletes a file that is not open. One that is not there is no error.
	Remove(name string) error

	// Sync makes what Open, Replace and Remove have changed durable. It does not
	// sync the files.
	Sync() error
}
