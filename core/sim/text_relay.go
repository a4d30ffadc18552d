package sim

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/room"
)

// connNames gives the name of the peer behind a connection.
type connNames func(conn uint64) string

func (t *text) roomInput(in room.Input, names connNames) *text {
	switch in := in.(type) {
	case room.Arrived:
		t.say(names(in.Conn), " arrived: ").frame(journal.Epoch{}, in.Hello)
	case room.Received:
		t.say("<- ", names(in.Conn), ": ").frame(in.Head.Epoch, in.Frame)
	case room.Forwarded:
		t.say("<- ", names(in.Conn), ": to ").to(in.Head.To).say(": ")
		t.frame(in.Head.Epoch, in.Body.(frame.Frame))
	case room.Lost:
		t.say(names(in.Conn), " lost: ", in.Reason)
	case room.Stored:
		t.say("stored version ").num(uint64(in.Version))
	case room.Wake:
		t.say("wake")
	case room.Shutdown:
		t.say("shutdown")
	}
	return t
}

func (t *text) roomEffect(e room.Effect, names connNames) *text {
	switch e := e.(type) {
	case room.Send:
		t.say("send ", names(e.Conn), ": ").frame(journal.Epoch{}, e.Frame)
	case room.Pass:
		t.say("pass to")
		for _, conn := range e.Conns {
			t.say(" ", names(conn))
		}
	case room.Store:
		t.say("store ").register(e.Register)
	case room.Close:
		t.say("close ", names(e.Conn), ": ", e.Code.String(), " ", e.Text)
	case room.WakeAt:
		t.say("wake at ").int(int64(e.At))
	case room.Refuse:
		t.say("refuse ", names(e.Conn), ": ", e.Err.Error())
	}
	return t
}
