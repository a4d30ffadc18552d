package room

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// onReceived handles a frame that is addressed to the relay.
func (r *Room) onReceived(in Received) {
	l := r.sender(in.Conn, in.Head)
	if l == nil {
		return
	}
	switch f := in.Frame.(type) {
	case frame.Pong:
	case frame.Appear:
		r.onAppear(l, f)
	case frame.Goodbye:
		r.leave(l, frame.Left{Goodbye: true, Reason: "goodbye"})
		r.do(Close{Conn: l.conn, Code: frame.CodeOK, Text: "goodbye"})
	case frame.Confirm:
		r.onConfirm(l, f)
	case frame.Claim, frame.Amend, frame.Handover:
		r.onRequest(in)
	default:
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

func (r *Room) onAppear(l *link, f frame.Appear) {
	if l.member.Visible == f.Visible {
		return
	}
	l.member.Visible = f.Visible
	r.tell(frame.Joined{Member: l.member}, 0)
}

// onConfirm answers at once, also while a change is being stored: until that is
// in force its mastership has not begun, so the old one has not ended.
func (r *Room) onConfirm(l *link, f frame.Confirm) {
	answer := frame.Answer{Request: f.Request, Version: r.value.Version}
	if r.master != l.conn || f.Epoch != r.value.Epoch {
		answer.Code = frame.CodeStale
		answer.Text = fmt.Sprintf("epoch %v of %v is not held by who asks; the register is at epoch %v of %v",
			f.Epoch, f.Epoch.Master, r.value.Epoch, r.value.Epoch.Master)
	}
	r.send(l.conn, answer)
}

// onRequest judges a request that would change the register, or keeps it until
// the change under way is stored.
func (r *Room) onRequest(in Received) {
	if r.change == nil {
		r.decide(in)
		return
	}
	waiting := 0
	for _, h := range r.held {
		if connOf(h) == in.Conn {
			waiting++
		}
	}
	if waiting >= requestsMax {
		r.answer(in, frame.CodeBusy, fmt.Sprintf("%d requests of this connection wait, of at most %d", waiting, requestsMax))
		return
	}
	r.held = append(r.held, in)
}

// decide applies the register's rules to a request.
func (r *Room) decide(in Received) {
	next, err := r.apply(in)
	if err == nil {
		r.begin(&change{next: next, received: &in})
		return
	}
	var refusal *register.Refusal
	if !errors.As(err, &refusal) {
		panic(err) // the rules refuse with nothing else
	}
	r.send(in.Conn, frame.Answer{
		Request: requestOf(in.Frame), Code: codes[refusal.Reason], Text: refusal.Text,
		Version: r.value.Version, After: refusal.After,
	})
}

func (r *Room) apply(in Received) (register.Register, error) {
	scene := register.Scene{Now: r.now, Present: r.Members(), Held: r.master != 0}
	switch f := in.Frame.(type) {
	case frame.Claim:
		scene.OpenIn, scene.Absent = r.openIn(), r.absences()
		return register.Claim(r.value, scene, in.Head.From, f.Number)
	case frame.Amend:
		scene.Held = r.master == in.Conn
		amendment := register.Amendment{Version: f.Version, Epoch: f.Epoch, Remove: f.Remove}
		for _, add := range f.Add {
			amendment.Add = append(amendment.Add, register.Addition(add))
		}
		return register.Amend(r.value, scene, amendment)
	case frame.Handover:
		scene.Held = r.master == in.Conn
		return register.Handover(r.value, scene, register.Passing{Version: f.Version, Epoch: f.Epoch, Successor: f.Successor})
	}
	panic(fmt.Sprintf("room: %T is no request", in.Frame))
}

func (r *Room) answer(in Received, code frame.Code, text string) {
	r.send(in.Conn, frame.Answer{Request: requestOf(in.Frame), Code: code, Text: text, Version: r.value.Version})
}

func requestOf(f frame.Frame) uint64 {
	switch f := f.(type) {
	case frame.Claim:
		return f.Request
	case frame.Amend:
		return f.Request
	case frame.Handover:
		return f.Request
	}
	return 0
}
