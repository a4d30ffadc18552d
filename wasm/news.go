//go:build js && wasm

package main

import (
	"context"
	"sync"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// Times of the news.
const (
	paceEvery    = 30 * time.Millisecond // positions alone are told at most this often
	pollEvery    = time.Second           // how often the other nodes are asked, while somebody looks
	stalledAfter = time.Second           // nothing new is committed for so long: not healthy
)

// news tells the page how its node and the others stand: changes of role and
// presence at once, positions now and then.
type news struct {
	post   func(object)
	stirs  chan struct{} // holds a token when there may be something to tell
	polls  chan struct{} // holds a token when the others are to be asked now
	health health

	mu      sync.Mutex
	wanted  bool // somebody looks at the members
	visible bool
	reports map[journal.NodeID]frame.Report

	// Only of run.
	told   core.Status
	toldAt time.Time
	names  map[journal.NodeID]string // everybody ever seen
}

func newNews(post func(object)) *news {
	return &news{
		post: post, stirs: make(chan struct{}, 1), polls: make(chan struct{}, 1),
		reports: map[journal.NodeID]frame.Report{}, names: map[journal.NodeID]string{},
	}
}

// wantMembers says whether the page looks at the members.
func (n *news) wantMembers(wanted bool) {
	n.mu.Lock()
	n.wanted = wanted
	n.mu.Unlock()
	signal(n.polls)
	signal(n.stirs)
}

// appear says whether the page is on screen.
func (n *news) appear(visible bool) {
	n.mu.Lock()
	n.visible = visible
	n.mu.Unlock()
	signal(n.polls)
}

func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// run tells the page until the node has ended.
func (n *news) run(node *host.Node) {
	stop := node.OnStatus(func(core.Status) { signal(n.stirs) })
	defer stop()
	go n.poll(node)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-n.stirs:
		case <-timer.C:
		case <-node.Done():
			return
		}
		if again := n.tell(node.State(), time.Now()); again > 0 {
			timer.Reset(again)
		}
	}
}

// tell posts what has changed, and returns after what time to be called again
// even if nothing happens; 0 for never.
func (n *news) tell(s core.Status, now time.Time) time.Duration {
	urgent := n.toldAt.IsZero() || isUrgent(s, n.told)
	if early := paceEvery - now.Sub(n.toldAt); early > 0 && !urgent {
		return early
	}
	if urgent {
		signal(n.polls)
	}
	n.told, n.toldAt = s, now
	for _, m := range s.Members {
		n.names[m.Node] = m.Name
	}
	n.mu.Lock()
	wanted, reports := n.wanted, n.reports
	n.mu.Unlock()
	color, again := n.health.judge(s, now)
	n.post(typed("status").object("status", statusOf(s, reports, color, n.names)))
	if wanted {
		n.post(putMembers(typed("members"), s, reports))
	}
	return again
}

// isUrgent reports whether more than positions has changed.
func isUrgent(a, b core.Status) bool {
	return a.Role != b.Role || a.Open != b.Open || a.Epoch != b.Epoch || a.Seated != b.Seated ||
		a.Connected != b.Connected || a.Register.Compare(b.Register) != 0 ||
		len(a.Members) != len(b.Members) || len(a.Members) > 0 && &a.Members[0] != &b.Members[0] ||
		len(a.Waiting.For) != len(b.Waiting.For)
}

// poll asks the other nodes how they stand, about once a second while somebody
// looks, and at once when presence or register change.
func (n *news) poll(node *host.Node) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-n.polls:
		case <-timer.C:
		case <-node.Done():
			return
		}
		n.mu.Lock()
		looked := n.wanted && n.visible
		n.mu.Unlock()
		if !looked {
			continue // until somebody looks
		}
		timer.Reset(pollEvery)
		// Bounded by what one node may take to answer.
		status, err := node.Status(context.Background())
		if err != nil {
			continue // no relay: the node says so in its own status
		}
		reports := map[journal.NodeID]frame.Report{}
		for _, each := range status.Nodes {
			if each.Err == nil {
				reports[each.Member.Node] = each.Report
			}
		}
		n.mu.Lock()
		n.reports = reports
		n.mu.Unlock()
		signal(n.stirs)
	}
}

// health judges by acknowledged positions: what is written but not committed
// for a while is not well, however many frames go to and fro.
type health struct {
	commit journal.Position
	since  time.Time // commit has not moved since then
}

// judge returns the colour, and after what time it may be another one although
// nothing happens.
func (h *health) judge(s core.Status, now time.Time) (string, time.Duration) {
	if s.Commit != h.commit || s.Commit.Index >= s.Last.Index {
		h.commit, h.since = s.Commit, now
	}
	behind := now.Sub(h.since)
	switch {
	case !s.Connected, len(s.Waiting.For) > 0, !s.Seated && len(s.Register.Barred(s.Members)) > 0:
		return "red", 0
	case s.Role != frame.RoleMaster && s.Role != frame.RoleReplica, !s.Register.IsInSync(s.Node):
		return "yellow", 0
	case behind >= stalledAfter:
		return "yellow", 0
	case s.Commit.Index < s.Last.Index:
		return "green", stalledAfter - behind
	}
	return "green", 0
}
