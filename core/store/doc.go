// Package store keeps a node's copy in a [journal.Directory]: the same files on
// a native disk and in a browser. It writes the records of [core.Store] one
// behind the other into segments, puts a snapshot in the place of old ones,
// and gives everything back at start, or says exactly what is damaged.
//
// FORMAT.md describes the bytes.
package store
