package disk

import (
	"io/fs"
	"os"
	"syscall"
)

// SyncData makes what was written to a file durable, and its length. It leaves
// out the time of the change, for which a full sync would wait for the file
// system's journal, and so for whatever else the machine writes.
func SyncData(file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var syncErr error
	err = raw.Control(func(fd uintptr) {
		for syncErr = syscall.EINTR; syncErr == syscall.EINTR; {
			syncErr = syscall.Fdatasync(int(fd))
		}
	})
	if err != nil {
		return err
	}
	if syncErr != nil {
		return &fs.PathError{Op: "sync", Path: file.Name(), Err: syncErr}
	}
	return nil
}
