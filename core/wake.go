package core

import (
	"fmt"
	"time"

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

// alarm finds the earliest moment at which the clock alone gives something to do.
type alarm struct {
	now journal.Instant
	at  journal.Instant // the earliest found; 0 for none
}

// add counts a moment in; 0 is none. A moment that has come already is left
// out: what was due then and is not done waits for something else.
func (a *alarm) add(at journal.Instant) {
	if at > a.now {
		a.at = sooner(a.at, at)
	}
}

// sooner returns the earlier of two moments, where 0 is never.
func sooner(a, b journal.Instant) journal.Instant {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}

// askToBeWoken asks for the earliest moment at which the clock alone would give
// this node something to do.
func (n *Node) askToBeWoken() {
	if n.ended {
		return
	}
	a := alarm{now: n.now}
	a.add(n.lobby.silentAt())
	a.add(n.candidacy.again)
	n.outbox.addAlarms(&a)
	a.add(n.reads.soon)
	if n.strandedAt != 0 {
		a.add(n.strandedAt.Add(strandedLimit))
	}
	if n.mastership != nil {
		a.add(n.expiresAt())
		n.mastership.addAlarms(&a, n.lagLimit())
	}
	if n.departure != nil {
		a.add(n.departure.deadline)
	}
	// An alarm that rings too soon costs less than one that is moved each step.
	if a.at != 0 && (n.wakeAt == 0 || a.at < n.wakeAt) {
		n.wakeAt = a.at
		n.out.do(WakeAt{At: a.at})
	}
}

// addAlarms adds the moments at which the mastership has something to do.
func (m *mastership) addAlarms(a *alarm, lagLimit time.Duration) {
	a.add(m.waiting.soon)
	for _, e := range m.early {
		a.add(e.deadline)
	}
	if m.phase != phaseOpen {
		a.add(m.since.Add(sealOthersWait))
		a.add(m.since.Add(sealLimit))
		a.add(m.since.Add(openLimit))
		return
	}
	a.add(m.heartbeatAt.Add(heartbeatEvery))
	for _, p := range m.progress {
		a.add(p.lagsAt(lagLimit))
		a.add(p.keptUpAt(lagLimit))
	}
	for _, r := range m.relapses {
		a.add(r.until)
	}
	if m.handover != nil {
		a.add(m.handover.deadline)
	}
}

func (n *Node) compact() {
	if n.differs {
		return // what it would store is wrong, and what it would forget is needed to mend it
	}
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
	n.copy.compactStorage()
}
