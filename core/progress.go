package core

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// progressState is how a master sends to a replica.
type progressState uint8

const (
	probing   progressState = iota // it is not known where the replica stands
	streaming                      // entries from next on are sent as they come
	snapshot                       // a snapshot is on its way
)

// String returns the word people see in status.
func (s progressState) String() string {
	switch s {
	case probing:
		return "probing"
	case streaming:
		return "streaming"
	case snapshot:
		return "snapshot"
	}
	return "unknown"
}

// progress is what a master knows of one copy in this epoch, for one connection
// and incarnation of it. Anything older is forgotten with them: a copy that
// came back may have come back with less.
type progress struct {
	node        journal.NodeID
	incarnation journal.Incarnation
	durable     bool // its storage survives a restart

	state  progressState
	match  journal.Index // acknowledged: checked against this journal and durable there
	next   journal.Index // the next entry to send, while streaming
	told   journal.Index // the newest commit mark it was told
	asking bool          // it is to be asked where it stands

	vouched *vouched // what it has acknowledged over all its connections; nil for a copy in memory
	forgot  bool     // less than that is there now: it leaves the in-sync list

	flights      []flight // sent and not acknowledged, oldest first
	flightsBytes int

	// goal is where the journal ended when the copy last had all of it, or when
	// it began; reached says it got there. goalAt is when goal was set.
	goal    journal.Index
	goalAt  journal.Instant
	reached bool

	// lagged says that it was taken off the in-sync list because it lagged, and
	// keptUpSince from when on it has kept up without a break; 0 for not.
	lagged      bool
	keptUpSince journal.Instant

	// differsAt is where its state was found to be another one than this copy's;
	// 0 for not. Once that is committed it gets a snapshot.
	differsAt journal.Index
}

// flight is one Replicate on its way.
type flight struct {
	last  journal.Index
	bytes int
}

// streamAfter begins to send the entries behind an index.
func (p *progress) streamAfter(i journal.Index) {
	p.state, p.next = streaming, max(i, p.match)+1
	p.flights, p.flightsBytes = nil, 0
}

// hasRoom reports whether the window lets another frame out.
func (p *progress) hasRoom() bool { return p.flightsBytes < frame.WindowMaxBytes }

func (p *progress) sent(entries []journal.Entry) {
	bytes := 0
	for _, e := range entries {
		bytes += e.SizeBytes()
	}
	last := entries[len(entries)-1].Position.Index
	p.next = last + 1
	p.flights = append(p.flights, flight{last: last, bytes: bytes})
	p.flightsBytes += bytes
}

// acked notes a match; limit is the room's lag-limit. It never falls: within one incarnation a copy does not
// forget what it vouched for.
func (p *progress) acked(match, last journal.Index, now journal.Instant, limit time.Duration) {
	slow := p.match < p.goal && now.Sub(p.goalAt) >= limit/2
	p.match = max(p.match, match)
	if p.vouched != nil {
		p.vouched.match = max(p.vouched.match, match)
	}
	for len(p.flights) > 0 && p.flights[0].last <= p.match {
		p.flightsBytes -= p.flights[0].bytes
		p.flights = p.flights[1:]
	}
	if p.goal > 0 && p.match >= p.goal {
		p.reached = true
		if slow || p.keptUpSince == 0 {
			p.keptUpSince = now
		}
		if last > p.goal {
			p.goal, p.goalAt = last, now
		}
	}
}

// aim notes that the journal now ends at last.
func (p *progress) aim(last journal.Index, now journal.Instant) {
	if p.goal == 0 || (p.match >= p.goal && last > p.goal) {
		p.goal, p.goalAt = last, now
	}
}

// lags reports whether the copy has not had the whole journal for too long.
func (p *progress) lags(now journal.Instant, limit time.Duration) bool {
	return p.match < p.goal && now.Sub(p.goalAt) >= limit
}

// provingMax is the longest time a copy that lagged has to keep up: where a room
// allows an hour of lag, nobody waits an hour for a second copy.
const provingMax = 10 * time.Second

// hasKeptUp reports whether a copy that lagged has kept up for as long as it may
// lag, or [provingMax]: else one at the edge would come and go all the time. Whatever is in the
// journal at a moment it has had within half of that.
func (p *progress) hasKeptUp(now journal.Instant, limit time.Duration) bool {
	return !p.lagged ||
		p.keptUpSince != 0 && now.Sub(p.keptUpSince) >= min(limit, provingMax) && !p.lags(now, limit/2)
}

// keptUpAt is the moment hasKeptUp may become true, or 0.
func (p *progress) keptUpAt(limit time.Duration) journal.Instant {
	if !p.lagged || p.keptUpSince == 0 {
		return 0
	}
	return p.keptUpSince.Add(min(limit, provingMax))
}

func (n *Node) lagLimit() time.Duration { return n.lobby.register.Settings.LagLimitOrDefault() }

// lagsAt is the moment lags may become true, or 0.
func (p *progress) lagsAt(limit time.Duration) journal.Instant {
	if p.match >= p.goal {
		return 0
	}
	return p.goalAt.Add(limit)
}

