package core

import (
	"fmt"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// feed is a snapshot on its way to one copy, part by part: the next part leaves
// when the last one was taken. The snapshot is a copy-on-write copy of the
// committed state, so writes never wait for it.
type feed struct {
	to       journal.NodeID
	nonce    uint64 // of the Fetch it answers; 0 from a master to a replica
	snapshot *keyspace.Snapshot
	history  journal.History
	parts    []keyspace.Cursor // where the parts begin that are known so far
	movedAt  journal.Instant   // when the copy last took a part
}

// feedLimit is how long a copy may take for one part of a snapshot.
const feedLimit = 30 * time.Second

// reviveFeeds asks copies anew that have stopped to take their snapshot: a part
// may have been damaged on the way.
func (n *Node) reviveFeeds() {
	for _, f := range slices.Clone(n.feeds) {
		p := n.mastership.find(f.to)
		if p != nil && n.now.Sub(f.movedAt) >= feedLimit {
			n.dropFeed(f.to)
			p.state, p.asking = probing, true
		}
	}
}

// startFeed begins a snapshot for a copy. Copies that need one at the same time
// share it; and one that was broken off is begun again from the same snapshot,
// of which its copy may have most.
func (n *Node) startFeed(to journal.NodeID, nonce uint64) {
	n.startFeedAt(to, nonce, n.copy.log.Base().Index)
}

// startFeedAt is startFeed with a snapshot that is not older than an index.
func (n *Node) startFeedAt(to journal.NodeID, nonce uint64, base journal.Index) {
	n.dropFeed(to)
	f := &feed{to: to, nonce: nonce, movedAt: n.now}
	i := slices.IndexFunc(n.feeds, func(other *feed) bool { return other.snapshot.At().Index >= base })
	switch old := n.brokenOff; {
	case i >= 0:
		f.snapshot, f.history, f.parts = n.feeds[i].snapshot, n.feeds[i].history, slices.Clip(n.feeds[i].parts)
	case old != nil && old.snapshot.At().Index >= base:
		f.snapshot, f.history, f.parts = old.snapshot, old.history, old.parts
	default:
		f.snapshot = n.copy.state.Snapshot()
		f.history = n.copy.log.HistoryUpTo(f.snapshot.At().Index)
		f.parts = []keyspace.Cursor{{}}
	}
	n.brokenOff = nil
	n.feeds = append(n.feeds, f)
	n.sendPart(f, 0)
}

// dropFeed breaks the feed of a copy off, if there is one.
func (n *Node) dropFeed(to journal.NodeID) {
	if i := slices.IndexFunc(n.feeds, func(f *feed) bool { return f.to == to }); i >= 0 {
		n.brokenOff = n.feeds[i]
		n.feeds = slices.Delete(n.feeds, i, i+1)
	}
}

// endFeeds breaks all feeds off for good.
func (n *Node) endFeeds() { n.feeds, n.brokenOff = nil, nil }

func (n *Node) hasFeed(to journal.NodeID) bool {
	return slices.ContainsFunc(n.feeds, func(f *feed) bool { return f.to == to })
}

// feedIsDone ends the feed of a copy that has acknowledged what it brings, and
// reports whether it did.
func (n *Node) feedIsDone(to journal.NodeID, match journal.Position) bool {
	i := slices.IndexFunc(n.feeds, func(f *feed) bool { return f.to == to })
	if i < 0 || match.Index < n.feeds[i].snapshot.At().Index {
		return false
	}
	n.feeds, n.brokenOff = slices.Delete(n.feeds, i, i+1), nil
	return true
}

// sendPart sends the part with a number. Where parts begin follows from the
// content alone, so that any copy of the same snapshot can go on with it.
func (n *Node) sendPart(f *feed, number uint32) {
	for uint32(len(f.parts)) <= number {
		_, next, done := f.snapshot.Part(f.parts[len(f.parts)-1], frame.ChunkMaxBytes)
		if done {
			return
		}
		f.parts = append(f.parts, next)
	}
	part, next, done := f.snapshot.Part(f.parts[number], frame.ChunkMaxBytes)
	chunk := frame.Chunk{
		Nonce: f.nonce, At: f.snapshot.At(), Number: number,
		Items: part.Items, Clients: part.Clients, Sum: keyspace.SumPart(part), Done: done,
	}
	if done {
		chunk.Time, chunk.Hash = f.snapshot.Time(), f.snapshot.Hash()
		chunk.Evicted = part.Evicted
		chunk.History = f.history
		chunk.Commit = f.snapshot.At().Index
	} else if int(number)+1 == len(f.parts) {
		f.parts = append(f.parts, next)
	}
	n.send(frame.ToNode(f.to), chunk)
}

func (n *Node) onChunkAck(head frame.Head, f frame.ChunkAck) {
	i := slices.IndexFunc(n.feeds, func(x *feed) bool {
		return x.to == head.From && x.nonce == f.Nonce && x.snapshot.At() == f.At
	})
	if i < 0 || head.Epoch != n.copy.meta.Accepted {
		n.refuse(head.From, f, fmt.Errorf("no snapshot at %v is on its way to %v", f.At, head.From))
		return
	}
	n.feeds[i].movedAt = n.now
	n.sendPart(n.feeds[i], f.Number+1)
}
