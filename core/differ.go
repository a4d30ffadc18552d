package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// DifferError says that two copies have made different states of the same
// entries: a disk or a memory that changes what it holds, or a mistake in this
// program. Which of them is wrong can't be told from two. The replica's is made
// anew by the master's, because the next writes follow from that one.
type DifferError struct {
	Node  journal.NodeID // whose copy is not like this one
	At    journal.Position
	There uint64 // the state hash of that copy at At
	Here  uint64 // of this copy; 0 where it has gone on since
}

// Error names the copy, the place and the hashes.
func (e *DifferError) Error() string {
	if e.Here == 0 {
		return fmt.Sprintf("the state of %v at %v is not the one of this copy: its hash is %016x", e.Node, e.At, e.There)
	}
	return fmt.Sprintf("the state of %v at %v is not the one of this copy: its hash is %016x, and here %016x",
		e.Node, e.At, e.There, e.Here)
}

// newest is the position up to which a Replicate goes.
func newest(f frame.Replicate) journal.Position {
	if n := len(f.Entries); n > 0 {
		return f.Entries[n-1].Position
	}
	return f.Prev
}

// compareState compares this copy's state with the master's, where both are at
// the same position. As long as they differ this copy acknowledges nothing,
// answers no reads, stores no snapshot and asks for no mastership: its journal is
// good, but what it has made of it is not.
func (n *Node) compareState(master journal.NodeID, f frame.Replicate) {
	at := newest(f)
	if f.Hash == 0 || n.copy.state.Applied() != at {
		return
	}
	here := n.copy.state.Hash()
	if here == f.Hash {
		n.differs = false // there may be another master now
		return
	}
	if !n.differs {
		n.differs = true
		n.alarm(&DifferError{Node: master, At: at, There: f.Hash, Here: here})
	}
	r := &n.replica
	if r.differAt != 0 && n.now.Sub(r.differAt) < repeatBehindAfter {
		return
	}
	r.differAt = n.now
	n.send(frame.ToNode(master), frame.Differs{Incarnation: n.copy.meta.Incarnation, At: at, Hash: here})
}

func (n *Node) alarm(err error) {
	n.differed++
	n.out.do(Alarm{Err: err})
}

// onDiffers takes a copy with another state off the in-sync list, and sends it
// this one.
func (n *Node) onDiffers(head frame.Head, f frame.Differs) {
	p, err := n.speaks(head, f.Incarnation)
	if err == nil && n.mastership.phase != phaseOpen {
		err = fmt.Errorf("epoch %v is not open yet", head.Epoch)
	}
	if err == nil && !n.copy.log.Contains(f.At) {
		err = fmt.Errorf("%v is not in the journal, which ends at %v", f.At, n.copy.log.Last())
	}
	if err != nil {
		n.refuse(head.From, f, err)
		return
	}
	if p.differsAt == 0 {
		differ := &DifferError{Node: p.node, At: f.At, There: f.Hash}
		if f.At == n.copy.state.Applied() {
			differ.Here = n.copy.state.Hash()
		}
		n.alarm(differ)
		p.forget()
		n.mastership.relapsed(p.node, n.now)
	}
	if p.differsAt == 0 || !n.hasFeed(p.node) {
		p.differsAt, p.state = f.At.Index, probing
	}
}

// remakeCopies sends this copy's state to those that have another one. It waits
// until the place where they were compared is committed, for which such a copy
// is no longer needed once it is off the list: so the snapshot is not older than
// what that copy has stored.
func (n *Node) remakeCopies() {
	commit := n.copy.state.Committed().Index
	for _, p := range n.mastership.progress {
		if p.differsAt != 0 && p.state == probing && commit >= p.differsAt && n.now >= n.mastership.restsUntil(p.node) {
			p.state = snapshot
			n.startFeedAt(p.node, 0, commit)
		}
	}
}

// rebuild replaces the state by a snapshot of it and what the entries behind
// make of that. The journal, and with it all that this copy has promised, stays
// as it is. It reports false where the two do not join.
func (c *localCopy) rebuild(s *keyspace.Snapshot) bool {
	at, committed := s.At(), c.state.Committed().Index
	behind, ok := c.log.Between(at.Index, c.log.Last().Index)
	if !ok || !c.log.Contains(at) || at.Index < c.storedAt {
		return false
	}
	c.state = s.State()
	for _, e := range behind {
		c.state.Apply(e)
	}
	c.state.Commit(committed)
	c.loaded.learn(c.state.Committed(), c)
	c.saveSnapshot(false)
	return true
}
