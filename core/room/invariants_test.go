package room

import (
	"reflect"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// isAdopted reports whether a value came from a node, and has had no master yet.
func isAdopted(r register.Register) bool { return r.Awaiting && r.Epoch.Master.IsZero() }

// judge checks one change of the register.
func (c *crowd) judge(had, next register.Register) {
	switch {
	case next.Version <= had.Version || !isAdopted(next) && next.Version != had.Version+1:
		c.t.Fatalf("version %d follows %d", next.Version, had.Version)
	case next.Epoch.Number < had.Epoch.Number || next.Epoch != had.Epoch && next.Epoch.Number == had.Epoch.Number && !isAdopted(had):
		c.t.Fatalf("epoch %d of %v follows %d of %v", next.Epoch.Number, next.Epoch.Master, had.Epoch.Number, had.Epoch.Master)
	case !next.Epoch.Master.IsZero() && !next.IsInSync(next.Epoch.Master):
		c.t.Fatalf("the master is not in sync: %+v", next)
	case next.Epoch == had.Epoch || isAdopted(next):
	case next.Epoch.Number != had.Epoch.Number+1:
		c.t.Fatalf("epoch %d follows %d", next.Epoch.Number, had.Epoch.Number)
	case had.IsZero() || had.IsInSync(next.Epoch.Master) && len(next.Losses) == len(had.Losses):
	default:
		c.judgeLoss(had, next)
	}
	if next.Epoch == had.Epoch && !reflect.DeepEqual(next.Losses, had.Losses) {
		c.t.Fatalf("a loss is recorded without a new mastership: %+v", next)
	}
	if isAdopted(next) && c.room.master != 0 {
		c.t.Fatalf("a register is adopted, and %d is master", c.room.master)
	}
}

// judgeLoss checks a mastership of a node that was not in sync: every copy that
// was must have been in memory.
func (c *crowd) judgeLoss(had, next register.Register) {
	if len(next.Losses) != min(len(had.Losses)+1, register.MaxLosses) {
		c.t.Fatalf("unclean, and no loss is recorded: %+v follows %+v", next, had)
	}
	for _, seat := range had.InSync {
		if !seat.Volatile {
			c.t.Fatalf("unclean, though %v keeps its copy", seat.Node)
		}
	}
}

// judgeStore checks who is here at the moment a value is granted.
func (c *crowd) judgeStore(next register.Register) {
	now := c.room.Register()
	if isAdopted(next) && c.room.master != 0 {
		c.t.Fatalf("a register is being adopted, and %d is still master", c.room.master)
	}
	if !now.Awaiting || isAdopted(next) || next.Epoch == now.Epoch || !reflect.DeepEqual(now.Losses, next.Losses) {
		return
	}
	for _, seat := range now.InSync {
		if _, here := c.room.place(seat.Node); !here {
			c.t.Fatalf("an adopted register is claimed without %v: %+v", seat.Node, now)
		}
	}
}

// check compares what everybody was told with what the room has.
func (c *crowd) check() {
	members := c.room.Members()
	for i, m := range members {
		if i > 0 && members[i-1].Node.Compare(m.Node) >= 0 {
			c.t.Fatalf("members are not in order, or twice: %v", members)
		}
	}
	welcomed := 0
	for _, l := range c.conns {
		if !l.welcomed {
			continue
		}
		welcomed++
		if !reflect.DeepEqual(l.members, members) {
			c.t.Fatalf("connection %d was told of %v, here are %v", l.conn, l.members, members)
		}
		if !reflect.DeepEqual(l.value, c.value) {
			c.t.Fatalf("connection %d was told of %+v, in force is %+v", l.conn, l.value, c.value)
		}
		adopting := c.storing != nil && isAdopted(*c.storing) // has no master, and nobody knows yet
		if l.seated != (c.room.master != 0) && !adopting {
			c.t.Fatalf("connection %d was told that the seat is taken: %v, it is bound to %d", l.conn, l.seated, c.room.master)
		}
		if !reflect.DeepEqual(l.waiting, c.room.Waiting()) {
			c.t.Fatalf("connection %d was told %+v, in force is %+v", l.conn, l.waiting, c.room.Waiting())
		}
	}
	if welcomed != len(members) {
		c.t.Fatalf("%d connections for %d members", welcomed, len(members))
	}
	if node, conn, ok := c.room.Master(); ok {
		if l := c.listener(conn); l.member.Node != node || !l.welcomed || !c.value.IsInSync(node) {
			c.t.Fatalf("the mastership of %v is bound to %d, the connection of %v", node, conn, l.member.Node)
		}
	}
}

// hear does what a node does with a frame of the relay.
func (c *crowd) hear(l *listener, f frame.Frame) {
	if _, ok := f.(frame.Welcome); !ok && !l.welcomed {
		if _, ok := f.(frame.Refused); !ok {
			c.t.Fatalf("connection %d gets %T before its welcome", l.conn, f)
		}
	}
	switch f := any(f).(type) { // of the frames a relay sends
	case frame.Welcome:
		l.welcomed, l.members, l.value, l.seated = true, f.Members, f.Register, f.Seated
	case frame.Joined:
		l.join(c, f)
	case frame.Left:
		gone := func(m register.Member) bool { return m.Node == f.Node && m.Incarnation == f.Incarnation }
		if !slices.ContainsFunc(l.members, gone) {
			c.t.Fatalf("%v has left, who was not there", f.Node)
		}
		l.members = slices.DeleteFunc(slices.Clone(l.members), gone)
		l.seated = l.seated && f.Node != l.value.Epoch.Master
	case frame.Changed:
		l.value, l.seated = f.Register, f.Seated
	case frame.Waiting:
		l.waiting = f
	case frame.Answer:
		if !slices.Contains(l.open, f.Request) {
			c.t.Fatalf("an answer to %d, which was not open", f.Request)
		}
		if f.Version != l.value.Version {
			c.t.Fatalf("an answer under version %d to who was told of %d", f.Version, l.value.Version)
		}
		l.open = slices.DeleteFunc(l.open, func(n uint64) bool { return n == f.Request })
	case frame.Ping, frame.Refused:
	default:
		c.t.Fatalf("a relay sent %T", f)
	}
}

func (l *listener) join(c *crowd, f frame.Joined) {
	l.seated = l.seated && !(f.Again && f.Member.Node == l.value.Epoch.Master)
	i := slices.IndexFunc(l.members, func(m register.Member) bool { return m.Node == f.Member.Node })
	if i < 0 {
		if f.Again {
			c.t.Fatalf("%v is back, who was not there", f.Member.Node)
		}
		l.members = append(slices.Clone(l.members), f.Member)
		slices.SortFunc(l.members, func(a, b register.Member) int { return a.Node.Compare(b.Node) })
		return
	}
	l.members = slices.Clone(l.members)
	l.members[i] = f.Member
}
