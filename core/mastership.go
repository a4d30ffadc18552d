package core

import (
	"fmt"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Times of a mastership.
const (
	sealOthersWait = 50 * time.Millisecond // for present nodes that are not in sync
	sealLimit      = 2 * time.Second       // for in-sync nodes that answer pings but not Seal
	openLimit      = 10 * time.Second      // from claim to open
	heartbeatEvery = time.Second
	diskLimit      = 5 * time.Second // for entries to become durable here, while there is somebody to follow
)

// phase is how far a mastership has come.
type phase uint8

const (
	phaseSealing    phase = iota // asks every copy to seal the epoch
	phaseRecovering              // fetches what a sealed copy has and this one has not
	phaseOpen                    // takes writes
)

// mastership is what a node has while it is master, from the grant to the end.
// It never outlives the connection on which it was granted.
type mastership struct {
	epoch journal.Epoch
	since journal.Instant
	phase phase
	start journal.Index // of the epoch start entry; 0 before open

	sealed []sealedCopy // answers to Seal, by NodeID
	fetch  *fetch       // nil unless recovering
	nonce  uint64       // of the newest fetch

	ahead  time.Duration // the room's logical time before this node's clock, not below 0
	expiry expiry

	progress    []*progress // every other copy present, by NodeID
	vouched     []*vouched  // every durable copy there has been, by NodeID
	relapses    []*relapse  // every copy whose state differed, by when it first did
	amend       *amendment  // on its way to the relay; nil if none
	heartbeatAt journal.Instant

	durable journal.Index   // how far this journal was durable at the last step
	stuckAt journal.Instant // since when it is no further, with more to come; 0 for not

	early    []arrival // writes that wait for open, or for a handover to fail
	waiting  ackQueues
	reads    latestReads
	handover *handover // nil unless handing over
}

// beginMastership takes the grant of an epoch. Nothing is acknowledged before
// every in-sync copy has sealed it or is off the list.
func (n *Node) beginMastership(epoch journal.Epoch) {
	if n.differs && n.firstInSuccession().IsZero() {
		n.stopDiffering()
		return
	}
	n.enterEpoch(epoch)
	n.mastership = &mastership{epoch: epoch, since: n.now}
	if n.differs {
		n.resign("the state of this copy differs from what its master said")
		return
	}
	n.send(frame.ToCopies(), frame.Seal{})
	for _, member := range n.lobby.members {
		if member.HasCopy() && member.Node != n.id() {
			n.mastership.addProgress(member, n.now)
		}
	}
}

// endMastership answers everything that waits and makes the node a replica. A
// write that waits may be in the journal of the next master or not: only the
// next master can say, so its outcome is unknown.
func (n *Node) endMastership(reason string) {
	m := n.mastership
	if m == nil {
		return
	}
	n.mastership = nil
	n.endFeeds()
	text := "the mastership of epoch " + m.epoch.String() + " has ended: " + reason
	for _, w := range m.waiting.all() {
		n.reply(w.asker, w.written(frame.Receipt{}, &frame.Failure{
			Code: frame.CodeOutcomeUnknown, Position: w.position, Text: text,
		}))
	}
	elsewhere := &frame.Failure{Code: frame.CodeNotMaster, Text: text}
	for _, a := range m.early {
		n.reply(a.from, failed(a.write, elsewhere))
	}
	for _, r := range m.reads.all() {
		n.reply(r.asker, failed(r.read, elsewhere))
	}
	if h := m.handover; h != nil {
		n.answerYield(h, journal.Epoch{}, elsewhere)
	}
}

// resign gives up a mastership that does not come off, for the benefit of the
// first in succession.
func (n *Node) resign(reason string) {
	n.send(frame.ToRelay(), frame.Handover{
		Request: n.lobby.nextRequest(), Version: n.lobby.register.Version, Epoch: n.mastership.epoch,
	})
	if n.departure != nil {
		n.endMastership(reason)
		return
	}
	n.abdicate(reason)
}

// abdicate ends a mastership that the relay may still believe in. The seat
// hangs on the connection, so the connection goes too; else the room would wait
// for a master that is none.
func (n *Node) abdicate(reason string) {
	n.endMastership(reason)
	n.dropConnection(reason)
	n.candidacy.notBefore = n.now.Add(claimAgainAfter)
}

// superviseMastership does at the end of a step what the step made possible.
func (n *Node) superviseMastership() {
	m := n.mastership
	if m.phase != phaseOpen {
		n.superviseOpening()
	}
	if n.mastership == nil {
		return
	}
	n.amendInSync()
	if m.phase != phaseOpen {
		return
	}
	if n.isDiskStuck() {
		n.resign(fmt.Sprintf("nothing has become durable here for %v", diskLimit))
		return
	}
	if n.copy.isMetaStored() {
		n.advanceCommit() // by the register's list, which must be stored before
		if n.settles() {
			n.amendInSync()
		}
	}
	n.progressHandover()
	n.expireKeys()
	n.replicate()
	n.answerWrites()
	n.answerReads()
}

// isDiskStuck reports whether this node's own disk holds up every write while
// another node could be master.
func (n *Node) isDiskStuck() bool {
	m := n.mastership
	durable := n.copy.durable.Index
	switch {
	case durable == n.copy.log.Last().Index:
		m.stuckAt = 0
	case m.stuckAt == 0 || durable > m.durable:
		m.stuckAt = n.now
	}
	m.durable = durable
	return m.stuckAt != 0 && n.now.Sub(m.stuckAt) >= diskLimit && !n.firstInSuccession().IsZero()
}

// meetCopy gets to know a copy that has joined the room, or come back.
func (n *Node) meetCopy(member register.Member) {
	m := n.mastership
	if p := m.find(member.Node); p != nil {
		if p.incarnation == member.Incarnation {
			return // it only appeared or disappeared from the screen
		}
		m.dropProgress(member.Node)
	}
	m.addProgress(member, n.now)
	if m.phase != phaseOpen {
		n.send(frame.ToNode(member.Node), frame.Seal{})
	}
}

// missCopy drops what is known of a copy whose connection is gone. It stays in
// the in-sync list, and counts, until the register says otherwise.
func (n *Node) missCopy(id journal.NodeID) {
	m := n.mastership
	m.dropProgress(id)
	m.sealed = slices.DeleteFunc(m.sealed, func(s sealedCopy) bool { return s.node == id })
	if m.fetch != nil && m.fetch.from == id {
		m.fetch, n.install = nil, nil
	}
}

func (m *mastership) find(id journal.NodeID) *progress {
	i, found := m.search(id)
	if !found {
		return nil
	}
	return m.progress[i]
}

func (m *mastership) search(id journal.NodeID) (int, bool) {
	return slices.BinarySearchFunc(m.progress, id, func(p *progress, id journal.NodeID) int {
		return p.node.Compare(id)
	})
}

func (m *mastership) addProgress(member register.Member, now journal.Instant) {
	i, found := m.search(member.Node)
	if found {
		return
	}
	p := &progress{
		node: member.Node, incarnation: member.Incarnation, durable: member.Durable,
		vouched: m.vouchedBy(member), asking: true, goalAt: now,
	}
	m.progress = slices.Insert(m.progress, i, p)
}

func (m *mastership) dropProgress(id journal.NodeID) {
	if i, found := m.search(id); found {
		m.progress = slices.Delete(m.progress, i, i+1)
	}
}

// speaks returns the progress of a copy that answered in this mastership, or
// says why the answer does not count.
func (n *Node) speaks(head frame.Head, incarnation journal.Incarnation) (*progress, error) {
	m := n.mastership
	if m == nil || head.Epoch != m.epoch {
		return nil, fmt.Errorf("this node is not the master of epoch %v", head.Epoch)
	}
	p := m.find(head.From)
	if p == nil {
		return nil, fmt.Errorf("%v is not present", head.From)
	}
	if p.incarnation != incarnation {
		return nil, fmt.Errorf("%v is present as incarnation %d, not %d", head.From, p.incarnation, incarnation)
	}
	if n.lobby.register.Outdates(register.Member{Node: p.node, Incarnation: p.incarnation}) {
		return nil, fmt.Errorf("incarnation %d of %v is older than the one that is in sync", p.incarnation, p.node)
	}
	return p, nil
}

// sealedCopy is a copy's answer to Seal.
type sealedCopy struct {
	node    journal.NodeID
	last    journal.Position
	history journal.History
	refused bool // it can't supply what this copy lacks: see passOver
}

func (m *mastership) findSealed(id journal.NodeID) (int, bool) {
	return slices.BinarySearchFunc(m.sealed, id, func(s sealedCopy, id journal.NodeID) int {
		return s.node.Compare(id)
	})
}
