package journal

import (
	"cmp"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"
)

// NodeID names a copy that has never forgotten anything it acknowledged: 16
// random bytes, made and saved together with the storage. Storage that may have
// forgotten gets a new one. The zero NodeID names nobody.
//
// A client, which has no copy, is addressed by a NodeID too; it lives as long
// as the client.
type NodeID [16]byte

// shortLen is how many base32 characters of a NodeID people see.
const shortLen = 8

var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// String returns the 8 characters people see; use [NodeID.Full] where the
// identity must survive the trip.
func (id NodeID) String() string { return id.Full()[:shortLen] }

// Full returns all 26 base32 characters.
func (id NodeID) Full() string { return idText.EncodeToString(id[:]) }

// IsZero reports whether id names nobody.
func (id NodeID) IsZero() bool { return id == NodeID{} }

// Compare orders ids by their bytes.
func (id NodeID) Compare(other NodeID) int {
	return strings.Compare(string(id[:]), string(other[:]))
}

// ParseNodeID reads the 26 characters of [NodeID.Full], in either case.
func ParseNodeID(text string) (NodeID, error) {
	raw, err := idText.DecodeString(strings.ToLower(text))
	if err != nil || len(raw) != len(NodeID{}) {
		return NodeID{}, fmt.Errorf("%q is not a node id of 26 base32 characters", text)
	}
	return NodeID(raw), nil
}

// ClientID names one writer for exactly-once retries: 16 random bytes, new for
// every start of a process or tab. With a sequence number it names one write
// for ever. The zero ClientID belongs to the entries a master writes for itself.
type ClientID [16]byte

// String returns the first 8 base32 characters.
func (id ClientID) String() string { return NodeID(id).String() }

// IsZero reports whether id names no client.
func (id ClientID) IsZero() bool { return id == ClientID{} }

// Incarnation counts the starts of one NodeID: saved and raised at every start,
// and whenever a page or process wakes from a sleep too long to trust. The
// first is 1.
type Incarnation uint64

// EpochNumber orders masterships. The register grants each number once.
type EpochNumber uint64

// Epoch is a ballot: a number and the node it was granted to. Two relays that
// grant the same number make two different epochs. The zero Epoch is before
// the first mastership.
type Epoch struct {
	Number EpochNumber
	Master NodeID
}

// IsZero reports whether e is before the first mastership.
func (e Epoch) IsZero() bool { return e == Epoch{} }

// Compare orders epochs by number, then by master.
func (e Epoch) Compare(other Epoch) int {
	return cmp.Or(cmp.Compare(e.Number, other.Number), e.Master.Compare(other.Master))
}

// String returns the number alone, as people see it.
func (e Epoch) String() string { return strconv.FormatUint(uint64(e.Number), 10) }

// Index counts entries from 1, without gaps. 0 is before the first entry.
type Index uint64

// Position names one entry and, with it, everything before that entry: two
// logs that hold the same Position are equal up to it. The zero Position is the
// place before the first entry.
type Position struct {
	Epoch Epoch // the mastership that wrote the entry
	Index Index // 1 for the first entry of the journal
}

// IsZero reports whether p is the place before the first entry.
func (p Position) IsZero() bool { return p == Position{} }

// Compare orders positions by epoch, then by index. A longer log of an older
// epoch is the smaller one: its tail was never agreed.
func (p Position) Compare(q Position) int {
	return cmp.Or(p.Epoch.Compare(q.Epoch), cmp.Compare(p.Index, q.Index))
}

// String returns EPOCH/INDEX, and 0 for the zero Position. The epoch's master
// is left out: a receipt names it beside the position.
func (p Position) String() string {
	if p.IsZero() {
		return "0"
	}
	return fmt.Sprintf("%d/%d", p.Epoch.Number, p.Index)
}
