package core

import (
	"fmt"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

var (
	masterA = journal.NodeID{10}
	masterB = journal.NodeID{11}
)

func writeFrame(seq uint64) frame.Write {
	return frame.Write{Origin: journal.Origin{Seq: seq}, Ops: []frame.Op{frame.Delete{Key: "k"}}, Wait: time.Second}
}

func writtenFrame(seq uint64, code frame.Code) frame.Written {
	w := frame.Written{Client: journal.ClientID{1}, Seq: seq}
	if code != frame.CodeOK {
		w.Failure = &frame.Failure{Code: code}
	}
	return w
}

// sent asks the outbox for what is due and checks that it is one write.
func (o *outbox) sent(t *testing.T, now journal.Instant, master journal.NodeID) frame.Write {
	t.Helper()
	out := o.due(now, master)
	if len(out) != 1 || out[0].to != master {
		t.Fatalf("due is %+v, wanted one write to %v", out, master)
	}
	return out[0].frame.(frame.Write)
}

func codeOf(f frame.Frame) string {
	switch failure := frame.FailureOf(f); {
	case f == nil:
		return "goes on"
	case failure != nil:
		return failure.Code.String()
	}
	return "OK"
}

// What the application hears when a write is answered at its second sending,
// by how the first one ended.
func TestARefusalAfterASendingInDoubtIsUnknown(t *testing.T) {
	lost := func(o *outbox) { o.unsend() }
	notMaster := func(o *outbox) { o.answer(0, masterA, writtenFrame(1, frame.CodeNotMaster)) }
	unknown := func(o *outbox) { o.answer(0, masterA, writtenFrame(1, frame.CodeOutcomeUnknown)) }
	for _, test := range []struct {
		name   string
		first  func(*outbox)
		second frame.Code
		want   string
		retry  bool // what the second sending says
	}{
		{"lost, then made", lost, frame.CodeOK, "OK", true},
		{"lost, then conflict", lost, frame.CodeConflict, "OUTCOME_UNKNOWN", true},
		{"lost, then too few replicas", lost, frame.CodeNotEnoughReplicas, "OUTCOME_UNKNOWN", true},
		{"lost, then not master", lost, frame.CodeNotMaster, "goes on", true},
		{"not taken, then conflict", notMaster, frame.CodeConflict, "CONFLICT", false},
		{"not taken, then too few replicas", notMaster, frame.CodeNotEnoughReplicas, "NOT_ENOUGH_REPLICAS", false},
		{"unknown, then conflict", unknown, frame.CodeConflict, "OUTCOME_UNKNOWN", true},
		{"unknown, then made", unknown, frame.CodeOK, "OK", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := outbox{client: journal.ClientID{1}}
			o.add(0, Asked{Frame: writeFrame(1)}, 7)
			if w := o.sent(t, 0, masterA); w.Retry || w.Known != 7 {
				t.Errorf("first sending %+v", w)
			}
			test.first(&o)
			later := journal.Instant(0).Add(500 * time.Millisecond)
			if w := o.sent(t, later, masterB); w.Retry != test.retry {
				t.Errorf("second sending says retry %v", w.Retry)
			}
			if got := codeOf(o.answer(later, masterB, writtenFrame(1, test.second))); got != test.want {
				t.Errorf("answer is %s, wanted %s", got, test.want)
			}
		})
	}
}

func TestAVerdictOfAnEarlierMasterIsNoVerdict(t *testing.T) {
	o := outbox{client: journal.ClientID{1}}
	o.add(0, Asked{Frame: writeFrame(1)}, 0)
	o.sent(t, 0, masterA)
	o.unsend()
	o.sent(t, 0, masterB)
	if got := o.answer(0, masterA, writtenFrame(1, frame.CodeConflict)); got != nil {
		t.Errorf("the earlier master's conflict is passed on: %+v", got)
	}
	if got := codeOf(o.answer(0, masterA, writtenFrame(1, frame.CodeOK))); got != "OK" {
		t.Errorf("the earlier master's word that it was made gives %s", got)
	}
	if got := o.answer(0, masterB, writtenFrame(1, frame.CodeOK)); got != nil {
		t.Errorf("answered twice: %+v", got)
	}
}

func TestAnAnswerToAnotherClientIsNotOurs(t *testing.T) {
	o := outbox{client: journal.ClientID{1}}
	o.add(0, Asked{Frame: writeFrame(1)}, 0)
	o.sent(t, 0, masterA)
	other := writtenFrame(1, frame.CodeOK)
	other.Client = journal.ClientID{2}
	if got := o.answer(0, masterA, other); got != nil {
		t.Errorf("taken for ours: %+v", got)
	}
}

