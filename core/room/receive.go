package room

import "github.com/understudy-dev/understudy/core/frame"

// onReceived handles a frame that is addressed to the relay.
func (r *Room) onReceived(in Received) {
	l := r.sender(in.Conn, in.Head)
	if l == nil {
		return
	}
	switch f := in.Frame.(type) {
	case frame.Pong: // whatever comes is a sign of life
	case frame.Appear:
		r.onAppear(l, f)
	case frame.Goodbye:
		r.leave(l, frame.Left{Goodbye: true, Reason: "goodbye"})
		r.do(Close{Conn: l.conn, Code: frame.CodeOK, Text: "goodbye"})
	case frame.Confirm:
		r.onConfirm(l, f)
	case frame.Claim:
		r.onRequest(claim(l.conn, l.member.Node, f))
	case frame.Amend:
		r.onRequest(amend(l.conn, f))
	case frame.Handover:
		r.onRequest(handover(l.conn, f))
	case frame.Configure:
		r.onRequest(configure(l.conn, f))
	case frame.TakeOver:
		r.onRequest(takeOver(l.conn, f))
	case frame.Hello, frame.Welcome, frame.Refused, frame.Joined, frame.Left, frame.Changed, frame.Waiting,
		frame.Ping, frame.Answer, frame.Seal, frame.Sealed, frame.Fetch, frame.Supply, frame.Replicate,
		frame.Ack, frame.Behind, frame.Chunk, frame.ChunkAck, frame.Write, frame.Written, frame.Read,
		frame.ReadReply, frame.Watch, frame.Unwatch, frame.Changes, frame.Probe, frame.Report, frame.Verify,
		frame.Verified, frame.Yield, frame.Yielded, frame.Differs, frame.Elect, frame.Proceed,
		frame.ListOrphans, frame.OrphanList:
		r.do(Refuse{Conn: in.Conn, Err: &UnexpectedError{Frame: in.Frame}})
	}
}

// sender finds who sent a frame and notes that it lives. A connection that was
// not welcomed, or that lies about who it is, is closed.
func (r *Room) sender(conn uint64, head frame.Head) *link {
	l := r.conns[conn]
	switch {
	case l == nil:
		r.forget(conn)
		r.do(Refuse{Conn: conn, Err: ErrNotWelcome})
		r.refuse(conn, frame.CodeProtocol, ErrNotWelcome.Error())
		return nil
	case head.From != l.member.Node:
		err := &SenderError{Node: l.member.Node, From: head.From}
		r.do(Refuse{Conn: conn, Err: err})
		r.refuse(conn, frame.CodeProtocol, err.Error())
		r.leave(l, frame.Left{Reason: "protocol error"})
		return nil
	}
	l.heard = r.now
	return l
}

// onAppear tells everybody, the tab included, in one order: who comes next is
// worked out by each of them.
func (r *Room) onAppear(l *link, f frame.Appear) {
	if l.member.Visible == f.Visible {
		return
	}
	l.member.Visible = f.Visible
	r.tell(frame.Joined{Member: l.member}, 0)
}
