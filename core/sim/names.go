package sim

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/journal"
)

// names gives people's names to identities. A node that lost its copy comes
// back under a new NodeID and with a number behind its name: b, b2, b3.
type names struct {
	nodes map[journal.NodeID]string
	all   []journal.NodeID // of nodes and clients, in the order of their first start
}

func newNames() *names { return &names{nodes: map[journal.NodeID]string{}} }

// id makes the NodeID of the n-th life of a name; the first is 1. It is made
// of the name, so that it is the same in every run.
func (n *names) id(name string, life int) journal.NodeID {
	if life > 1 {
		name = fmt.Sprintf("%s%d", name, life)
	}
	var id journal.NodeID
	copy(id[:], name)
	n.nodes[id] = name
	n.all = append(n.all, id)
	return id
}

func (n *names) of(id journal.NodeID) string {
	if id.IsZero() {
		return "nobody"
	}
	if name, ok := n.nodes[id]; ok {
		return name
	}
	return id.String()
}
