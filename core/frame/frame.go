package frame

import (
	"github.com/understudy-dev/understudy/core/journal"
)

// Frame is one message. Frames are immutable once sent: a simulator hands the
// same value to several receivers.
//
//sumtype:decl
type Frame interface{ frame() }

// Head is the part of an envelope the relay reads. It forwards the payload
// unread.
type Head struct {
	To   To
	From journal.NodeID // the sender; the relay closes a connection that lies about it

	// Epoch is the mastership the sender speaks in or under. The relay drops
	// Replicate frames of an epoch older than its register's.
	Epoch journal.Epoch
}

// To is where a frame goes. The zero To is the relay itself.
type To struct {
	Group Group
	Nodes []journal.NodeID // for GroupNodes: 1 to 1,000 of them
}

// Group is a kind of destination.
type Group uint8

// GroupCopies is every connected node with a copy of the room, except the
// sender; clients get nothing.
const (
	GroupRelay  Group = 0
	GroupNodes  Group = 1
	GroupCopies Group = 2
)

// ToRelay addresses the relay.
func ToRelay() To { return To{} }

// ToNode addresses one node or client.
func ToNode(id journal.NodeID) To {
	return To{Group: GroupNodes, Nodes: []journal.NodeID{id}}
}

// ToNodes addresses the listed nodes; the slice must not change afterwards.
func ToNodes(ids []journal.NodeID) To { return To{Group: GroupNodes, Nodes: ids} }

// ToCopies addresses every other node with a copy.
func ToCopies() To { return To{Group: GroupCopies} }
