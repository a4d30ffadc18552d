package sim

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// writerOf is the client that a request of this user belongs to.
func (u *user) writerOf(f frame.Frame) journal.ClientID {
	if w, ok := f.(frame.Write); ok && !w.Origin.Client.IsZero() {
		return w.Origin.Client // of an orphan
	}
	return u.client
}

// resolveSome replays or discards orphans that a node has listed: some more than
// once, and while another user does the same.
func (u *user) resolveSome(orphans []journal.Orphan) {
	for _, o := range orphans {
		for range pick(u.chance, 0, 1, 1, 2) {
			u.w.after(u.chance.between(0, 300*time.Millisecond), streamWork, func() { u.resolve(o) })
		}
	}
}

func (u *user) resolve(o journal.Orphan) {
	if u.w.healing || !u.peer.isUp() {
		return
	}
	w := core.Discard(o)
	for _, other := range u.w.users {
		if other.peer == u.peer && slices.ContainsFunc(other.open, func(c *call) bool { return c.client == w.Origin.Client }) {
			return // a host asks its core for it once at a time
		}
	}
	if u.chance.hit(700) {
		replay, failure := core.Replay(o, u.chance.hit(500))
		if failure != nil {
			return
		}
		w = replay
	}
	w.Ack = pick(u.chance, journal.AckAsync, journal.AckOne, journal.AckAll)
	w.Wait = u.chance.between(time.Second, 4*time.Second)
	u.ask(journal.NodeID{}, w)
}

// tell brings the news that writes were rolled back at a node. Somebody looks
// into it.
func (w *World) tell(n *node) {
	if len(w.users) > 0 && !w.healing {
		u := w.users[n.starts%len(w.users)]
		u.lookInto(n)
	}
}

func (u *user) lookInto(n *node) {
	u.w.after(u.chance.skewed(time.Millisecond, 2*time.Second), streamWork, func() {
		if u.w.healing || !u.peer.isUp() {
			return
		}
		u.peer.ids++
		u.ask(n.id, frame.ListOrphans{ID: u.peer.ids})
	})
}
