package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// install is a snapshot being received. It outlives the connection: a sender of
// a snapshot at the same position goes on where the last one stopped.
type install struct {
	at      journal.Position
	builder *keyspace.Builder
	next    uint32 // the part wanted next
}

// onChunk takes one part of a snapshot, from the master this copy follows or,
// during recovery, from the copy this claimant fetches from.
func (n *Node) onChunk(head frame.Head, f frame.Chunk) {
	if err := n.mayInstall(head, f); err != nil {
		n.refuse(head.From, f, err)
		return
	}
	if n.copy.log.Contains(f.At) && !n.differs {
		n.installed(head.From, f.At)
		return
	}
	if n.install == nil || n.install.at != f.At {
		n.install = &install{at: f.At, builder: keyspace.NewBuilder(f.At)}
	}
	in := n.install
	if f.Number > in.next {
		n.refuse(head.From, f, fmt.Errorf("part %d of the snapshot at %v came before part %d", f.Number, f.At, in.next))
		return
	}
	if f.Number == in.next {
		if err := in.take(f); err != nil {
			n.install = nil
			n.refuse(head.From, f, err)
			return
		}
		if f.Done {
			n.finishInstall(head.From, f)
			return
		}
	}
	n.send(frame.ToNode(head.From), frame.ChunkAck{
		Incarnation: n.copy.meta.Incarnation, Nonce: f.Nonce, At: f.At, Number: in.next - 1,
	})
}

func (n *Node) mayInstall(head frame.Head, f frame.Chunk) error {
	if m := n.mastership; m != nil && head.Epoch == m.epoch {
		if m.fetch == nil || m.fetch.nonce != f.Nonce || m.fetch.from != head.From {
			return fmt.Errorf("no fetch %d from %v is open", f.Nonce, head.From)
		}
		return nil
	}
	if f.Nonce != 0 {
		return fmt.Errorf("no fetch %d is open", f.Nonce)
	}
	return n.accept(head.From, head.Epoch)
}

func (in *install) take(f frame.Chunk) error {
	part := keyspace.Part{Items: f.Items, Clients: f.Clients, Evicted: f.Evicted}
	if sum := keyspace.SumPart(part); sum != f.Sum {
		return fmt.Errorf("part %d of the snapshot at %v has checksum %016x, not %016x", f.Number, f.At, sum, f.Sum)
	}
	if err := in.builder.Add(part); err != nil {
		return fmt.Errorf("part %d of the snapshot at %v: %w", f.Number, f.At, err)
	}
	in.next++
	return nil
}

func (n *Node) finishInstall(from journal.NodeID, f frame.Chunk) {
	in := n.install
	n.install = nil
	s, err := in.builder.Finish(f.Time, f.Hash)
	if err != nil {
		n.refuse(from, f, fmt.Errorf("snapshot at %v: %w", f.At, err))
		return
	}
	if n.differs && n.copy.rebuild(s) {
		n.remade(from, f.At)
		return
	}
	err = n.copy.reset(s, f.History, n.wasAnswered)
	if n.startOver(err) {
		err = n.copy.reset(s, f.History, n.wasAnswered)
	}
	if err != nil {
		n.refuse(from, f, err)
		return
	}
	n.remade(from, f.At)
}

// remade goes on with a state that came from a snapshot.
func (n *Node) remade(from journal.NodeID, at journal.Position) {
	n.differs = false
	n.breakWatches()
	n.installed(from, at)
}

// installed goes on behind the snapshot.
func (n *Node) installed(from journal.NodeID, at journal.Position) {
	if n.mastership != nil {
		n.fetched()
		return
	}
	n.matched(at)
	n.replica.owing = true
	n.replica.behindAt, n.replica.differAt = 0, 0
}
