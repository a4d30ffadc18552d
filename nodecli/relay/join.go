package relay

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/room"
)

// join brings a connection into the room its hello names, which it opens if
// need be. It returns how to close the connection where that can't be.
func (r *Relay) join(c *conn, hello frame.Hello) (*owner, *closing) {
	r.mu.Lock()
	o := r.rooms[hello.Room]
	switch {
	case r.closing:
		r.mu.Unlock()
		return nil, closeShutdown
	case o == nil && len(r.rooms) >= r.cfg.RoomsMax:
		open := len(r.rooms)
		r.mu.Unlock()
		return nil, refused(frame.CodeFull, fmt.Sprintf("%d rooms are open, of at most %d", open, r.cfg.RoomsMax))
	case o == nil:
		o = r.open(hello.Room)
	}
	o.entering++
	c.owner = o
	r.mu.Unlock()
	o.put(event{conn: c, in: room.Arrived{Conn: c.id, Hello: hello}})
	return o, nil
}
