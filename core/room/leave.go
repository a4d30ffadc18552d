package room

import (
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// departure is what the room remembers of a node that has left.
type departure struct {
	node    journal.NodeID
	at      journal.Instant
	goodbye bool
}

func (r *Room) onLost(in Lost) {
	if l := r.conns[in.Conn]; l != nil {
		r.leave(l, frame.Left{Reason: in.Reason})
		return
	}
	r.forget(in.Conn)
}

// leave takes a member out of the room and tells the others how it went.
func (r *Room) leave(l *link, how frame.Left) {
	r.unlink(l)
	how.Node, how.Incarnation = l.member.Node, l.member.Incarnation
	if l.member.HasCopy() {
		r.absent = append(r.absent, departure{node: how.Node, at: r.now, goodbye: how.Goodbye})
		r.pruneAbsent()
	}
	r.tell(how, 0)
}

// unlink ends everything that is bound to a connection. What it asked for and
// what is on its way to the disk already becomes the register all the same.
func (r *Room) unlink(l *link) {
	if i, here := r.place(l.member.Node); here && r.links[i] == l {
		r.links = slices.Delete(r.links, i, i+1)
	}
	delete(r.conns, l.conn)
	if r.master == l.conn {
		r.master = 0
	}
	r.forget(l.conn)
	r.review = true
}

// forget drops what a connection has asked for and nobody has begun.
func (r *Room) forget(conn uint64) {
	r.held = slices.DeleteFunc(r.held, func(a ask) bool { return a.conn == conn })
	if r.change != nil && r.change.ask != nil && r.change.ask.conn == conn {
		r.change.ask = nil
	}
}

// pruneAbsent forgets who has no seat, now or in the value being stored, and
// could not be on its way back: of nobody else does it matter how it left.
func (r *Room) pruneAbsent() {
	r.absent = slices.DeleteFunc(r.absent, func(d departure) bool {
		return r.now.Sub(d.at) >= r.cfg.DeadAfter && !r.value.IsInSync(d.node) &&
			(r.change == nil || !r.change.next.IsInSync(d.node))
	})
}

// absences lists the in-sync nodes that are not connected, in the order of the
// list, and when each of them counts as gone.
func (r *Room) absences() []register.Absence {
	var absent []register.Absence
	for _, seat := range r.value.InSync {
		if _, here := r.place(seat.Node); !here {
			absent = append(absent, register.Absence{Node: seat.Node, GoneIn: r.goneIn(seat.Node)})
		}
	}
	return absent
}

// goneIn is how long a node that is not connected still has to come back: none
// after its goodbye, DeadAfter once it has vanished, and ReturnAfter from the
// start of a relay that has not seen it.
func (r *Room) goneIn(node journal.NodeID) time.Duration {
	i := slices.IndexFunc(r.absent, func(d departure) bool { return d.node == node })
	switch {
	case i < 0:
		return max(0, r.cfg.Started.Add(r.cfg.ReturnAfter).Sub(r.now))
	case r.absent[i].goodbye:
		return 0
	}
	return max(0, r.absent[i].at.Add(r.cfg.DeadAfter).Sub(r.now))
}

const goingDown = "the relay is going down"

func (r *Room) onShutdown() {
	r.closed = true
	for _, l := range r.links {
		r.refuse(l.conn, frame.CodeShutdown, goingDown)
	}
	if r.change != nil && r.change.ask != nil {
		if r.change.ask.arrived != nil {
			r.refuse(r.change.ask.conn, frame.CodeShutdown, goingDown)
		}
		r.change.ask = nil
	}
	for _, a := range r.held {
		if a.arrived != nil {
			r.refuse(a.conn, frame.CodeShutdown, goingDown)
		}
	}
	r.links, r.held, r.master = nil, nil, 0
	clear(r.conns)
	r.do(WakeAt{})
}
