// Package journal holds what a copy of a room is made of: identities,
// positions, entries, the history of epochs, and the log that matches itself
// against another copy's log and is cut where the two part.
//
// Nothing here does I/O or reads a clock; the package imports no other package
// of this module.
package journal
