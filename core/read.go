package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// latestReads are the linearizable reads of a master. A read takes the end of
// the journal when it comes, is confirmed by the relay after it came, and is
// answered once that end is committed. Reads that come while a confirmation is
// on its way share the next one.
type latestReads struct {
	arrived   []latestRead // wait for the next confirmation
	confirm   uint64       // the confirmation on its way; 0 if none
	asked     []latestRead // wait for that confirmation
	confirmed []latestRead // wait for the commit mark
}

type latestRead struct {
	asker journal.NodeID
	read  frame.Read
	index journal.Index // must be committed
}

func (l *latestReads) count() int { return len(l.arrived) + len(l.asked) + len(l.confirmed) }

func (l *latestReads) all() []latestRead {
	return append(append(append([]latestRead(nil), l.confirmed...), l.asked...), l.arrived...)
}

// onRead answers from this copy, at once or once it covers what the reader has
// seen, or takes a latest read if this is the master.
func (n *Node) onRead(from journal.NodeID, r frame.Read) {
	if r.Level != frame.LevelLatest {
		if !n.answerRead(from, r) {
			n.waitToRead(from, r)
		}
		return
	}
	if n.mastership == nil {
		n.reply(from, failed(r, n.notMaster()))
		return
	}
	reads := &n.mastership.reads
	if reads.count() >= frame.PendingWritesMax {
		n.reply(from, failed(r, &frame.Failure{
			Code: frame.CodeBusy, Text: fmt.Sprintf("%d reads wait already, the limit", frame.PendingWritesMax),
		}))
		return
	}
	reads.arrived = append(reads.arrived, latestRead{asker: from, read: r})
}

// answerReads moves the latest reads on. Before the mastership is open they
// wait: the journal may not be whole yet.
func (n *Node) answerReads() {
	m := n.mastership
	reads := &m.reads
	if reads.confirm == 0 && len(reads.arrived) > 0 {
		last := n.copy.log.Last().Index
		for i := range reads.arrived {
			reads.arrived[i].index = last
		}
		reads.confirm = n.lobby.nextRequest()
		reads.asked, reads.arrived = reads.arrived, nil
		n.send(frame.ToRelay(), frame.Confirm{Request: reads.confirm, Epoch: m.epoch})
	}
	committed := n.copy.state.Committed().Index
	kept := reads.confirmed[:0]
	for _, r := range reads.confirmed {
		if r.index > committed || n.copy.loaded.unsure {
			kept = append(kept, r)
			continue
		}
		r.read.Level = frame.LevelCommitted
		if !n.answerRead(r.asker, r.read) {
			n.waitToRead(r.asker, r.read) // for what the reader has seen
		}
	}
	reads.confirmed = kept
}

// onConfirmed takes the relay's word on who is master.
func (n *Node) onConfirmed(f frame.Answer) {
	reads := &n.mastership.reads
	if f.Code != frame.CodeOK {
		n.abdicate("the relay does not confirm it: " + f.Text)
		return
	}
	reads.confirm = 0
	reads.confirmed = append(reads.confirmed, reads.asked...)
	reads.asked = nil
}

// readCopy answers a read from this copy as it is.
func (n *Node) readCopy(r frame.Read) frame.ReadReply {
	state := n.copy.state
	reply := frame.ReadReply{ID: r.ID, Position: state.Applied()}
	get, scan := state.Get, state.Scan
	if r.Level == frame.LevelCommitted {
		reply.Position = state.Committed()
		get, scan = state.GetCommitted, state.ScanCommitted
	}
	take := func(item journal.Item) {
		reply.Dirty = reply.Dirty || (r.Level != frame.LevelCommitted && state.IsDirty(item.Key))
		if r.Bare {
			item.Value = nil
		}
		reply.Items = append(reply.Items, item)
	}
	if r.Exact {
		if item, found := get(r.Key); found {
			take(item)
		} else {
			reply.Dirty = r.Level != frame.LevelCommitted && state.IsDirty(r.Key)
		}
		return reply
	}
	limit := int(r.Limit)
	if limit == 0 || limit > frame.ScanMaxItems {
		limit = frame.ScanMaxItems
	}
	size := 0
	scan(r.Key, r.After, func(item journal.Item) bool {
		size += len(item.Key) + len(item.Value)
		if len(reply.Items) == limit || (len(reply.Items) > 0 && size > frame.ReplyMaxBytes) {
			reply.More = true
			return false
		}
		take(item)
		return true
	})
	return reply
}
