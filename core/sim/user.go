package sim

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// user is the application at a node or at a client without a copy. It asks a
// few things at a time and notes what it was told.
type user struct {
	w      *World
	name   string
	peer   *peer
	node   *node // nil at a client
	chance chance

	calls    []*call
	open     []*call
	every    time.Duration // between two requests, on average
	pipeline int           // how many may be open
	client   journal.ClientID

	token journal.Position // of what it has written or seen

	watch   *watching // the newest; it is resumed where it stands
	watchID uint64    // 0 while it is lost
}

// call is one request and what came of it.
type call struct {
	user   *user
	client journal.ClientID
	asked  frame.Frame
	began  journal.Instant
	ended  journal.Instant

	committed int // entries, when it was asked
	losses    int // loss records there were then

	done    bool
	written *frame.Written   // the answer to a write; nil if none came
	read    *frame.ReadReply // the answer to a read
}

// isUnknown reports whether nobody told the user what became of its write.
func (c *call) isUnknown() bool {
	if _, isWrite := c.asked.(frame.Write); !isWrite {
		return false
	}
	return c.written == nil || (c.written.Failure != nil && c.written.Failure.Code == frame.CodeOutcomeUnknown)
}

// work plans the next request.
func (u *user) work() {
	u.w.after(u.chance.skewed(time.Millisecond, u.every), streamWork, func() {
		if u.w.healing {
			return
		}
		u.act()
		u.work()
	})
}

func (u *user) act() {
	u.giveUp()
	if !u.peer.isUp() || len(u.open) >= u.pipeline {
		return
	}
	switch n := u.chance.IntN(100); {
	case n < 55:
		u.ask(journal.NodeID{}, u.nextWrite())
	case n < 90:
		f := u.nextRead()
		u.ask(u.whom(f.Level), f)
	case n < 93:
		u.peer.ids++
		u.ask(u.whom(frame.LevelLocal), frame.Probe{ID: u.peer.ids})
	case n < 95:
		u.verifySome()
	case n < 97:
		u.ask(journal.NodeID{}, u.nextSettings())
	case n < 98:
		u.peer.ids++
		u.ask(u.whom(frame.LevelLocal), frame.ListOrphans{ID: u.peer.ids, All: u.chance.hit(200)})
	default:
		u.beginWatch()
	}
}

// whom picks who is asked: a client sometimes asks a certain node.
func (u *user) whom(level frame.Level) journal.NodeID {
	if level == frame.LevelLatest || (u.node != nil && u.chance.hit(800)) {
		return journal.NodeID{}
	}
	return pick(u.chance, u.w.nodes...).id
}

func (u *user) ask(to journal.NodeID, f frame.Frame) *call {
	c := &call{user: u, client: u.writerOf(f), asked: f, began: u.w.now, committed: u.w.god.committed(), losses: u.w.god.unclean}
	if w, ok := f.(frame.Write); ok {
		u.w.god.asks(origin{c.client, w.Origin.Seq}, w)
	}
	u.calls = append(u.calls, c)
	u.open = append(u.open, c)
	u.w.operations++
	u.peer.step(core.Asked{To: to, Frame: f})
	return c
}

// giveUpAfter is how long a user waits for an answer that has no limit.
const giveUpAfter = 8 * time.Second

// giveUp forgets requests that take too long. Only a write has its own limit.
func (u *user) giveUp() {
	for _, c := range slices.Clone(u.open) {
		_, isWrite := c.asked.(frame.Write)
		i := slices.Index(u.open, c)
		if isWrite || i < 0 || u.w.now.Sub(c.began) < giveUpAfter {
			continue
		}
		u.open = slices.Delete(u.open, i, i+1)
		u.peer.step(core.Forget{Frame: c.asked})
	}
}

// beginWatch starts a watch, or resumes the one that was lost.
func (u *user) beginWatch() {
	if u.watchID != 0 {
		return
	}
	u.peer.ids++
	f := frame.Watch{ID: u.peer.ids, Prefix: pick(u.chance, "", "k", "t"), Level: pick(u.chance, frame.LevelCommitted, frame.LevelLocal)}
	if u.chance.hit(300) {
		f.Prefix, f.Exact = u.key(), true
	}
	if u.watch != nil {
		was := u.watch.asked
		f.Prefix, f.Exact, f.Level, f.From = was.Prefix, was.Exact, was.Level, u.watch.resumeAt()
	}
	u.watch, u.watchID = &watching{asked: f}, u.peer.ids
	u.watch.through = f.From
	u.peer.step(core.Asked{To: u.whom(frame.LevelLocal), Frame: f})
}

// proceed asks for the next part of a state, some time after the one before.
func (u *user) proceed(id uint64) {
	u.w.after(u.chance.skewed(time.Millisecond, 100*time.Millisecond), streamWork, func() {
		if u.watchID == id && u.peer.isUp() {
			u.peer.step(core.Asked{Frame: frame.Proceed{ID: id}})
		}
	})
}

// replied takes an answer.
func (u *user) replied(e core.Replied) {
	if f, ok := e.Frame.(frame.Changes); ok {
		if u.watchID == f.ID {
			if f.Failure != nil {
				u.watchID = 0
			}
			u.w.god.checkChanges(u.name, u.watch, f)
			if f.More {
				u.proceed(f.ID)
			}
		}
		return
	}
	i := slices.IndexFunc(u.open, func(c *call) bool { return c.isAnsweredBy(e.Frame) })
	if i < 0 {
		return // given up, or of an earlier start
	}
	c := u.open[i]
	u.open = slices.Delete(u.open, i, i+1)
	c.ended, c.done = u.w.now, true
	switch f := e.Frame.(type) {
	case frame.Written:
		c.written = &f
		if f.Failure == nil {
			u.w.answered++
			u.note(f.Receipt.Position)
		}
	case frame.ReadReply:
		c.read = &f
		u.w.god.checkRead(u.name, c.asked.(frame.Read), f)
		u.w.god.checkFresh(c)
		u.checkSession(c.asked.(frame.Read), f)
	case frame.Verified:
		u.w.god.checkVerdict(f)
	case frame.OrphanList:
		u.resolveSome(f.Orphans)
	case frame.Report:
		if who := u.w.god.copies[f.Node]; who != nil {
			u.w.god.checkHash(who, f.Applied, f.Hash)
		}
	}
}

func (c *call) isAnsweredBy(f frame.Frame) bool {
	switch asked := c.asked.(type) {
	case frame.Write:
		f, ok := f.(frame.Written)
		return ok && f.Seq == asked.Origin.Seq && f.Client == c.client
	case frame.Read:
		f, ok := f.(frame.ReadReply)
		return ok && f.ID == asked.ID
	case frame.Probe:
		f, ok := f.(frame.Report)
		return ok && f.ID == asked.ID
	case frame.Verify:
		f, ok := f.(frame.Verified)
		return ok && f.ID == asked.ID
	case frame.ListOrphans:
		f, ok := f.(frame.OrphanList)
		return ok && f.ID == asked.ID
	case frame.Configure:
		f, ok := f.(frame.Answer)
		return ok && f.Request == asked.Request
	}
	return false
}

// hostEnded: the process is gone, and with it the application at the node. What
// it had asked stays without an answer.
func (u *user) hostEnded() {
	u.open, u.watchID, u.watch, u.peer.seq, u.token = nil, 0, nil, 0, journal.Position{}
}

// hostStarted: the application begins anew, as another writer.
func (u *user) hostStarted(client journal.ClientID) { u.client = client }
