package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// fetch is a claimant's work to bring its journal to that of one sealed copy.
// Everything comes from that copy alone: parts of two journals must not meet.
type fetch struct {
	nonce uint64
	from  journal.NodeID
	goal  journal.Position // the end of that copy's journal; it is sealed, so it stays
}

func (n *Node) onSealed(head frame.Head, f frame.Sealed) {
	p, err := n.speaks(head, f.Incarnation)
	if err != nil {
		n.refuse(head.From, f, err)
		return
	}
	m := n.mastership
	i, found := m.findSealed(p.node)
	if found || m.phase == phaseOpen {
		return
	}
	if err := n.checkSealed(p, f); err != nil {
		n.refuse(head.From, f, err)
	}
	answer := sealedCopy{node: p.node, last: f.Last, history: f.History}
	m.sealed = append(m.sealed[:i:i], append([]sealedCopy{answer}, m.sealed[i:]...)...)
}

// superviseOpening goes from the grant to the first write: seal, recover, open.
func (n *Node) superviseOpening() {
	m := n.mastership
	if n.now.Sub(m.since) >= openLimit {
		n.resign(fmt.Sprintf("it did not open within %v", openLimit))
		return
	}
	if n.lobby.register.Awaiting {
		if id := n.awaited(); !id.IsZero() {
			n.resign(fmt.Sprintf("the adopted in-sync list is not complete without %v", id))
			return
		}
	}
	if m.phase == phaseSealing {
		if !n.isSealed() {
			return
		}
		m.phase = phaseRecovering
	}
	if m.fetch == nil {
		n.recover()
	}
}

// awaited returns a node of an adopted list that is gone, or does not answer,
// before this mastership has everything that anybody in the list has; zero if
// there is none. It may be the only one that has all that was committed, so it
// can't be taken off the list.
func (n *Node) awaited() journal.NodeID {
	m := n.mastership
	for _, seat := range n.lobby.register.InSync {
		_, sealed := m.findSealed(seat.Node)
		late := m.phase == phaseRecovering || n.now.Sub(m.since) >= sealLimit
		if seat.Node != n.id() && (m.find(seat.Node) == nil || late && !sealed) {
			return seat.Node
		}
	}
	return journal.NodeID{}
}

// isSealed reports whether every in-sync copy has sealed the epoch or left the
// list, and the others present have or had their time.
func (n *Node) isSealed() bool {
	m := n.mastership
	for _, seat := range n.lobby.register.InSync {
		if _, ok := m.findSealed(seat.Node); !ok && seat.Node != n.id() {
			return n.giveUpSealing()
		}
	}
	return len(m.sealed) == len(m.progress) || n.now.Sub(m.since) >= sealOthersWait
}

// giveUpSealing resigns when the limit has passed and not one copy present has
// answered: then it is this node that nobody hears. It always reports false.
func (n *Node) giveUpSealing() bool {
	m := n.mastership
	if n.now.Sub(m.since) >= sealLimit && len(m.progress) > 0 && len(m.sealed) == 0 {
		n.resign(fmt.Sprintf("none of %d copies answered within %v", len(m.progress), sealLimit))
	}
	return false
}

// recover compares the ends of all sealed journals. If another one ends later
// its missing part is fetched; if none does, the mastership opens.
func (n *Node) recover() {
	m := n.mastership
	best, last := -1, n.copy.log.Last()
	for i, s := range m.sealed {
		order := s.last.Compare(last)
		if order > 0 || order == 0 && best >= 0 && m.sealed[best].refused {
			best, last = i, s.last
		}
	}
	if best < 0 {
		n.open()
		return
	}
	source := m.sealed[best]
	if source.refused {
		n.resign(fmt.Sprintf("%v can't supply what it sealed, up to %v, and no other copy has that", source.node, source.last))
		return
	}
	m.nonce++
	m.fetch = &fetch{nonce: m.nonce, from: source.node, goal: source.last}
	n.fetchAfter(n.copy.log.Common(source.history, source.last))
}

func (n *Node) fetchAfter(p journal.Position) {
	f := n.mastership.fetch
	n.send(frame.ToNode(f.from), frame.Fetch{Nonce: f.nonce, After: p})
}

// onSupply takes a part of the source's journal. Parts of another fetch, or
// after the epoch has begun, are too late: by then they could cut what counts.
func (n *Node) onSupply(head frame.Head, f frame.Supply) {
	m := n.mastership
	if m == nil || head.Epoch != m.epoch || m.fetch == nil || m.fetch.nonce != f.Nonce || m.fetch.from != head.From {
		n.refuse(head.From, f, fmt.Errorf("no fetch %d from %v is open", f.Nonce, head.From))
		return
	}
	if f.Refused {
		n.passOver(head.From, f)
		return
	}
	if !n.copy.log.Contains(f.Prev) {
		err := fmt.Errorf("%v no longer has what it sealed: the journals part before %v", head.From, f.Prev)
		n.refuse(head.From, f, err)
		n.resign(err.Error())
		return
	}
	if err := n.merge(f.Entries); err != nil {
		n.refuse(head.From, f, err)
		if !n.copy.log.Contains(f.Prev) {
			n.fetchAfter(journal.Position{}) // it has started over
			return
		}
		n.resign("its journal can't be brought to that of " + head.From.String())
		return
	}
	n.fetched()
}

// passOver goes on without a source that can't supply what this copy lacks: it
// no longer has it, or has it in no other form than a state that is known to be
// wrong. Another copy will do that ends at the same place, for equal ends mean
// equal journals. One that ends earlier will not: what this one has more may
// have been promised.
func (n *Node) passOver(source journal.NodeID, f frame.Supply) {
	m := n.mastership
	n.refuse(source, f, fmt.Errorf("%v can't supply what it sealed", source))
	m.fetch, n.install = nil, nil
	if i, found := m.findSealed(source); found {
		m.sealed[i].refused = true
	}
	n.recover()
}

// fetched asks for more, or ends the fetch.
func (n *Node) fetched() {
	m := n.mastership
	if n.copy.log.Contains(m.fetch.goal) {
		m.fetch = nil
		return
	}
	n.fetchAfter(n.copy.log.Last())
}

// open takes possession of the journal by the epoch start entry. Writes are
// taken from here on; nothing of older epochs counts as acknowledged before
// that entry does.
func (n *Node) open() {
	m := n.mastership
	m.phase = phaseOpen
	m.start = n.copy.log.Last().Index + 1
	n.watches.meet(m.start)
	n.setTime()
	n.copy.append(journal.Entry{
		Position: journal.Position{Epoch: m.epoch, Index: m.start},
		Time:     n.entryTime(),
	})
	for _, p := range m.progress {
		if i, ok := m.findSealed(p.node); ok {
			p.streamAfter(n.copy.log.Common(m.sealed[i].history, m.sealed[i].last).Index)
		}
	}
	m.sealed = nil
	early := m.early
	m.early = nil
	for _, a := range early {
		n.onWrite(a.from, a.write)
	}
}
