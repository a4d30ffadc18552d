package sim

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// frame writes one frame that was sent under e.
func (t *text) frame(e journal.Epoch, f frame.Frame) *text {
	switch f := f.(type) {
	case frame.Hello, frame.Welcome, frame.Refused, frame.Joined, frame.Left, frame.Changed,
		frame.Waiting, frame.Ping, frame.Pong, frame.Appear, frame.Goodbye:
		return t.presence(f)
	case frame.Claim, frame.Amend, frame.Handover, frame.Confirm, frame.Configure, frame.TakeOver, frame.Answer:
		return t.registering(e, f)
	case frame.Seal, frame.Sealed, frame.Fetch, frame.Supply, frame.Replicate, frame.Ack,
		frame.Behind, frame.Differs, frame.Chunk, frame.ChunkAck:
		return t.replication(e, f)
	case frame.Elect:
		return t.elect(f)
	case frame.Write, frame.Read, frame.Watch, frame.Unwatch, frame.Proceed, frame.ListOrphans,
		frame.Probe, frame.Verify, frame.Yield:
		return t.request(f)
	case frame.Written, frame.ReadReply, frame.Changes, frame.OrphanList, frame.Report, frame.Verified, frame.Yielded:
		return t.answer(f)
	}
	return t.say(fmt.Sprintf("%T %+v", f, f))
}

func (t *text) presence(f frame.Frame) *text {
	switch f := f.(type) {
	case frame.Hello:
		t.say("hello, ").register(f.Register)
		if t.full {
			t.say(" ").member(f.Member)
		}
	case frame.Welcome:
		t.say("welcome, ").register(f.Register).seated(f.Seated).say(", present")
		for _, m := range f.Members {
			t.say(" ").name(m.Node)
		}
	case frame.Refused:
		t.say("refused: ", f.Code.String(), " ", f.Text)
	case frame.Joined:
		t.say("joined ").member(f.Member)
		if f.Again {
			t.say(" again")
		}
	case frame.Left:
		t.say("left ").name(f.Node).say(": ", f.Reason)
		if f.Goodbye {
			t.say(", for good")
		}
	case frame.Changed:
		t.say("changed: ").register(f.Register).seated(f.Seated)
	case frame.Waiting:
		t.say("waiting for ").nameList(f.For)
		if f.All && len(f.For) > 1 {
			t.say(", all of them")
		}
	case frame.Ping:
		t.say("ping ").num(f.Nonce)
	case frame.Pong:
		t.say("pong ").num(f.Nonce)
	case frame.Appear:
		t.say("appear ").say(map[bool]string{true: "visible", false: "hidden"}[f.Visible])
	case frame.Goodbye:
		t.say("goodbye")
	}
	return t
}

// seated tells a mastership whose connection is alive from one that only has
// a name in the register.
func (t *text) seated(is bool) *text {
	if is {
		return t.say(", seated")
	}
	return t
}

func (t *text) member(m register.Member) *text {
	t.name(m.Node)
	if t.full {
		t.say(".").num(uint64(m.Incarnation)).say(" ", m.Kind.String(), " ").int(int64(m.Priority))
		t.say(fmt.Sprintf(" %t %t %t", m.Candidate, m.Durable, m.Visible))
	}
	return t
}