func TestWhatIsKnownWhenTheTimeIsOver(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(*testing.T, *outbox)
		want string
	}{
		{"never sent", func(*testing.T, *outbox) {}, "NO_MASTER"},
		{"sent", func(t *testing.T, o *outbox) { o.sent(t, 0, masterA) }, "OUTCOME_UNKNOWN"},
		{"sent to who is no master", func(t *testing.T, o *outbox) {
			o.sent(t, 0, masterA)
			o.answer(0, masterA, writtenFrame(1, frame.CodeNotMaster))
		}, "NO_MASTER"},
	} {
		o := outbox{client: journal.ClientID{1}}
		o.add(0, Asked{Frame: writeFrame(1)}, 0)
		test.do(t, &o)
		end := journal.Instant(0).Add(time.Second)
		if o.mayExpire(end - 1) {
			t.Errorf("%s: expires too soon", test.name)
		}
		answers := o.expire(end)
		if len(answers) != 1 || codeOf(answers[0]) != test.want {
			t.Errorf("%s: answers %+v, wanted %s", test.name, answers, test.want)
		}
		if len(o.open) != 0 || len(o.due(end, masterA)) != 0 {
			t.Errorf("%s: something is left of it", test.name)
		}
	}
}

func TestTheFloorIsTheOldestOpenWrite(t *testing.T) {
	o := outbox{client: journal.ClientID{1}}
	o.add(0, Asked{Frame: frame.Watch{ID: 1}}, 0)
	for seq := uint64(1); seq <= 200; seq++ {
		o.add(0, Asked{Frame: writeFrame(seq)}, 0)
	}
	o.due(0, masterA)
	for seq := uint64(200); seq > 50; seq-- {
		o.answer(0, masterA, writtenFrame(seq, frame.CodeOK))
	}
	if got := o.floor(); got != 1 {
		t.Errorf("floor %d, wanted 1", got)
	}
	for seq := uint64(1); seq < 50; seq++ {
		o.answer(0, masterA, writtenFrame(seq, frame.CodeOK))
	}
	if got := o.floor(); got != 50 {
		t.Errorf("floor %d, wanted 50", got)
	}
	if len(o.open) != 2 || len(o.order) > 70 {
		t.Errorf("%d requests are open, %d kept, wanted 2 and hardly more", len(o.open), len(o.order))
	}
	o.unsend()
	var sent []string
	for _, out := range o.due(0, masterB) {
		sent = append(sent, fmt.Sprintf("%T", out.frame))
	}
	if want := "[frame.Unwatch frame.Watch frame.Write]"; fmt.Sprint(sent) != want {
		t.Errorf("sent again %v, wanted %v", sent, want)
	}
}

func TestRequestsAreSentInTheOrderTheyWereAsked(t *testing.T) {
	o := outbox{client: journal.ClientID{1}}
	for seq := uint64(1); seq <= 4; seq++ {
		o.add(0, Asked{Frame: writeFrame(seq)}, 0)
	}
	o.due(0, masterA)
	for _, seq := range []uint64{3, 1, 4, 2} {
		o.answer(0, masterA, writtenFrame(seq, frame.CodeNotMaster))
	}
	for i, out := range o.due(journal.Instant(0).Add(askAgainAfter), masterB) {
		if got := out.frame.(frame.Write).Origin.Seq; got != uint64(i+1) {
			t.Errorf("place %d holds write %d", i, got)
		}
	}
}

func TestAWatchGoesOnBehindWhatCameAndNothingComesTwice(t *testing.T) {
	o := outbox{client: journal.ClientID{1}}
	o.add(0, Asked{Frame: frame.Watch{ID: 5, Prefix: "k"}}, 0)
	o.due(0, masterA)
	event := func(i journal.Index) journal.Event { return journal.Event{Position: positionOf(1, i), Key: "k"} }
	o.answer(0, masterA, frame.Changes{ID: 5, Through: positionOf(1, 3)})
	o.answer(0, masterA, frame.Changes{ID: 5, Through: positionOf(1, 5), Events: []journal.Event{event(4), event(5)}})
	o.unsend()
	out := o.due(0, masterB)
	if got := out[len(out)-1].frame.(frame.Watch).From; got != positionOf(1, 5) {
		t.Errorf("resumes behind %v, wanted 1/5", got)
	}
	if got := o.answer(0, masterA, frame.Changes{ID: 5, Through: positionOf(1, 6), Events: []journal.Event{event(6)}}); got != nil {
		t.Errorf("the node asked before is still heard: %+v", got)
	}
	again := frame.Changes{ID: 5, Through: positionOf(1, 6), Events: []journal.Event{event(5), event(6)}}
	got, _ := o.answer(0, masterB, again).(frame.Changes)
	if len(got.Events) != 1 || got.Events[0].Position.Index != 6 {
		t.Errorf("events %+v, wanted 6 alone", got.Events)
	}
	part, _ := o.answer(0, masterB, frame.Changes{ID: 5, Through: positionOf(1, 5), Events: []journal.Event{event(5)}, More: true}).(frame.Changes)
	if !part.More || len(part.Events) != 0 || part.Through != positionOf(1, 6) {
		t.Errorf("a part that came before is passed on as %+v: wanted that there is more behind 1/6", part)
	}
	gap, _ := o.answer(0, masterB, frame.Changes{ID: 5, Gap: true, Through: positionOf(2, 2)}).(frame.Changes)
	if !gap.Gap {
		t.Error("a gap that goes back is not passed on")
	}
}

