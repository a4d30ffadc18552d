package core

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// apply makes an entry of a write on a copy, at the end of its journal.
func (c *localCopy) apply(t *testing.T, w frame.Write) journal.Position {
	t.Helper()
	changes, results, failure := evaluate(c.state, 0, w)
	if failure != nil {
		t.Fatal(failure)
	}
	last := c.log.Last()
	e := journal.Entry{
		Position: journal.Position{Epoch: last.Epoch, Index: last.Index + 1}, Origin: w.Origin, Changes: changes, Results: results,
	}
	c.mustMerge(t, e)
	c.commit(e.Position.Index)
	return e.Position
}

func TestAReplayOfWhatARetryHasBroughtIsRefusedEvenWithForce(t *testing.T) {
	c, o := cutCopy(t, journal.Change{Key: "k", Value: []byte("new")})
	replay, _ := Replay(o, true)
	if failure := checkRetried(c.state, replay); failure != nil {
		t.Fatal(failure)
	}
	c.apply(t, frame.Write{Origin: o.Entry.Origin, Ops: []frame.Op{frame.Set{Key: "k", Value: []byte("new")}}})
	if failure := checkRetried(c.state, replay); failure == nil || failure.Code != frame.CodeConflict {
		t.Errorf("got %v", failure)
	}
	if failure := checkRetried(c.state, Discard(o)); failure != nil {
		t.Errorf("to discard it: %v", failure)
	}
}

func TestARetryOfAWriteThatIsResolvedIsNotMadeAgain(t *testing.T) {
	for name, discarded := range map[string]bool{"replayed as an orphan": false, "discarded as an orphan": true} {
		c, o := cutCopy(t, journal.Change{Key: "k", Value: []byte("new")})
		retry := frame.Write{Origin: o.Entry.Origin, Retry: true, Ops: []frame.Op{frame.Set{Key: "k", Value: []byte("new")}}}
		first := retry
		first.Retry = false
		if failure := checkResolved(c.state, retry); failure != nil {
			t.Fatal(failure)
		}
		resolution, _ := Replay(o, false)
		if discarded {
			resolution = Discard(o)
		}
		at := c.apply(t, resolution)
		failure := checkResolved(c.state, retry)
		if failure == nil || failure.Code != frame.CodeOutcomeUnknown || !strings.Contains(failure.Text, name) {
			t.Errorf("%s: %v", name, failure)
		} else if discarded == (failure.Position == at) {
			t.Errorf("%s: it stands at %v", name, failure.Position)
		}
		if failure := checkResolved(c.state, first); failure != nil {
			t.Errorf("%s: another write of that number, which was never sent before: %v", name, failure)
		}
		if failure := checkResolved(c.state, resolution); failure != nil {
			t.Errorf("%s: the resolution again: %v", name, failure)
		}
	}
}

// A write that was tried again may be an orphan at two positions.
func TestTheOrphansOfOneWriteAreResolvedTogether(t *testing.T) {
	c, o := cutCopy(t, journal.Change{Key: "k", Value: []byte("new")})
	again := o.Entry
	again.Position = positionOf(2, 3)
	c.mustMerge(t, again)
	c.mustMerge(t, entryOf(3, 3, 11))
	c.commit(3)
	if c.orphans.final() != 2 {
		t.Fatalf("orphans %+v", c.orphans.list)
	}
	one, other := Discard(c.orphans.list[0]), Discard(c.orphans.list[1])
	if one.Origin != other.Origin {
		t.Errorf("%+v and %+v", one.Origin, other.Origin)
	}
	c.apply(t, one)
	if len(c.orphans.list) != 0 {
		t.Errorf("orphans %+v", c.orphans.list)
	}
}
