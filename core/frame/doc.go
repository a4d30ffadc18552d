// Package frame holds every message that crosses the relay, one struct each,
// and the envelope around them. Encoding is in core/wire; behaviour is in core
// (nodes), core/client (clients) and core/room (the relay).
package frame
