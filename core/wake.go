package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/journal"
)

// keepTime does what is due by the clock alone: nothing here is ever needed for
// safety, and all of it may happen late.
func (n *Node) keepTime() {
	if n.lobby.isSilent(n.now) {
		n.dropConnection(fmt.Sprintf("the relay has been silent for %v", n.now.Sub(n.lobby.heardAt)))
	}
	if n.outbox.mayExpire(n.now) {
		n.answerAll(n.outbox.expire(n.now))
	}
	if m := n.mastership; m != nil && len(m.early) > 0 {
		n.expireEarly(m)
	}
}

// expireEarly answers the writes that waited too long for the mastership to open.
func (n *Node) expireEarly(m *mastership) {
	kept := m.early[:0]
	for _, a := range m.early {
		if a.deadline > n.now {
			kept = append(kept, a)
			continue
		}
		failure := n.notMaster()
		failure.Text = "the mastership is not open yet"
		n.reply(a.from, failed(a.write, failure))
	}
	m.early = kept
}

// askToBeWoken asks for the earliest moment at which the clock alone would give
// this node something to do.
func (n *Node) askToBeWoken() {
	if n.ended {
		return
	}
	at := sooner(n.lobby.silentAt(), n.outbox.wakeAt())
	at = sooner(at, n.candidacy.again)
	if m := n.mastership; m != nil {
		at = sooner(at, m.wakeAt())
	}
	if n.departure != nil {
		at = sooner(at, n.departure.deadline)
	}
	// An alarm that rings too soon costs less than one that is moved each step.
	if at != 0 && (n.wakeAt == 0 || at < n.wakeAt) {
		n.wakeAt = at
		n.out.do(WakeAt{At: at})
	}
}

// wakeAt is the next moment the mastership has something to do.
func (m *mastership) wakeAt() journal.Instant {
	at := m.waiting.soon
	for _, a := range m.early {
		at = sooner(at, a.deadline)
	}
	switch m.phase {
	case phaseSealing, phaseRecovering:
		for _, limit := range []journal.Instant{
			m.since.Add(sealOthersWait), m.since.Add(sealLimit), m.since.Add(openLimit),
		} {
			if limit > m.seenAt {
				at = sooner(at, limit)
			}
		}
	case phaseOpen:
		at = sooner(at, m.heartbeatAt.Add(heartbeatEvery))
		for _, p := range m.progress {
			at = sooner(at, p.lagsAt())
		}
		if m.handover != nil && m.handover.request == 0 {
			at = sooner(at, m.handover.deadline)
		}
	}
	return at
}

func (n *Node) compact() {
	keepFrom := n.copy.state.Committed().Index
	if m := n.mastership; m != nil {
		for _, p := range m.progress {
			if p.state == streaming {
				keepFrom = min(keepFrom, p.match)
			}
		}
	}
	for _, f := range n.feeds {
		keepFrom = min(keepFrom, f.snapshot.At().Index)
	}
	n.copy.compact(keepFrom)
}