func TestAWatchThatLosesItsCopyAmidTheStateIsSentAllOfItAgain(t *testing.T) {
	o := outbox{client: journal.ClientID{1}}
	o.add(0, Asked{Frame: frame.Watch{ID: 5, Prefix: "k", From: positionOf(1, 2)}}, 0)
	o.due(0, masterA)
	resumed := func() journal.Position {
		o.unsend()
		out := o.due(0, masterA)
		return out[len(out)-1].frame.(frame.Watch).From
	}
	part := frame.Changes{ID: 5, Through: positionOf(1, 9), Items: []journal.Item{{Key: "k", Revision: 3}}, More: true}
	first := part
	first.Gap = true
	last := part
	last.More = false
	for _, step := range []struct {
		changes frame.Changes
		want    journal.Position
	}{
		{first, Nowhere}, {part, Nowhere}, {last, positionOf(1, 9)}, {first, Nowhere},
	} {
		if o.answer(0, masterA, step.changes) == nil {
			t.Errorf("%+v is not passed on", step.changes)
		}
		if got := resumed(); got != step.want {
			t.Errorf("behind %+v the watch resumes at %v, wanted %v", step.changes, got, step.want)
		}
	}
}

func TestAWatchFromALaterPositionIsToldOnceHowFarTheRoomIs(t *testing.T) {
	o := outbox{client: journal.ClientID{1}}
	o.add(0, Asked{Frame: frame.Watch{ID: 5, From: positionOf(1, 9)}}, 0)
	ahead := frame.Changes{ID: 5, Through: positionOf(1, 4), Ahead: true}
	o.due(0, masterA)
	if o.answer(0, masterA, ahead) == nil {
		t.Error("it is not told")
	}
	o.unsend()
	out := o.due(0, masterB)
	if got := out[len(out)-1].frame.(frame.Watch).From; got != positionOf(1, 9) {
		t.Errorf("it resumes at %v", got)
	}
	if got := o.answer(0, masterB, ahead); got != nil {
		t.Errorf("it is told again: %+v", got)
	}
}

func TestAWaitWithoutEndIsCutToADay(t *testing.T) {
	o := outbox{client: journal.ClientID{1}}
	w := writeFrame(1)
	w.Wait = 1<<63 - 1
	now := journal.Instant(1 << 60)
	o.add(now, Asked{Frame: w}, 0)
	if got := o.soon; got != now.Add(waitMax) {
		t.Errorf("deadline %d, wanted a day", got)
	}
}

func TestWhatOneNodeWasAskedNoOtherAnswers(t *testing.T) {
	for name, answer := range map[string]frame.Frame{
		"an answer":  frame.OrphanList{ID: 7},
		"a failure":  frame.OrphanList{ID: 7, Failure: &frame.Failure{Code: frame.CodeBusy}},
		"a read":     frame.ReadReply{ID: 7},
		"and a list": frame.OrphanList{ID: 7, Orphans: []journal.Orphan{{}}},
	} {
		o := outbox{client: journal.ClientID{1}}
		o.add(0, Asked{To: masterA, Frame: frame.ListOrphans{ID: 7}}, 0)
		o.add(0, Asked{To: masterA, Frame: frame.Read{ID: 7}}, 0)
		o.due(0, masterB)
		if got := o.answer(0, masterB, answer); got != nil {
			t.Errorf("%s of another node is %+v", name, got)
		}
		if got := o.answer(0, masterA, answer); got == nil {
			t.Errorf("%s of the node that was asked is dropped", name)
		}
	}
}
