package journal

import (
	"encoding/binary"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Resolution says which orphan a write replays or discards, and whose write that
// orphan was. It is the write that is resolved: where it was tried again it may
// be an orphan at two positions.
type Resolution struct {
	Orphan Position
	Client ClientID
	Seq    uint64
}

// resolvedPrefix begins the reserved keys that name orphans, and nothing else.
const resolvedPrefix = "\x00orphan"

// resolvedSize is the length of such a key: number, master, index, client and
// sequence number follow.
const resolvedSize = len(resolvedPrefix) + 8 + len(NodeID{}) + 8 + len(ClientID{}) + 8

// Change returns the last change of the entry that resolves an orphan. It
// deletes a reserved key that is never there: so it changes nothing, and says
// what the entry is for on every copy that gets it, and in an orphan's record
// should the resolution be cut itself.
func (r Resolution) Change() Change {
	key := make([]byte, 0, resolvedSize)
	key = append(key, resolvedPrefix...)
	key = binary.BigEndian.AppendUint64(key, uint64(r.Orphan.Epoch.Number))
	key = append(key, r.Orphan.Epoch.Master[:]...)
	key = binary.BigEndian.AppendUint64(key, uint64(r.Orphan.Index))
	key = append(key, r.Client[:]...)
	key = binary.BigEndian.AppendUint64(key, r.Seq)
	return Change{Key: string(key), Deleted: true}
}

// Resolves returns which orphan e replays or discards; ok is false where e is
// any other entry.
func (e Entry) Resolves() (r Resolution, ok bool) {
	if len(e.Changes) == 0 {
		return Resolution{}, false
	}
	last := e.Changes[len(e.Changes)-1]
	if !last.Deleted || len(last.Key) != resolvedSize || !strings.HasPrefix(last.Key, resolvedPrefix) {
		return Resolution{}, false
	}
	rest := []byte(last.Key[len(resolvedPrefix):])
	r.Orphan.Epoch.Number = EpochNumber(binary.BigEndian.Uint64(rest))
	rest = rest[8:]
	rest = rest[copy(r.Orphan.Epoch.Master[:], rest):]
	r.Orphan.Index = Index(binary.BigEndian.Uint64(rest))
	rest = rest[8:]
	rest = rest[copy(r.Client[:], rest):]
	r.Seq = binary.BigEndian.Uint64(rest)
	return r, true
}

// Resolver returns the client under which the orphans of a write are replayed or
// discarded, with 1 as its sequence number. It follows from the write alone:
// whoever resolves it, wherever it is kept and how often, the room's dedupe table
// lets it happen once; and a master that is asked for the write itself again
// finds that it has been resolved.
func (o Origin) Resolver() ClientID {
	h := xxhash.New()
	var number [8]byte
	id := ClientID{}
	for half := range 2 {
		_, _ = h.WriteString("orphan")
		_, _ = h.Write([]byte{byte(half)})
		_, _ = h.Write(o.Client[:])
		binary.BigEndian.PutUint64(number[:], o.Seq)
		_, _ = h.Write(number[:])
		binary.BigEndian.PutUint64(id[8*half:], h.Sum64())
	}
	return id
}

// Origin returns the origin of the write that resolves.
func (r Resolution) Origin() Origin {
	return Origin{Client: Origin{Client: r.Client, Seq: r.Seq}.Resolver(), Seq: 1}
}

// Writes returns the changes that somebody asked for: all, without the one of
// [Resolution.Change]. The slice is part of e.
func (e Entry) Writes() []Change {
	if _, ok := e.Resolves(); ok {
		return e.Changes[:len(e.Changes)-1]
	}
	return e.Changes
}

// Resolution returns what resolves o: itself, or the orphan that it was to
// resolve before it was cut. A replay that was rolled back is the same write as
// the next replay of that orphan.
func (o Orphan) Resolution() Resolution {
	if r, ok := o.Entry.Resolves(); ok {
		return r
	}
	return Resolution{Orphan: o.Entry.Position, Client: o.Entry.Origin.Client, Seq: o.Entry.Origin.Seq}
}
