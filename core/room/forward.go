package room

import "github.com/understudy-dev/understudy/core/frame"

// onForwarded passes a frame on to those of its receivers who are connected.
// What is for nobody here is dropped without a word: its sender hears of who
// left in the same order.
func (r *Room) onForwarded(in Forwarded) {
	from := r.sender(in.Conn, in.Head)
	if from == nil {
		return
	}
	if in.Replicate && in.Head.Epoch.Number < r.value.Epoch.Number {
		r.do(Refuse{Conn: in.Conn, Err: &OldEpochError{Epoch: in.Head.Epoch, Register: r.value.Epoch}})
		return
	}
	conns, ok := r.receivers(from, in.Head.To)
	if !ok {
		r.do(Refuse{Conn: in.Conn, Err: &AddressError{To: in.Head.To}})
		return
	}
	if len(conns) > 0 {
		r.do(Pass{Conns: conns, Head: in.Head, Body: in.Body})
	}
}

// receivers lists the connections a frame goes to; ok is false where it has no
// such destination.
func (r *Room) receivers(from *link, to frame.To) (conns []uint64, ok bool) {
	switch to.Group {
	case frame.GroupRelay:
	case frame.GroupNodes:
		if len(to.Nodes) <= frame.NodesPerRoomMax {
			return r.named(to), true
		}
	case frame.GroupCopies:
		conns = make([]uint64, 0, len(r.links))
		for _, l := range r.links {
			if l != from && l.member.HasCopy() {
				conns = append(conns, l.conn)
			}
		}
		return conns, true
	}
	return nil, false
}

// named lists the connections of the nodes that are here, each once.
func (r *Room) named(to frame.To) []uint64 {
	r.stamp++
	conns := make([]uint64, 0, len(to.Nodes))
	for _, node := range to.Nodes {
		if i, here := r.place(node); here && r.links[i].stamp != r.stamp {
			r.links[i].stamp = r.stamp
			conns = append(conns, r.links[i].conn)
		}
	}
	return conns
}
