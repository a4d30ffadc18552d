package host

import (
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/wire"
)

func TestThePauseBetweenAttemptsDoublesUpToItsBound(t *testing.T) {
	c := &connector{runner: &runner{config: runnerConfig{pause: Pause{}.withDefaults()}}}
	longest := func(failures int) (longest time.Duration) {
		c.failures = failures
		for range 2000 {
			longest = max(longest, c.pause())
		}
		return longest
	}
	for failures, bound := range map[int]time.Duration{
		0: 100 * time.Millisecond, 1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second,
		6: 30 * time.Second, 1000: 30 * time.Second,
	} {
		if got := longest(failures); got >= bound || got < bound*9/10 {
			t.Errorf("after %d failures the longest of 2000 pauses is %v, want just below %v", failures, got, bound)
		}
	}
}

func TestTheClockNeitherFallsNorStands(t *testing.T) {
	c := newClock()
	ahead := c.at.Add(time.Hour) // the wall clock was set back by an hour since
	c.at = ahead
	for range 1000 {
		before := c.at
		if now := c.now(); now < before {
			t.Fatalf("%d after %d", now, before)
		}
	}
	c.read = c.read.Add(-time.Second) // a second passes
	if passed := c.now().Sub(ahead); passed < time.Second {
		t.Errorf("a second passed, and the clock moved by %v", passed)
	}
	asleep := &clock{at: 1, read: time.Now()} // the monotonic clock stood still
	if now := asleep.now(); now < journal.Instant(time.Now().Add(-time.Minute).UnixNano()) {
		t.Errorf("after a sleep the clock is at %d", now)
	}
}

func TestEveryCopyThatForgotIsLogged(t *testing.T) {
	lines := 0
	l := &loop{refused: refusals{}, log: func(LogLevel, string, ...any) { lines++ }}
	l.refuse(core.Refuse{Frame: frame.Behind{}})
	l.refuse(core.Refuse{Frame: frame.Behind{}, Err: &core.ForgottenError{}})
	l.refuse(core.Refuse{Frame: frame.Behind{}, Err: &core.ForgottenError{}})
	l.refuse(core.Refuse{Frame: frame.Behind{}})
	if lines != 3 {
		t.Errorf("%d lines were logged, wanted the first refusal and both copies", lines)
	}
}

func TestOnlyTheFirstRefusalOfAKindIsLogged(t *testing.T) {
	var lines []string
	l := &loop{refused: refusals{}, log: func(_ LogLevel, text string, _ ...any) { lines = append(lines, text) }}
	for range 1000 {
		l.refuse(core.Refuse{Frame: frame.Seal{}})
		l.refuse(core.Refuse{Frame: frame.Ack{}})
	}
	if len(lines) != 2 || l.refused["frame.Seal"] != 1000 {
		t.Errorf("%d lines for 2 kinds, and %v", len(lines), l.refused)
	}
}

func TestAPayloadThatCannotBeReadDoesNotEndTheConnection(t *testing.T) {
	c := &connector{}
	message, err := wire.Encode(frame.Head{To: frame.ToNode(journal.NodeID{1}), From: journal.NodeID{2}}, frame.Probe{ID: 1})
	if err != nil {
		t.Fatal(err)
	}
	message[len(message)-1] = 0xff // no number in CBOR
	e, err := c.read(message)
	if u, ok := e.(unreadable); err != nil || !ok || u.refuse.From != (journal.NodeID{2}) {
		t.Errorf("a peer's bad payload is %#v, %v; want that it is dropped and counted", e, err)
	}
	if e, err := c.read([]byte("no message")); err == nil {
		t.Errorf("an envelope that can't be read is taken for %T", e)
	}
}

func TestTheFloorOfAWriteIsTheOldestWithoutAnswer(t *testing.T) {
	books := newCalls(journal.ClientID{1})
	var calls []*call
	floorOf := func(c *call) uint64 {
		write, _ := c.request.(frame.Write)
		return write.Origin.Floor
	}
	add := func() uint64 {
		c := &call{request: frame.Write{}, answered: make(chan struct{})}
		books.add(c)
		calls = append(calls, c)
		return floorOf(c)
	}
	for range 3 {
		if got := add(); got != 1 {
			t.Errorf("floor %d, want 1", got)
		}
	}
	books.take(frame.Written{Client: journal.ClientID{1}, Seq: 2})
	if got := add(); got != 1 {
		t.Errorf("floor %d with the first write waiting, want 1", got)
	}
	books.remove(calls[0])
	if got := add(); got != 3 {
		t.Errorf("floor %d, want 3: the first two are answered", got)
	}
	if books.take(frame.Written{Client: journal.ClientID{2}, Seq: 3}) != nil {
		t.Error("the answer to another client's write is taken")
	}
}

func TestAckTextAndBack(t *testing.T) {
	for text, want := range map[string]journal.Ack{
		"": journal.AckRoom, "all": journal.AckAll, "async": journal.AckAsync, "one": journal.AckOne, "3": 3,
	} {
		ack, err := ParseAck(text)
		if err != nil || ack.onWire() != want || (text != "" && ack.String() != text) {
			t.Errorf("%q is %v on the wire as %v, %v", text, ack, ack.onWire(), err)
		}
	}
	for _, text := range []string{"0", "-1", "-2", "two"} {
		if ack, err := ParseAck(text); err == nil {
			t.Errorf("%q is taken for %v", text, ack)
		}
	}
	if (WriteOptions{}).Ack.onWire() != journal.AckRoom || strings.Contains(AckAsync.String(), "-") {
		t.Error("the default is not the room's setting")
	}
}

func TestALookSeesWhatCameBeforeItInTheSameStep(t *testing.T) {
	id := journal.NodeID{1}
	client, err := core.NewClient(core.Config{
		Room: "kitchen", Client: journal.ClientID{1},
		Member: register.Member{Node: id, Kind: register.KindClient},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := newRunner(runnerConfig{machine: client, client: journal.ClientID{1}})
	l := newLoop(r)
	members := -1
	for _, e := range []event{
		connected{conn: 1, link: takesAll{}},
		received{conn: 1, frame: frame.Welcome{
			Version: 1, DeadAfter: frame.DeadAfter, Members: []register.Member{{Node: id, Kind: register.KindClient}},
		}},
		look(func(m machine) { members = len(m.Status().Members) }),
	} {
		l.enter(e)
	}
	l.step()
	l.answerLooks()
	if members != 1 {
		t.Errorf("%d members, want the one of the Welcome", members)
	}
}

// takesAll is a link whose other end never answers.
type takesAll struct{ Link }

func (takesAll) Send([]byte) error { return nil }
