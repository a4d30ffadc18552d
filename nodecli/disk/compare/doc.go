// Package compare measures the journal of a native node beside two others that
// are in wide use: bbolt, a B+tree in one file, and raft-wal, a write-ahead log
// in segments. It is a module of its own, so that whoever builds the product
// downloads neither.
package compare
