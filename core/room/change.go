package room

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// change is a value on its way to the disk, and who asked for it: a request or
// the hello that offered the value, until that connection is gone.
type change struct {
	next     register.Register
	received *Received
	arrived  *Arrived
	claim    bool // the mastership goes to whoever asked, on that connection only
}

// asker is the connection that waits for the change; 0 if it is gone.
func (c *change) asker() uint64 {
	switch {
	case c.received != nil:
		return c.received.Conn
	case c.arrived != nil:
		return c.arrived.Conn
	}
	return 0
}

// begin sends a value to the disk. Until it is there, the present one is in
// force and frames are forwarded under it.
func (r *Room) begin(c *change) {
	if c.received != nil {
		_, c.claim = c.received.Frame.(frame.Claim)
	}
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
	r.tell(frame.Changed{Register: r.value}, 0)
	if i, here := r.place(r.value.Epoch.Master); here && passed && r.master == 0 {
		// It claimed on a connection that has ended since, and is here by
		// another one: nobody must take it for the master.
		r.tell(frame.Joined{Member: r.links[i].member, Again: true}, 0)
	}
	if c.received != nil {
		r.answer(*c.received, frame.CodeOK, "")
	}
	if c.arrived != nil {
		r.onArrived(*c.arrived)
	}
	for len(r.held) > 0 && r.change == nil {
		next := r.held[0]
		r.held = r.held[1:]
		switch next := next.(type) {
		case Arrived:
			r.onArrived(next)
		case Received:
			r.decide(next)
		}
	}
}

// holder is the connection a new mastership is bound to: the one it was claimed
// on, or the one its successor has now; 0 if there is none.
func (r *Room) holder(c *change) uint64 {
	if c.claim {
		return c.asker()
	}
	if i, here := r.place(r.value.Epoch.Master); here {
		return r.links[i].conn
	}
	return 0
}
