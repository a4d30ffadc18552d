package room

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// onArrived welcomes a connection or refuses it. A register that is newer than
// the room's is stored before anything else is said to the newcomer.
func (r *Room) onArrived(in Arrived) {
	if code, err := r.judge(in); err != nil {
		r.do(Refuse{Conn: in.Conn, Err: err})
		r.refuse(in.Conn, code, err.Error())
		return
	}
	if next, ok := r.adopt(in.Hello.Register); ok && in.Hello.Member.HasCopy() {
		if r.change != nil {
			r.held = append(r.held, ask{conn: in.Conn, arrived: &in})
			return
		}
		r.master = 0
		r.begin(&change{next: next, ask: &ask{conn: in.Conn, arrived: &in}})
		return
	}
	r.welcome(in)
}

// adopt gives the value that an offered one leads to, if it is to be taken.
func (r *Room) adopt(offered register.Register) (next register.Register, ok bool) {
	if r.opened && register.Outlives(r.value, offered) {
		return register.GiveWay(r.value, offered, r.now), true
	}
	return register.Adopt(r.value, offered)
}

// judge says why a Hello is refused, if it is.
func (r *Room) judge(in Arrived) (frame.Code, error) {
	h := in.Hello
	m := h.Member
	switch {
	case r.closed:
		return frame.CodeShutdown, errors.New(goingDown)
	case min(h.VersionMax, frame.VersionMax) < max(h.VersionMin, frame.VersionMin):
		return frame.CodeVersion, fmt.Errorf("protocol versions %d to %d, the relay speaks %d to %d",
			h.VersionMin, h.VersionMax, frame.VersionMin, frame.VersionMax)
	case h.Room != r.cfg.Name || h.Room == "" || len(h.Room) > frame.RoomNameMaxBytes:
		return frame.CodeProtocol, fmt.Errorf("room name of %d bytes, of 1 to %d, or another room's", len(h.Room), frame.RoomNameMaxBytes)
	case len(m.Name) > frame.NodeNameMaxBytes:
		return frame.CodeProtocol, fmt.Errorf("node name of %d bytes, of at most %d", len(m.Name), frame.NodeNameMaxBytes)
	case m.Node.IsZero():
		return frame.CodeProtocol, fmt.Errorf("a hello without a node id")
	case m.Kind < register.KindProcess || m.Kind > register.KindClient:
		return frame.CodeProtocol, fmt.Errorf("unknown kind %d of node", m.Kind)
	}
	if err := h.Register.Check(); err != nil {
		return frame.CodeProtocol, fmt.Errorf("hello offers %w", err)
	}
	i, here := r.place(m.Node)
	switch {
	case m.HasCopy() && r.value.Outdates(m):
		return frame.CodeOutdated, errors.New(outdated(m))
	case here && r.links[i].newerThan(in):
		return frame.CodeReplaced, fmt.Errorf("%v is connected as incarnation %d, by a newer connection than this of incarnation %d",
			m.Node, r.links[i].member.Incarnation, m.Incarnation)
	case !here && len(r.links)+r.arriving() >= r.cfg.NodesMax:
		return frame.CodeFull, fmt.Errorf("%d nodes are connected, of at most %d", len(r.links)+r.arriving(), r.cfg.NodesMax)
	}
	return frame.CodeOK, nil
}

// outdated says why a copy that is older than the one in sync has no place here.
func outdated(m register.Member) string {
	return fmt.Sprintf("incarnation %d of %v is older than the copy that is in sync: was it restored from a backup?", m.Incarnation, m.Node)
}

// arriving counts the connections whose hello waits for the disk.
func (r *Room) arriving() int {
	count := 0
	for _, a := range r.held {
		if a.arrived != nil {
			count++
		}
	}
	return count
}

// newerThan orders connections of one node: the newer incarnation is the node,
// whichever connection came first; of one incarnation it is the newer connection.
func (l *link) newerThan(in Arrived) bool {
	return cmp.Or(cmp.Compare(l.member.Incarnation, in.Hello.Member.Incarnation), cmp.Compare(l.conn, in.Conn)) > 0
}

// welcome makes the connection a member of the room.
func (r *Room) welcome(in Arrived) {
	m := in.Hello.Member
	l := &link{conn: in.Conn, member: m, since: r.now, heard: r.now}
	i, again := r.place(m.Node)
	if again {
		old := r.links[i]
		l.since = old.since
		r.unlink(old)
		r.refuse(old.conn, frame.CodeReplaced, fmt.Sprintf("%v has come back as incarnation %d, by a newer connection", m.Node, m.Incarnation))
	}
	if len(r.links) == 0 {
		r.pinged = r.now // a round of pings begins with the first to be asked
	}
	r.links = slices.Insert(r.links, i, l)
	r.conns[l.conn] = l
	r.absent = slices.DeleteFunc(r.absent, func(d departure) bool { return d.node == m.Node })
	r.review = true

	r.send(l.conn, frame.Welcome{
		Version:   min(in.Hello.VersionMax, frame.VersionMax),
		Register:  r.value,
		Seated:    r.master != 0,
		Members:   r.Members(),
		PingEvery: r.cfg.PingEvery,
		DeadAfter: r.cfg.DeadAfter,
	})
	r.tell(frame.Joined{Member: m, Again: again}, l.conn)
	if len(r.waiting.For) > 0 {
		r.send(l.conn, r.waiting)
	}
}
