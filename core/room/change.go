package room

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// change is a value on its way to the disk.
type change struct {
	next  register.Register
	ask   *ask // who waits for it; nil once that connection is gone
	claim bool // it is a claim's
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
	r.pruneAbsent()
	if r.closed {
		return
	}
	if passed {
		r.master = r.holder(c)
	}
	r.tell(frame.Changed{Register: r.value, Seated: r.master != 0}, 0)
	if i, here := r.place(r.value.Epoch.Master); here && passed && r.master == 0 {
		// It claimed on a connection that has ended since, and is here by
		// another one: nobody must take it for the master.
		r.tell(frame.Joined{Member: r.links[i].member, Again: true}, 0)
	}
	if a := c.ask; a != nil && a.arrived == nil {
		r.answer(*a, frame.CodeOK, "")
	} else if a != nil {
		r.onArrived(*a.arrived)
	}
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
