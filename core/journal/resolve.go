package journal

import (
	"encoding/binary"
	"strings"
)

// resolvedPrefix begins the reserved keys that name orphans, and nothing else.
const resolvedPrefix = "\x00orphan"

// resolvedSize is the length of such a key: number, master and index follow.
const resolvedSize = len(resolvedPrefix) + 8 + len(NodeID{}) + 8

// Resolution returns the last change of the entry that resolves the orphan at
// p. It deletes a reserved key that is never there: so it changes nothing, and
// says what the entry is for on every copy that gets it, and in an orphan's
// record should the resolution be cut itself.
func Resolution(p Position) Change {
	key := make([]byte, 0, resolvedSize)
	key = append(key, resolvedPrefix...)
	key = binary.BigEndian.AppendUint64(key, uint64(p.Epoch.Number))
	key = append(key, p.Epoch.Master[:]...)
	key = binary.BigEndian.AppendUint64(key, uint64(p.Index))
	return Change{Key: string(key), Deleted: true}
}

// Resolves returns the orphan that e replays or discards; ok is false where e
// is any other entry.
func (e Entry) Resolves() (p Position, ok bool) {
	if len(e.Changes) == 0 {
		return Position{}, false
	}
	last := e.Changes[len(e.Changes)-1]
	if !last.Deleted || len(last.Key) != resolvedSize || !strings.HasPrefix(last.Key, resolvedPrefix) {
		return Position{}, false
	}
	rest := []byte(last.Key[len(resolvedPrefix):])
	p.Epoch.Number = EpochNumber(binary.BigEndian.Uint64(rest))
	copy(p.Epoch.Master[:], rest[8:])
	p.Index = Index(binary.BigEndian.Uint64(rest[8+len(p.Epoch.Master):]))
	return p, true
}

// Writes returns the changes that somebody asked for: all, without the one of
// [Resolution]. The slice is part of e.
func (e Entry) Writes() []Change {
	if _, ok := e.Resolves(); ok {
		return e.Changes[:len(e.Changes)-1]
	}
	return e.Changes
}

// Root returns the orphan under whose [Position.Resolver] o is resolved: itself,
// or the one that it was to resolve before it was cut. A replay that was rolled
// back is the same write as the next replay of that orphan.
func (o Orphan) Root() Position {
	if p, ok := o.Entry.Resolves(); ok && !o.Superseded {
		return p
	}
	return o.Entry.Position
}
