package sim

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core"
)

// input writes one input of a node or client.
func (t *text) input(in core.Input) *text {
	switch in := in.(type) {
	case core.Batch:
		for i, one := range in.Inputs {
			if i > 0 {
				t.say(" | ")
			}
			t.input(one)
		}
	case core.Connected:
		t.say("connected")
	case core.Disconnected:
		t.say("disconnected")
	case core.Received:
		if in.Head.From.IsZero() {
			t.say("<- relay: ")
		} else {
			t.say("<- ").name(in.Head.From).say(": ")
		}
		t.frame(in.Head.Epoch, in.Frame)
	case core.Persisted:
		t.say("persisted ").num(in.Seq)
	case core.StoreFailed:
		t.say("store failed: ", in.Err.Error())
	case core.Wake:
		t.say("wake")
	case core.Asked:
		t.say("asked ")
		if !in.To.IsZero() {
			t.say("of ").name(in.To).say(" ")
		}
		t.request(in.Frame)
	case core.Forget:
		t.say("forget ").request(in.Frame)
	case core.Appeared:
		t.say(map[bool]string{true: "appeared", false: "hidden"}[in.Visible])
	case core.Leave:
		t.say(map[bool]string{true: "leave now", false: "leave"}[in.Now])
	}
	return t
}

// effect writes one effect, without a line for what only the simulator needs
// to know. A Store is one line per record.
func (t *text) effect(e core.Effect) *text {
	switch e := e.(type) {
	case core.Send:
		t.say("send ").to(e.Head.To).say(": ").frame(e.Head.Epoch, e.Frame)
	case core.Store:
		for i, r := range e.Records {
			if i > 0 {
				t.say("\n")
			}
			t.record(r)
		}
	case core.Replied:
		t.say("reply: ").answer(e.Frame)
	case core.Orphaned:
		t.say("tell the application: orphaned")
		for _, o := range e.Orphans {
			t.say(" ").position(o.Entry.Position)
		}
	case core.Refuse:
		t.say("refuse: ", e.Err.Error())
	case core.WakeAt:
		t.say("wake at ").int(int64(e.At))
	case core.Disconnect:
		t.say("disconnect: ", e.Reason)
	case core.Alarm:
		t.alarm(e.Err)
	case core.Stop:
		t.say("stop: ", fmt.Sprint(e.Err))
	case core.Gone:
		t.say("gone")
	}
	return t
}

// alarm writes what is wrong. Hashes are left to the digest: they say nothing to
// people.
func (t *text) alarm(err error) *text {
	var differ *core.DifferError
	if !errors.As(err, &differ) {
		return t.say("alarm: ", err.Error())
	}
	t.say("alarm: the state of ").name(differ.Node).say(" at ").position(differ.At).say(" is another one")
	if t.full {
		t.say(": ").num(differ.There).say(", not ").num(differ.Here)
	}
	return t
}

// record writes one record of a Store.
func (t *text) record(r core.Record) *text {
	switch r := r.(type) {
	case core.SaveMeta:
		t.say("save accepted epoch ").epoch(r.Meta.Accepted)
		t.say(", register version ").num(uint64(r.Meta.Register.Version))
		if t.full {
			t.incarnation(r.Meta.Incarnation).say(" ").register(r.Meta.Register)
		}
	case core.Append:
		t.say("append ").entries(r.Entries)
	case core.Cut:
		t.say("cut after ").num(uint64(r.After))
	case core.SaveOrphans:
		t.say("save orphans ")
		for i, o := range r.Orphans {
			if i > 0 {
				t.say("; ")
			}
			t.orphan(o)
		}
	case core.DropOrphans:
		t.say("drop orphans")
		for _, p := range r.Positions {
			t.say(" ").position(p)
		}
	case core.SaveSnapshot:
		t.say("save snapshot, epochs begin at ").history(r.History)
		if r.Reset {
			t.say(", in place of everything")
		}
	}
	return t
}
