// Package hosttest checks that a [host.Storage] or a [host.Transport] keeps its
// contract. Every implementation runs the same tests. It also looks for
// goroutines that outlive their owner.
package hosttest
