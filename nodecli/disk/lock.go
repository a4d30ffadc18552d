package disk

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// Lock keeps a second process away from a folder, for as long as this process
// lives or until Close. The operating system ends it with the process, however
// that ends.
type Lock struct{ held *flock.Flock }

// HeldError says who has the lock of a folder.
type HeldError struct {
	Dir  string
	PID  int    // of the process; 0 if it has not said yet
	Name string // what people call the holder; may be empty
}

// Error names folder, process and holder.
func (e *HeldError) Error() string {
	who := "another process"
	switch {
	case e.PID == 0 && e.Name != "":
		who = e.Name
	case e.Name != "":
		who = fmt.Sprintf("process %d, %s", e.PID, e.Name)
	case e.PID != 0:
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("%s is in use by %s", e.Dir, who)
}

// TakeLock takes the lock of a folder, which stands in a file there, and writes
// into it who holds it: this process, and what people call it. It does not
// wait. If another process has it, or another Lock of this one, the error is a
// [*HeldError].
func TakeLock(dir, path, name string) (*Lock, error) {
	held := flock.New(path, flock.SetPermissions(0o600))
	ok, err := held.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, heldBy(held, dir, path)
	}
	if err := writeHolder(path, name); err != nil {
		_ = held.Close() // the first error says more
		return nil, err
	}
	return &Lock{held}, nil
}

// heldBy says who has a lock that can't be had. What the file says is of a
// process that has ended where the lock is shared: that is by readers.
func heldBy(held *flock.Flock, dir, path string) error {
	if shared, err := held.TryRLock(); err == nil && shared {
		_ = held.Close() // nothing was written
		return &HeldError{Dir: dir, Name: readers}
	}
	holder := readHolder(path)
	holder.Dir = dir
	return holder
}

// Close lets others have the folder. The file stays: to remove it would be to
// let a third one lock a new file beside somebody who waits for the old one.
func (l *Lock) Close() error { return l.held.Close() }

// holderAt is where the holder stands in the file. Windows lets nobody else
// read the first byte, which is what is locked there.
const holderAt = 1

// holderBytes is more than any holder takes. All of it is written each time, so
// that nothing is left of the holder before.
const holderBytes = 400

// writeHolder does not sync: the text means something to processes that run at
// the same time.
func writeHolder(path, name string) error {
	text := fmt.Sprintf("\npid %d\nname %q\n", os.Getpid(), name)
	opened, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = opened.WriteAt(fmt.Appendf(nil, "%-*s\n", holderBytes, text), holderAt)
	if closeErr := opened.Close(); err == nil {
		err = closeErr
	}
	return err
}

// readHolder returns as much as can be read. Whoever has only just taken the
// lock has not said who it is.
func readHolder(path string) *HeldError {
	opened, err := os.Open(path)
	if err != nil {
		return &HeldError{}
	}
	defer opened.Close() //nolint:errcheck // it was read only
	text := make([]byte, holderBytes)
	n, _ := opened.ReadAt(text, holderAt) // what is there is what counts
	var holder HeldError
	for line := range strings.Lines(string(text[:n])) {
		word, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "pid":
			holder.PID, _ = strconv.Atoi(value) // 0 is "has not said"
		case "name":
			holder.Name, _ = strconv.Unquote(value) // and so is the empty name
		}
	}
	return &holder
}
