package relay

import (
	"os"
	"syscall"
)

// syncData makes what was written over a file durable. It leaves out the time
// of the change, for which a full sync would wait for the file system's journal.
func syncData(file *os.File) error {
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
	return syncErr
}
