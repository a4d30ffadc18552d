// Package hosttest checks that a [host.Storage] or a [host.Transport] keeps its
// contract. Every implementation runs the same tests.
package hosttest