func (t *text) registering(e journal.Epoch, f frame.Frame) *text {
	var request uint64
	switch f := f.(type) {
	case frame.Claim:
		t.say("claim ").num(uint64(f.Number))
		request = f.Request
	case frame.Amend:
		t.say("amend version ").num(uint64(f.Version))
		for _, a := range f.Add {
			t.say(" +").name(a.Node)
			if t.full {
				t.say(".").num(uint64(a.Incarnation))
			}
		}
		for _, id := range f.Remove {
			t.say(" -").name(id)
		}
		if f.Expel {
			t.say(", expelling")
		}
		if f.Settled {
			t.say(", settled")
		}
		request = f.Request
	case frame.Handover:
		t.say("hand over to ")
		if f.Successor.IsZero() {
			t.say("the next")
		} else {
			t.name(f.Successor)
		}
		request = f.Request
	case frame.Confirm:
		t.say("confirm epoch ").epoch(f.Epoch)
		request = f.Request
	case frame.Configure:
		t.say("configure version ").num(uint64(f.Version)).say(":").settings(f.Settings)
		request = f.Request
	case frame.TakeOver:
		t.say("take over version ").num(uint64(f.Version)).say(" with ").name(f.Successor)
		request = f.Request
	case frame.Answer:
		t.say("answer ", f.Code.String())
		if f.Text != "" {
			t.say(": ", f.Text)
		}
		if f.After != 0 {
			t.say(", again after ").duration(f.After)
		}
		request = f.Request
	}
	if t.full {
		t.say(" #").num(request).say(" under ").epoch(e)
	}
	return t
}

func (t *text) replication(e journal.Epoch, f frame.Frame) *text {
	switch f := f.(type) {
	case frame.Seal:
		t.say("seal epoch ").epoch(e)
	case frame.Sealed:
		t.say("sealed epoch ").epoch(e).say(", last ").position(f.Last).incarnation(f.Incarnation)
		if len(f.History) > 0 {
			t.say(", epochs begin at ").history(f.History)
		}
	case frame.Fetch:
		t.say("fetch after ").position(f.After).nonce(f.Nonce)
	case frame.Supply:
		t.supply(f)
	case frame.Replicate:
		t.replicate(e, f)
	case frame.Ack:
		t.say("ack ").position(f.Match).epochOf(e, f.Match).incarnation(f.Incarnation)
	case frame.Behind:
		t.say("behind, last ").position(f.Last).epochOf(e, f.Last).incarnation(f.Incarnation)
		if len(f.History) > 0 {
			t.say(", epochs begin at ").history(f.History)
		}
	case frame.Differs:
		t.say("differs at ").position(f.At).incarnation(f.Incarnation)
		if t.full {
			t.say(" hash ").num(f.Hash)
		}
	case frame.Chunk:
		t.say("snapshot at ").position(f.At).say(" part ").num(uint64(f.Number)).nonce(f.Nonce)
		for _, i := range f.Items {
			t.item(i)
		}
		if f.Done {
			t.say(", the last")
		}
		if t.full {
			t.say(" sum ").num(f.Sum).say(" hash ").num(f.Hash)
		}
	case frame.ChunkAck:
		t.say("next part after ").num(uint64(f.Number)).say(" of snapshot at ").position(f.At)
		t.nonce(f.Nonce).incarnation(f.Incarnation)
	}
	return t
}

func (t *text) supply(f frame.Supply) {
	if f.Refused {
		t.say("supply refused").nonce(f.Nonce)
		return
	}
	t.say("supply after ").position(f.Prev)
	if len(f.Entries) > 0 {
		t.say(": ").entries(f.Entries)
	}
	t.say(", last ").position(f.Last).nonce(f.Nonce)
}

func (t *text) replicate(e journal.Epoch, f frame.Replicate) {
	t.say("replicate after ").position(f.Prev)
	newest := f.Prev
	if n := len(f.Entries); n > 0 {
		t.say(": ").entries(f.Entries)
		newest = f.Entries[n-1].Position
	}
	t.epochOf(e, newest)
	if f.Commit > 0 {
		t.say(", commit ").num(uint64(f.Commit))
	}
	if t.full && f.Hash != 0 {
		t.say(", hash ").num(f.Hash)
	}
}

func (t *text) nonce(n uint64) *text {
	if t.full && n != 0 {
		t.say(" #").num(n)
	}
	return t
}

func (t *text) incarnation(i journal.Incarnation) *text {
	if t.full {
		t.say(" as ").num(uint64(i))
	}
	return t
}
