// Package hosttest checks that a [host.Storage], a [host.Transport] or a
// [journal.Directory] keeps its contract. Every implementation runs the same
// tests. It also looks for goroutines that outlive their owner.
package hosttest
