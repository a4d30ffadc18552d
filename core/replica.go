package core

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// repeatBehindAfter is the pause before a replica that still lacks entries
// says so again.
const repeatBehindAfter = time.Second

// replica is how this copy stands with the master of the accepted epoch.
type replica struct {
	match    journal.Position // the last entry checked against the master's journal
	acked    journal.Position // the newest match the master was told
	owing    bool             // the master asked where this copy stands
	caughtUp bool             // match has reached the master's commit mark once
	behindAt journal.Instant  // when Behind was sent for the present gap; 0 for none
	differAt journal.Instant  // when Differs was sent; 0 for not
}

// disconnect forgets what the master was told: the next connection is new to it.
func (r *replica) disconnect() {
	r.acked, r.owing, r.caughtUp, r.behindAt, r.differAt = journal.Position{}, false, false, 0, 0
}

// onSeal stores the epoch and promises to refuse every older one. The answer
// vouches for the whole journal, so it waits until all of it is durable.
func (n *Node) onSeal(head frame.Head, f frame.Seal) {
	if err := n.accept(head.From, head.Epoch); err != nil {
		n.refuse(head.From, f, err)
		return
	}
	n.sendAfter(n.copy.pendingSeq(), frame.ToNode(head.From), frame.Sealed{
		Incarnation: n.copy.meta.Incarnation,
		Last:        n.copy.log.Last(),
		History:     n.copy.log.History(),
	})
}

// onFetch gives a claimant the part of this journal that it lacks.
func (n *Node) onFetch(head frame.Head, f frame.Fetch) {
	if err := n.accept(head.From, head.Epoch); err != nil {
		n.refuse(head.From, f, err)
		return
	}
	last := n.copy.log.Last()
	if !n.copy.log.Contains(f.After) {
		n.send(frame.ToNode(head.From), frame.Supply{Nonce: f.Nonce, Last: last, Refused: true})
		return
	}
	entries, ok := n.copy.log.After(f.After.Index, frame.ReplicateMaxBytes)
	switch {
	case !ok && n.differs:
		// The journal is right, but a snapshot would make a wrong state the room's.
		n.send(frame.ToNode(head.From), frame.Supply{Nonce: f.Nonce, Last: last, Refused: true})
		return
	case !ok:
		n.startFeed(head.From, f.Nonce)
		return
	}
	n.send(frame.ToNode(head.From), frame.Supply{Nonce: f.Nonce, Prev: f.After, Entries: entries, Last: last})
}

// onReplicate takes entries from the master. Only what was compared with the
// master's journal counts as matched; this copy's own end says nothing.
func (n *Node) onReplicate(head frame.Head, f frame.Replicate) {
	if err := n.accept(head.From, head.Epoch); err != nil {
		n.refuse(head.From, f, err)
		return
	}
	if n.mastership != nil {
		n.refuse(head.From, f, fmt.Errorf("this node is the master of epoch %v", head.Epoch))
		return
	}
	n.strandedAt = 0
	n.watches.meet(f.Commit)
	n.endFeeds() // the master has recovered what it needed
	if !n.copy.log.Contains(f.Prev) {
		n.sayBehind(head.From, f)
		return
	}
	if err := n.merge(f.Entries); err != nil {
		n.refuse(head.From, f, err)
		if !n.copy.log.Contains(f.Prev) {
			n.sayBehind(head.From, f)
		}
		return
	}
	n.replica.behindAt = 0
	n.matched(f.Prev)
	n.matched(newest(f))
	n.compareState(head.From, f)
	// Without entries and without news it is a question where this copy stands.
	isQuestion := len(f.Entries) == 0 && f.Commit <= n.copy.state.Committed().Index
	n.replica.owing = n.replica.owing || isQuestion
	n.commitTo(min(f.Commit, n.replica.match.Index))
	n.replica.caughtUp = !n.differs && (n.replica.caughtUp || f.Commit <= n.replica.match.Index)
}

// merge brings a peer's entries, which follow one of this journal's, into it.
func (n *Node) merge(entries []journal.Entry) error {
	err := n.copy.merge(entries, n.wasAnswered)
	if n.startOver(err) {
		err = n.copy.merge(entries, n.wasAnswered)
	}
	return err
}

// startOver takes back what is committed in this copy but was lost to the room:
// the register records a later mastership that began without any complete copy.
// It reports whether it did; err is why a peer's journal could not be taken.
func (n *Node) startOver(err error) bool {
	var parted *committedError
	if !errors.As(err, &parted) || !n.hasLost(n.copy.state.Committed()) {
		return false
	}
	n.copy.startOver(parted.common, n.wasAnswered)
	n.install = nil
	n.replica.match, n.replica.behindAt = journal.Position{}, 0
	n.breakWatches()
	return true
}

// hasLost reports whether the room began anew without a copy that was known to
// hold p.
func (n *Node) hasLost(p journal.Position) bool {
	return slices.ContainsFunc(n.lobby.register.Losses, func(l register.Loss) bool {
		return l.Epoch.Compare(p.Epoch) > 0
	})
}

func (n *Node) matched(p journal.Position) {
	if p.Index > n.replica.match.Index {
		n.replica.match = p
	}
}

// sayBehind tells the master where this journal ends, once per gap.
func (n *Node) sayBehind(master journal.NodeID, f frame.Replicate) {
	if n.replica.behindAt != 0 && n.now.Sub(n.replica.behindAt) < repeatBehindAfter {
		return
	}
	n.replica.behindAt = n.now
	last := n.copy.log.Last()
	if len(f.Entries) > 0 {
		n.refuse(master, f, fmt.Errorf("entries follow %v, but the log ends at %v", f.Prev, last))
	}
	n.send(frame.ToNode(master), frame.Behind{
		Incarnation: n.copy.meta.Incarnation, Last: last, History: n.copy.log.History(),
	})
}

// acknowledge tells the master what is both matched and durable.
func (n *Node) acknowledge() {
	r := &n.replica
	if n.mastership != nil || !n.lobby.welcome || n.differs {
		return
	}
	match := r.match
	if durable := n.copy.durable; durable.Index < match.Index {
		match = durable
	}
	if match == r.acked && !r.owing {
		return
	}
	r.acked, r.owing = match, false
	n.send(frame.ToNode(n.copy.meta.Accepted.Master), frame.Ack{
		Incarnation: n.copy.meta.Incarnation, Match: match,
	})
}

// commitTo advances the commit mark and tells the watchers.
func (n *Node) commitTo(index journal.Index) {
	committed := n.copy.commit(index)
	if len(committed) > 0 {
		n.publish(committed)
	}
	n.answered.forgetUpTo(n.copy.state.Committed().Index)
}

// wasAnswered reports whether this node, as master, answered the write of an
// entry that is about to be cut.
func (n *Node) wasAnswered(e journal.Entry) bool {
	return n.answered.contains(e, n.id())
}
