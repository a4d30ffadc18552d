//go:build !linux

package relay

import "os"

// syncData makes what was written over a file durable.
func syncData(file *os.File) error { return file.Sync() }
