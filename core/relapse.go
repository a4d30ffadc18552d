package core

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// The pauses before a copy whose state has differed again gets its next snapshot,
// or a place in the in-sync list: the first one, and the longest. After ten of
// the longest without a difference they begin anew.
const (
	relapsePauseMin = time.Second
	relapsePauseMax = time.Minute
	relapseForgets  = 10 * relapsePauseMax
)

// relapse is what a master knows of a copy whose state has differed, over all
// its connections. A disk or a memory that changes what it holds does so again:
// without a pause the copy would be sent snapshot after snapshot, and come into
// the in-sync list and leave it, for ever.
type relapse struct {
	node  journal.NodeID
	at    journal.Instant // when it differed last
	pause time.Duration   // 0 for the first time
	until journal.Instant // the pause ends
}

// relapsed notes that a copy's state differs. The first time is followed by no
// pause.
func (m *mastership) relapsed(id journal.NodeID, now journal.Instant) {
	i := slices.IndexFunc(m.relapses, func(r *relapse) bool { return r.node == id })
	if i < 0 {
		m.relapses = append(m.relapses, &relapse{node: id, at: now})
		return
	}
	r := m.relapses[i]
	if now.Sub(r.at) >= relapseForgets {
		r.pause = 0
	} else {
		r.pause = min(max(2*r.pause, relapsePauseMin), relapsePauseMax)
	}
	r.at, r.until = now, now.Add(r.pause)
}

// restsUntil is the end of a copy's pause; 0 for none.
func (m *mastership) restsUntil(id journal.NodeID) journal.Instant {
	for _, r := range m.relapses {
		if r.node == id {
			return r.until
		}
	}
	return 0
}
