package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func (n *Node) onReceived(in Received) {
	if in.Conn != n.lobby.conn || !n.lobby.connected {
		return
	}
	n.lobby.heardAt = n.now
	// The relay's own frames name no sender. One that does comes from a peer: it
	// was passed on unread.
	if in.Head.From.IsZero() && n.onRelayFrame(in.Frame) {
		return
	}
	if !n.lobby.welcome {
		n.refuse(in.Head.From, in.Frame, fmt.Errorf("%T before the relay's welcome", in.Frame))
		return
	}
	if n.onMasterFrame(in.Head, in.Frame) || n.onReplicaFrame(in.Head, in.Frame) {
		return
	}
	if f, ok := in.Frame.(frame.Elect); ok {
		n.onElect(in.Head.From, f)
		return
	}
	if n.serve(in.Head.From, in.Frame) || n.onAnswer(in.Head.From, in.Frame) {
		return
	}
	n.refuse(in.Head.From, in.Frame, fmt.Errorf("a node has no use for %T", in.Frame))
}

// onRelayFrame acts on what the relay says, and reports whether f was that.
func (n *Node) onRelayFrame(f frame.Frame) bool {
	switch f := f.(type) {
	case frame.Welcome:
		n.onWelcome(f)
	case frame.Refused:
		n.onRefused(f)
	case frame.Joined:
		n.onJoined(f)
	case frame.Left:
		n.onLeft(f)
	case frame.Changed:
		n.onChanged(f)
	case frame.Waiting:
		n.lobby.waiting = f
	case frame.Ping:
		// At once, whatever waits for the disk: this is about the loop.
		n.out.do(Send{Head: frame.Head{From: n.id()}, Frame: frame.Pong(f)})
	case frame.Answer:
		n.onAnswered(f)
	default:
		return false
	}
	return true
}

// onMasterFrame acts on what a master says to copies.
func (n *Node) onMasterFrame(head frame.Head, f frame.Frame) bool {
	switch f := f.(type) {
	case frame.Seal:
		n.onSeal(head, f)
	case frame.Fetch:
		n.onFetch(head, f)
	case frame.Replicate:
		n.onReplicate(head, f)
	case frame.Chunk:
		n.onChunk(head, f)
	default:
		return false
	}
	return true
}

// onReplicaFrame acts on what copies say to their master.
func (n *Node) onReplicaFrame(head frame.Head, f frame.Frame) bool {
	switch f := f.(type) {
	case frame.Sealed:
		n.onSealed(head, f)
	case frame.Supply:
		n.onSupply(head, f)
	case frame.Ack:
		n.onAck(head, f)
	case frame.Behind:
		n.onBehind(head, f)
	case frame.ChunkAck:
		n.onChunkAck(head, f)
	case frame.Differs:
		n.onDiffers(head, f)
	default:
		return false
	}
	return true
}

// onAnswer passes a peer's answer to the application that asked.
func (n *Node) onAnswer(from journal.NodeID, f frame.Frame) bool {
	switch f.(type) {
	case frame.Written, frame.ReadReply, frame.Changes, frame.Report, frame.Verified, frame.Yielded, frame.OrphanList:
		if answer := n.outbox.answer(n.now, from, f); answer != nil {
			n.out.do(Replied{Frame: answer})
		}
		return true
	}
	return false
}

func (n *Node) onWelcome(f frame.Welcome) {
	if n.lobby.first && f.Register.IsInSyncAs(n.id(), n.copy.meta.Incarnation) {
		n.stop(fmt.Errorf("this copy was put back to an earlier state, or is a clone: %w", &frame.Failure{
			Code: frame.CodeOutdated,
			Text: fmt.Sprintf("%v was in sync as incarnation %d before this copy was started as that one", n.id(), n.copy.meta.Incarnation),
		}))
		return
	}
	n.lobby.onWelcome(n.now, f)
	n.noteRegister()
	if self, ok := n.lobby.member(n.id()); ok && self.Visible != n.cfg.Member.Visible {
		// It changed while the hello was on its way.
		n.send(frame.ToRelay(), frame.Appear{Visible: n.cfg.Member.Visible})
	}
}

func (n *Node) onRefused(f frame.Refused) {
	err := refusalError(f)
	if isForGood(f) {
		n.stop(err)
		return
	}
	// The relay closes the connection next; the host connects again.
	n.refuse(journal.NodeID{}, f, err)
}

func (n *Node) onJoined(f frame.Joined) {
	n.lobby.onJoined(n.now, f)
	if f.Again && f.Member.Node != n.id() {
		n.forgetPeer(f.Member.Node, "it has connected anew")
	}
	if m := n.mastership; m != nil && f.Member.HasCopy() && f.Member.Node != n.id() {
		n.meetCopy(f.Member)
	}
}

func (n *Node) onLeft(f frame.Left) {
	n.lobby.onLeft(n.now, f)
	n.forgetPeer(f.Node, "it has left the room")
}

// forgetPeer ends what hung on a peer's connection.
func (n *Node) forgetPeer(id journal.NodeID, why string) {
	n.dropFeed(id)
	n.watches.removeAsker(id)
	n.reads.keepIf(func(asker journal.NodeID) bool { return asker != id })
	n.answerAll(n.outbox.lose(func(to journal.NodeID) bool { return to == id }, why))
	if n.mastership != nil {
		n.missCopy(id)
	}
	if id == n.lobby.register.Epoch.Master {
		n.outbox.unsend()
	}
}

func (n *Node) onChanged(f frame.Changed) {
	before := n.lobby.register.Epoch
	n.lobby.onChanged(n.now, f)
	n.noteRegister()
	epoch := f.Register.Epoch
	if epoch != before {
		n.outbox.unsend()
		n.candidacy = candidacy{}
	}
	if m := n.mastership; m != nil && epoch != m.epoch {
		n.yieldedTo(epoch)
		n.endMastership(fmt.Sprintf("epoch %v is registered", epoch))
	}
	if epoch.Master == n.id() && f.Seated && epoch.Number > n.copy.meta.Accepted.Number {
		n.beginMastership(epoch)
	}
}

// noteRegister stores a newer register value before it is acted on.
func (n *Node) noteRegister() {
	if n.lobby.register.Compare(n.copy.meta.Register) > 0 {
		n.copy.meta.Register = n.lobby.register
		n.copy.saveMeta()
	}
}

// accept admits a frame of an epoch, or says why not. The first frame of a
// newer epoch ends whatever this node was in older ones; the epoch is stored
// before anything is said in it. A number is accepted once, for one master.
func (n *Node) accept(from journal.NodeID, epoch journal.Epoch) error {
	accepted := n.copy.meta.Accepted
	if epoch.Master != from {
		return fmt.Errorf("%v speaks for epoch %v, whose master is %v", from, epoch, epoch.Master)
	}
	if epoch == accepted {
		return nil
	}
	if epoch.Number <= accepted.Number {
		return fmt.Errorf("epoch %v is over, epoch %v of %v is accepted", epoch, accepted, accepted.Master)
	}
	n.enterEpoch(epoch)
	return nil
}

func (n *Node) enterEpoch(epoch journal.Epoch) {
	n.endMastership(fmt.Sprintf("epoch %v has begun", epoch))
	n.copy.meta.Accepted = epoch
	n.copy.saveMeta()
	n.replica = replica{}
	n.endFeeds()
}
