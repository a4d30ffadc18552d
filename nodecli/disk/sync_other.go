//go:build !linux

package disk

import "os"

// SyncData makes what was written to a file durable, and its length.
func SyncData(file *os.File) error { return file.Sync() }
