package core

import (
	"cmp"
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// arrival is a write that waits to be looked at.
type arrival struct {
	from     journal.NodeID
	write    frame.Write
	deadline journal.Instant
}

// onWrite takes a write of a peer or of this node's application.
func (n *Node) onWrite(from journal.NodeID, w frame.Write) {
	m := n.mastership
	if m == nil {
		n.reply(from, failed(w, n.notMaster()))
		return
	}
	if err := checkWrite(w); err != nil {
		n.reply(from, failed(w, err))
		return
	}
	if m.waiting.count+len(m.early) >= frame.PendingWritesMax {
		n.reply(from, failed(w, &frame.Failure{
			Code: frame.CodeBusy, Text: fmt.Sprintf("%d writes wait already, the limit", frame.PendingWritesMax),
		}))
		return
	}
	if m.phase != phaseOpen || m.handover != nil {
		m.early = append(m.early, arrival{from: from, write: w, deadline: n.now.Add(positive(w.Wait))})
		return
	}
	n.makeWrite(from, w)
}

func (n *Node) notMaster() *frame.Failure {
	text := "this node is not the master"
	if master := n.lobby.master(); !master.IsZero() && master != n.id() {
		text = fmt.Sprintf("this node is not the master, %v is", master)
	}
	return &frame.Failure{Code: frame.CodeNotMaster, Text: text}
}

// makeWrite makes one entry of a write, or answers why not. A write that was
// made already is not made again: it waits with the entry there is.
func (n *Node) makeWrite(from journal.NodeID, w frame.Write) {
	m := n.mastership
	origin := w.Origin
	w.Ack = n.lobby.register.Settings.AckOr(w.Ack)
	switch kept, seen := n.copy.state.Lookup(origin.Client, origin.Seq); seen {
	case keyspace.SeenKept:
		n.await(from, w, kept.Position, kept.Results)
		return
	case keyspace.SeenForgotten, keyspace.SeenBelow:
		n.reply(from, failed(w, &frame.Failure{
			Code: frame.CodeOutcomeUnknown, Text: "this write was answered before",
		}))
		return
	case keyspace.SeenNot:
	}
	if failure := checkResolved(n.copy.state, w); failure != nil {
		n.reply(from, failed(w, failure))
		return
	}
	if evicted := n.copy.state.Evicted(); w.Retry && evicted > w.Known {
		n.reply(from, failed(w, &frame.Failure{
			Code: frame.CodeOutcomeUnknown, Text: "the room no longer remembers this client's writes",
		}))
		return
	}
	if have := len(n.replicas()); n.isShort(w.Ack, have) {
		if !w.Degrade {
			n.reply(from, failed(w, &frame.Failure{
				Code: frame.CodeNotEnoughReplicas, Text: n.shortage(w.Ack, have),
			}))
			return
		}
		w.Ack = journal.Ack(have)
	}
	now := n.entryTime()
	changes, results, failure := evaluate(n.copy.state, now, w)
	if failure == nil && isResolution(w) {
		failure = cmp.Or(checkRetried(n.copy.state, w), checkForgotten(n.copy.state, n.copy.log.History(), w))
	}
	if failure != nil {
		n.reply(from, failed(w, failure))
		return
	}
	e := journal.Entry{
		Position: journal.Position{Epoch: m.epoch, Index: n.copy.log.Last().Index + 1},
		Time:     now,
		Ack:      w.Ack,
		Origin:   origin,
		Changes:  changes,
		Results:  results,
	}
	n.copy.append(e)
	n.await(from, w, e.Position, results)
}

// await makes the answer to a write wait for its Ack condition. What an older
// epoch wrote counts only together with this epoch's start.
func (n *Node) await(from journal.NodeID, w frame.Write, p journal.Position, results []int64) {
	m := n.mastership
	m.waiting.add(waitingWrite{
		asker: from, origin: w.Origin, ack: w.Ack, degrade: w.Degrade,
		position: p, needs: max(p.Index, m.start), results: results,
		deadline: n.now.Add(positive(w.Wait)),
	})
}

// answerWrites answers the writes whose Ack condition is met, and those whose
// time is over: a write that is in the journal has no failure, only an unknown
// outcome.
func (n *Node) answerWrites() {
	m := n.mastership
	replicas := n.replicas()
	n.makeDo(len(replicas))
	for _, q := range m.waiting.queues {
		for _, w := range q.takeUpTo(n.ackedIndex(q.ack)) {
			m.waiting.count--
			receipt := n.receipt(w, replicas)
			n.noteAnswered(w)
			n.reply(w.asker, w.written(receipt, nil))
		}
	}
	if m.waiting.mayExpire(n.now) {
		for _, w := range m.waiting.expired(n.now) {
			n.reply(w.asker, w.written(frame.Receipt{}, &frame.Failure{
				Code: frame.CodeOutcomeUnknown, Position: w.position, Text: n.shortfall(w),
			}))
		}
	}
}

// ackedIndex is the index up to which an Ack condition is met.
func (n *Node) ackedIndex(ack journal.Ack) journal.Index {
	switch {
	case ack == journal.AckAsync:
		return n.copy.durable.Index
	case ack == journal.AckAll:
		// Who is being added or removed counts for the commit mark, but not among
		// those that the room wants to have it at least.
		others := n.lobby.register.Settings.MinInSyncOrDefault() - 1
		return min(n.copy.state.Committed().Index, n.reachedBy(others))
	}
	return n.reachedBy(int(ack))
}

func (n *Node) shortfall(w waitingWrite) string {
	text := fmt.Sprintf("written at %v, but ack %v was not reached in time", w.position, w.ack)
	if have := len(n.replicas()); n.isShort(w.ack, have) {
		text += ": " + n.shortage(w.ack, have)
	}
	return text
}

// receipt counts the in-sync copies that are known to have the write.
func (n *Node) receipt(w waitingWrite, replicas []journal.NodeID) frame.Receipt {
	r := frame.Receipt{Position: w.position, Ack: w.ack, Copies: 1}
	if n.cfg.Member.Durable {
		r.Durable = 1
	}
	for _, id := range replicas {
		p := n.mastership.find(id)
		if p == nil || p.match < w.needs {
			continue
		}
		r.Copies++
		if p.durable {
			r.Durable++
		}
	}
	return r
}
