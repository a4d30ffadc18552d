package core

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// drainLimit is how long a master that leaves waits for its successor.
const drainLimit = time.Second

// handover is a planned change of master on its way: writes wait, the
// successor gets the rest of the journal, then the relay is asked.
type handover struct {
	successor journal.NodeID
	asker     journal.NodeID // who gets the Yielded; zero for nobody
	id        uint64
	deadline  journal.Instant
	request   uint64           // 0 until the relay is asked
	version   register.Version // with request: the value it was asked to change
}

// onYield begins a handover at a peer's or the application's request.
func (n *Node) onYield(from journal.NodeID, f frame.Yield) {
	m := n.mastership
	if m == nil || m.phase != phaseOpen {
		n.reply(from, failed(f, n.notMaster()))
		return
	}
	if m.handover != nil {
		n.reply(from, failed(f, &frame.Failure{Code: frame.CodeBusy, Text: "a handover is on its way already"}))
		return
	}
	successor := f.Successor
	if successor == n.id() {
		n.reply(from, frame.Yielded{ID: f.ID, Epoch: m.epoch})
		return
	}
	if successor.IsZero() {
		successor = n.firstInSuccession()
	}
	if failure := n.cannotFollow(successor); failure != nil {
		n.reply(from, failed(f, failure))
		return
	}
	m.handover = &handover{
		successor: successor, asker: from, id: f.ID, deadline: n.now.Add(positive(f.Wait)),
	}
}

// firstInSuccession returns who follows, or the zero NodeID.
func (n *Node) firstInSuccession() journal.NodeID {
	order := n.lobby.register.Heirs(n.lobby.members, n.id())
	if len(order) == 0 {
		return journal.NodeID{}
	}
	return order[0]
}

// cannotFollow says why a node can't be handed the mastership, or nil.
func (n *Node) cannotFollow(id journal.NodeID) *frame.Failure {
	member, present := n.lobby.member(id)
	switch {
	case id.IsZero():
		return &frame.Failure{Code: frame.CodeNotEnoughReplicas, Text: "no other node is in sync"}
	case !present:
		return &frame.Failure{Code: frame.CodeGone, Text: fmt.Sprintf("%v is not in the room", id)}
	case !member.Candidate:
		return &frame.Failure{Code: frame.CodeNotAllowed, Text: fmt.Sprintf("%v is not a candidate", id)}
	case !n.lobby.register.Settings.Admits(member):
		return &frame.Failure{Code: frame.CodeNotAllowed, Text: fmt.Sprintf("%v has its copy in memory only, and the room takes none of those", id)}
	case !n.lobby.register.IsInSync(id) || n.mastership.amend.removes(id):
		return &frame.Failure{Code: frame.CodeNotInSync, Text: fmt.Sprintf("%v is not in sync", id)}
	}
	return nil
}

// progressHandover asks the relay once the successor has everything. A
// handover that can't be asked for in time is off, and writes go on.
func (n *Node) progressHandover() {
	m := n.mastership
	h := m.handover
	if h == nil || h.request != 0 {
		return
	}
	if failure := n.cannotFollow(h.successor); failure != nil {
		n.callOff(failure)
		return
	}
	if n.now >= h.deadline {
		n.callOff(&frame.Failure{
			Code: frame.CodeTimeout, Text: fmt.Sprintf("%v did not catch up in time", h.successor),
		})
		return
	}
	p := m.find(h.successor)
	if p == nil || p.match < n.copy.log.Last().Index || m.amend != nil {
		return
	}
	h.request, h.version = n.lobby.nextRequest(), n.lobby.register.Version
	n.send(frame.ToRelay(), frame.Handover{
		Request: h.request, Version: n.lobby.register.Version, Epoch: m.epoch, Successor: h.successor,
	})
}

// callOff ends a handover that was not granted; writes go on.
func (n *Node) callOff(failure *frame.Failure) {
	m := n.mastership
	h := m.handover
	m.handover = nil
	n.answerYield(h, journal.Epoch{}, failure)
	early := m.early
	m.early = nil
	for _, a := range early {
		n.onWrite(a.from, a.write)
	}
}

// onHandoverAnswered takes the relay's refusal. A grant came before, as
// Changed, and has ended the mastership.
func (n *Node) onHandoverAnswered(f frame.Answer) {
	switch {
	case f.Code == frame.CodeOK:
	case f.Code == frame.CodeGone, f.Code == frame.CodeNotInSync, f.Code == frame.CodeNotAllowed:
		n.callOff(&frame.Failure{Code: f.Code, Text: f.Text})
	case n.isOvertaken(f, n.mastership.handover.version):
		n.mastership.handover.request = 0
	default:
		n.abdicate("the relay refused the handover: " + f.Text)
	}
}

// yieldedTo answers the handover that a newer epoch has carried out.
func (n *Node) yieldedTo(epoch journal.Epoch) {
	m := n.mastership
	if h := m.handover; h != nil && epoch.Master == h.successor {
		m.handover = nil
		n.answerYield(h, epoch, nil)
	}
}

func (n *Node) answerYield(h *handover, epoch journal.Epoch, failure *frame.Failure) {
	if !h.asker.IsZero() {
		n.reply(h.asker, frame.Yielded{ID: h.id, Epoch: epoch, Failure: failure})
	}
}

// departure is a leave on its way.
type departure struct {
	deadline journal.Instant
}

// onLeave hands over what this node is master of, and goes.
func (n *Node) onLeave(in Leave) {
	if n.departure == nil {
		n.departure = &departure{deadline: n.now.Add(drainLimit)}
	}
	m := n.mastership
	if in.Now {
		if m != nil {
			n.resign("this node leaves")
		}
		n.departure.deadline = n.now
		return
	}
	if m != nil && m.phase == phaseOpen && m.handover == nil && n.cannotFollow(n.firstInSuccession()) == nil {
		m.handover = &handover{successor: n.firstInSuccession(), deadline: n.departure.deadline}
	}
}

// progressDeparture says goodbye once nothing is left to hand over, or its time
// is up.
func (n *Node) progressDeparture() {
	d := n.departure
	if d == nil || n.ended {
		return
	}
	// A frame that waits for the disk would never leave: the goodbye itself
	// does behind the register value that a handover has just brought.
	handing := n.mastership != nil && n.mastership.handover != nil
	holding := !n.copy.isMetaStored() || len(n.out.held) > 0
	if (handing || holding) && n.now < d.deadline {
		return
	}
	if n.mastership != nil {
		n.resign("this node leaves")
	}
	n.send(frame.ToRelay(), frame.Goodbye{})
	n.answerAll(n.outbox.abandon("this node leaves"))
	n.answerAll(n.errands.abandon("this node leaves"))
	n.out.do(Gone{})
	n.ended = true
}
