package core_test

import (
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func (r *resident) id() journal.NodeID { return r.node.Status().Node }

// from gives r a frame as if a peer had sent it through the relay.
func (h *house) from(peer, r *resident, f frame.Frame) {
	h.t.Helper()
	head := frame.Head{To: frame.ToNode(r.id()), From: peer.id(), Epoch: peer.node.Status().Epoch}
	h.step(r, core.Received{Conn: r.conn, Head: head, Frame: f})
	h.run()
}

// sentOf returns the newest frame of type F that r sent.
func sentOf[F frame.Frame](r *resident) (F, bool) {
	for i := len(r.sent) - 1; i >= 0; i-- {
		if f, ok := r.sent[i].(F); ok {
			return f, true
		}
	}
	var none F
	return none, false
}

func TestAPeerCannotSpeakForTheRelay(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	before := a.node.Status()
	forged := before.Register
	forged.Version, forged.Epoch = forged.Version+1, journal.Epoch{Number: 9, Master: b.id()}
	for _, f := range []frame.Frame{
		frame.Changed{Register: forged, Seated: true},
		frame.Left{Node: b.id(), Incarnation: 1},
		frame.Joined{Member: register.Member{Node: b.id()}, Again: true},
		frame.Refused{Code: frame.CodeReplaced},
		frame.Waiting{For: []journal.NodeID{{9}}},
		frame.Welcome{},
		frame.Answer{Request: 1, Code: frame.CodeStale},
	} {
		a.refused = nil
		h.from(b, a, f)
		if len(a.refused) == 0 {
			t.Errorf("%T of a peer is not refused", f)
		}
	}
	after := a.node.Status()
	if after.Role != frame.RoleMaster || after.Register.Epoch != before.Register.Epoch || len(after.Members) != 2 {
		t.Errorf("a peer's words made the master %+v", after)
	}
	if got := h.written(a, set(1, "k", "v", journal.AckOne)); got.Failure != nil {
		t.Errorf("write afterwards: %v", got.Failure)
	}
}

func TestAnOwnReturnLeavesTheApplicationsWatchesAlone(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.ask(a, frame.Watch{ID: 1, Level: frame.LevelCommitted})
	self := a.node.Status().Members[0]
	a.replies = nil
	// Whatever brings the relay to say this.
	h.step(a, core.Received{Conn: a.conn, Frame: frame.Joined{Member: self, Again: true}})
	h.run()
	if len(a.replies) > 0 {
		t.Errorf("the watch was told %+v", a.replies[0])
	}
}

func TestATabHiddenWhileItsHelloIsAnsweredSaysSo(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	welcome := frame.Welcome{Version: 1, Members: a.node.Status().Members, DeadAfter: frame.DeadAfter}
	h.step(a, core.Connected{Conn: 9})
	h.step(a, core.Persisted{Seq: 9})
	h.step(a, core.Appeared{Visible: false})
	h.step(a, core.Received{Conn: 9, Frame: welcome})
	if f, ok := sentOf[frame.Appear](a); !ok || f.Visible {
		t.Error("the relay was not told")
	}
}

func TestAClientsRequestToSomebodyAbsentIsAnswered(t *testing.T) {
	c, err := core.NewClient(core.Config{
		Room: "r", Client: journal.ClientID{1},
		Member: register.Member{Node: journal.NodeID{1}, Kind: register.KindClient},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Step(1, core.Asked{To: journal.NodeID{7}, Frame: frame.Read{ID: 1, Key: "k", Exact: true}})
	c.Step(2, core.Connected{Conn: 1})
	for _, e := range c.Step(3, core.Received{Conn: 1, Frame: frame.Welcome{Version: 1, DeadAfter: frame.DeadAfter}}) {
		if e, ok := e.(core.Replied); ok {
			if answer := e.Frame.(frame.ReadReply); answer.Failure == nil || answer.Failure.Code != frame.CodeGone {
				t.Errorf("answer %+v", answer)
			}
			return
		}
	}
	t.Error("no answer")
}

func TestAWriteThatMakesNoSenseIsRefused(t *testing.T) {
	h := newHouse(t)
	a := h.add("a")
	h.add("b")
	for name, w := range map[string]frame.Write{
		"ack below the room's": set(1, "k", "v", journal.AckRoom-1),
		"ack above 999":        set(2, "k", "v", 1000),
		"no operation":         {Origin: journal.Origin{Seq: 3}},
		"an empty key":         set(4, "", "v", journal.AckAsync),
		"a reserved key":       set(5, "\x00k", "v", journal.AckAsync),
		"sequence number 0":    set(0, "k", "v", journal.AckAsync),
	} {
		if got := h.written(a, w); got.Failure == nil || got.Failure.Code != frame.CodeInvalid {
			t.Errorf("%s: failure %v", name, got.Failure)
		}
	}
}
