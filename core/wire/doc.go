// Package wire turns the frames of core/frame into CBOR messages and back. It
// is the only place that knows how a frame looks in bytes; core/PROTOCOL.md
// describes the same for people, under "The wire".
//
// What comes out of Decode keeps every rule and limit that a single frame can
// keep by itself, so nobody behind it needs to check them again. Encode holds
// the sender to the same rules.
package wire
