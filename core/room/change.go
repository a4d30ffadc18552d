package room

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// change is a value on its way to the disk.
type change struct {
	next  register.Register
	ask   *ask             // who waits for it; nil once that connection is gone
	claim bool             // it is a claim's
	expel []journal.NodeID // their connections end with their seats
}

// begin sends a value to the disk. Until it is there, the present one is in
// force and frames are forwarded under it.
func (r *Room) begin(c *change) {
	r.change, r.review = c, true
	r.do(Store{Register: c.next})
}

// onStored puts the value in force, tells everybody, answers who asked for it,
// and then turns to what had to wait.
func (r *Room) onStored(in Stored) {
	c := r.change
	if c == nil || c.next.Version != in.Version {
		panic(fmt.Sprintf("room: version %d is stored, which was not being stored", in.Version))
	}
	passed := c.next.Epoch != r.value.Epoch
	r.change, r.value, r.review = nil, c.next, true
	r.opened = r.opened && !r.value.Awaiting
	r.pruneAbsent()
	if r.closed {
		return
	}
	if passed {
		r.master = r.holder(c)
	}
	r.tell(frame.Changed{Register: r.value, Seated: r.master != 0}, 0)
	if a := c.ask; a != nil && a.arrived == nil {
		r.answer(*a, frame.CodeOK, "")
	} else if a != nil {
		r.onArrived(*a.arrived)
	}
	for _, node := range c.expel {
		r.expel(node, frame.CodeSilent, "the master had no answer")
	}
	r.expelOutdated()
	for len(r.held) > 0 && r.change == nil {
		a := r.held[0]
		r.held = r.held[1:]
		if a.arrived != nil {
			r.onArrived(*a.arrived)
		} else {
			r.decide(a)
		}
	}
}

// expelOutdated ends the connections of copies that are older than the value
// now in force knows them: it was adopted from somebody who knew better.
func (r *Room) expelOutdated() {
	for _, m := range r.Members() {
		if m.HasCopy() && r.value.Outdates(m) {
			r.expel(m.Node, frame.CodeOutdated, outdated(m))
		}
	}
}

// expel ends the connection of a node: of one that lost its seat because it
// answers the relay but not the master, and of one that is outdated.
func (r *Room) expel(node journal.NodeID, code frame.Code, why string) {
	i, here := r.place(node)
	if !here {
		return
	}
	l := r.links[i]
	r.refuse(l.conn, code, why)
	r.leave(l, frame.Left{Reason: why})
}

// holder is the connection a new mastership is bound to: the one it was claimed
// on, or the one its successor has now; 0 if there is none.
func (r *Room) holder(c *change) uint64 {
	if c.claim {
		if c.ask == nil {
			return 0
		}
		return c.ask.conn
	}
	if i, here := r.place(r.value.Epoch.Master); here {
		return r.links[i].conn
	}
	return 0
}
