// Package keyspace is the state of one copy: the ordered keys and the dedupe
// table that the entries of a journal make, one after the other.
//
// Entries are applied on receipt and keep their undo until they are committed,
// so a [State] answers for two moments at once: its newest entry, and the
// commit mark. A [Snapshot] is the state at the commit mark, taken without
// copying it; a [Builder] makes one again from its parts. [Watches] finds who
// waits for the changes of an entry.
//
// A key may have a deadline. Nothing but an entry removes it when that has come,
// so copies stay equal whatever their clocks say; but reads leave it out from
// then on, by the logical time of the state that they see.
//
// Keys that begin with the byte 0x00 are reserved for structures: they are part
// of the state, its hash and its snapshots, and hidden from scans and watches.
// No key is empty.
package keyspace