func (n *Node) onAck(head frame.Head, f frame.Ack) {
	p, err := n.speaks(head, f.Incarnation)
	if err == nil && n.mastership.phase != phaseOpen {
		err = fmt.Errorf("epoch %v is not open yet", head.Epoch)
	}
	if err == nil && !n.copy.log.Contains(f.Match) {
		err = fmt.Errorf("%v is not in the journal, which ends at %v", f.Match, n.copy.log.Last())
	}
	if err != nil {
		n.refuse(head.From, f, err)
		return
	}
	p.differsAt = 0
	p.acked(f.Match.Index, n.copy.log.Last().Index, n.now, n.lagLimit())
	switch {
	case p.state == snapshot && n.feedIsDone(p.node, f.Match) && f.Match.Index < n.copy.log.Base().Index:
		// The journal went on without it: ask anew.
		p.state, p.asking = probing, true
	case p.state == snapshot && n.hasFeed(p.node):
	case p.state != streaming:
		p.streamAfter(f.Match.Index)
	}
}

// onBehind finds where the replica's journal and this one part, and sends from
// there on: entries while they are at hand, else a snapshot.
func (n *Node) onBehind(head frame.Head, f frame.Behind) {
	p, err := n.speaks(head, f.Incarnation)
	if err == nil && n.mastership.phase != phaseOpen {
		err = fmt.Errorf("epoch %v is not open yet", head.Epoch)
	}
	if err != nil {
		n.refuse(head.From, f, err)
		return
	}
	common := n.copy.log.Common(f.History, f.Last)
	if err := p.checkForgotten(common); err != nil {
		n.refuse(head.From, f, err) // it says so again
		return
	}
	if max(common.Index, p.match) >= n.copy.log.Base().Index {
		p.streamAfter(common.Index)
		return
	}
	p.state = snapshot
	n.startFeed(p.node, 0)
}

// replicate sends every streaming copy what it lacks, as far as its window
// allows, and the commit mark. Copies at the same place share one frame.
func (n *Node) replicate() {
	m := n.mastership
	last := n.copy.log.Last().Index
	beat := n.now.Sub(m.heartbeatAt) >= heartbeatEvery
	if beat {
		m.heartbeatAt = n.now
	}
	n.reviveFeeds()
	n.remakeCopies()
	for _, p := range m.progress {
		p.aim(last, n.now)
		p.asking = p.asking || beat
	}
	n.streamEntries(last)
	n.tellCommit()
}

func (n *Node) streamEntries(last journal.Index) {
	m := n.mastership
	for {
		next, group := m.nextGroup(func(p *progress) bool {
			return p.state == streaming && p.next <= last && p.hasRoom()
		})
		if len(group) == 0 {
			return
		}
		entries, ok := n.copy.log.After(next-1, frame.ReplicateMaxBytes)
		if !ok {
			for _, p := range group {
				p.state = snapshot
				n.startFeed(p.node, 0)
			}
			continue
		}
		n.multicast(group, frame.Replicate{Prev: n.copy.log.At(next - 1), Entries: entries})
		for _, p := range group {
			p.sent(entries)
		}
	}
}

// tellCommit sends the commit mark to streaming copies that do not have it, and
// asks where they stand those of which it is not known; on a heartbeat everybody
// is asked.
func (n *Node) tellCommit() {
	m := n.mastership
	commit := n.copy.state.Committed().Index
	for {
		next, group := m.nextGroup(func(p *progress) bool {
			return p.state == streaming && (p.told < commit || p.asking)
		})
		if len(group) == 0 {
			break
		}
		n.multicast(group, frame.Replicate{Prev: n.copy.log.At(next - 1)})
	}
	var lost []*progress
	for _, p := range m.progress {
		if p.state == probing && p.asking {
			lost = append(lost, p)
		}
	}
	if len(lost) > 0 {
		n.multicast(lost, frame.Replicate{Prev: n.copy.log.Last()})
	}
}

// nextGroup returns the copies that want the same next entry, the earliest one
// first.
func (m *mastership) nextGroup(wanted func(*progress) bool) (journal.Index, []*progress) {
	var next journal.Index
	var group []*progress
	for _, p := range m.progress {
		switch {
		case !wanted(p):
		case len(group) == 0 || p.next < next:
			next, group = p.next, []*progress{p}
		case p.next == next:
			group = append(group, p)
		}
	}
	return next, group
}

// multicast sends one frame to a group of copies, with the commit mark.
func (n *Node) multicast(group []*progress, f frame.Replicate) {
	f.Commit = n.copy.state.Committed().Index
	if newest(f) == n.copy.log.Last() {
		f.Hash = n.copy.state.Hash()
	}
	for _, p := range group {
		p.told, p.asking = f.Commit, false
	}
	if len(group) == len(n.mastership.progress) {
		n.send(frame.ToCopies(), f)
		return
	}
	ids := make([]journal.NodeID, len(group))
	for i, p := range group {
		ids[i] = p.node
	}
	n.send(frame.ToNodes(ids), f)
}
