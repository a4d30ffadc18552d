package core

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// cutCopy is a copy that had k=old committed and has cut a write of changes,
// whose place is taken.
func cutCopy(t *testing.T, changes ...journal.Change) (*localCopy, journal.Orphan) {
	t.Helper()
	first, lost := entryOf(1, 1, 1), entryOf(1, 2, 2)
	first.Changes = []journal.Change{{Key: "k", Value: []byte("old")}}
	lost.Changes = changes
	other := entryOf(2, 2, 9)
	other.Changes[0].Key = "other"
	c := copyOf(t, first, lost)
	c.commit(1)
	c.mustMerge(t, other)
	c.commit(2)
	i, found := c.orphans.find(lost.Position)
	if !found || !c.orphans.list[i].Final {
		t.Fatalf("orphans %+v", c.orphans.list)
	}
	return c, c.orphans.list[i]
}

func TestAnOrphanKnowsWhatItsWriterMetAndWhatIsInItsPlace(t *testing.T) {
	_, o := cutCopy(t, journal.Change{Key: "new", Value: []byte("1")}, journal.Change{Key: "k", Value: []byte("2")},
		journal.Change{Key: "k", Deleted: true})
	if !o.HasBefore || len(o.Before) != 1 || o.Before[0].Key != "k" || string(o.Before[0].Value) != "old" {
		t.Errorf("before %+v", o.Before)
	}
	if o.Replaced != positionOf(2, 2) {
		t.Errorf("replaced by %v", o.Replaced)
	}
	w, failure := Replay(o, false)
	if failure != nil || checkWrite(w) != nil {
		t.Fatalf("%v, %v", failure, checkWrite(w))
	}
	if got := fmt.Sprint(w.Conditions); got != fmt.Sprint([]frame.Condition{
		{Key: "new", Absent: true}, {Key: "k", HasValue: true, Value: []byte("old")},
	}) {
		t.Errorf("conditions %v", got)
	}
	if len(w.Ops) != 4 || w.Ops[3] != frame.Resolve(o.Resolution()) {
		t.Errorf("operations %v", w.Ops)
	}
}

func TestWhatManyKeysWereIsForgottenBeyondTheSizeOfABatch(t *testing.T) {
	for _, test := range []struct {
		keys, each int
		want       bool
	}{{1, frame.ValueMaxBytes, true}, {2, frame.BatchMaxBytes/2 - 4, true}, {2, frame.BatchMaxBytes / 2, false}} {
		first, lost := entryOf(1, 1, 1), entryOf(1, 2, 2)
		first.Changes, lost.Changes = nil, nil
		for i := range test.keys {
			key := fmt.Sprint("k", i)
			first.Changes = append(first.Changes, journal.Change{Key: key, Value: make([]byte, test.each)})
			lost.Changes = append(lost.Changes, journal.Change{Key: key, Deleted: true})
		}
		c := copyOf(t, first, lost)
		c.commit(1)
		c.mustMerge(t, entryOf(2, 2, 9))
		if o := c.orphans.list[0]; o.HasBefore != test.want || (len(o.Before) > 0) != test.want {
			t.Errorf("%d keys of %d bytes: known is %v", test.keys, test.each, o.HasBefore)
		}
	}
}

func TestAReplayThatCannotBeMadeSaysWhy(t *testing.T) {
	p := positionOf(1, 7)
	known := journal.Orphan{Entry: journal.Entry{Position: p, Changes: []journal.Change{{Key: "k"}}}, HasBefore: true}
	superseded, unknown := known, known
	superseded.Superseded, unknown.HasBefore = true, false
	for _, test := range []struct {
		name   string
		orphan journal.Orphan
		force  bool
		want   string
	}{
		{"known", known, false, ""},
		{"superseded", superseded, false, "made twice"},
		{"superseded, and forced: the master knows", superseded, true, ""},
		{"not known what was before", unknown, false, "no longer known"},
		{"not known, and forced", unknown, true, ""},
	} {
		_, failure := Replay(test.orphan, test.force)
		if test.want == "" && failure != nil || test.want != "" && (failure == nil || !strings.Contains(failure.Text, test.want)) {
			t.Errorf("%s: %v", test.name, failure)
		}
	}
}

func TestAReplayIsNotMadeWhereItMayBeForgotten(t *testing.T) {
	_, o := cutCopy(t, journal.Change{Key: "k", Value: []byte("new")})
	state := keyspace.New()
	state.DedupeMaxClients = 1
	for i := journal.Index(1); i < 8; i++ { // each by another client
		e := entryOf(2, i, 1)
		e.Origin.Client, e.Changes = journal.ClientID{byte(i)}, nil
		state.Apply(e)
	}
	evicted := state.Evicted()
	w, _ := Replay(o, false)
	forced, _ := Replay(o, true)
	for _, test := range []struct {
		name  string
		write frame.Write
		since journal.Index // where the room went on without the orphan
		want  bool
	}{
		{"since something later", w, evicted + 1, true},
		{"since what was forgotten", w, evicted, false},
		{"since before", w, 2, false},
		{"since before, and forced", forced, 2, true},
		{"since before, and discarded", Discard(o), 2, true},
	} {
		orphan := o.Entry.Position
		orphan.Index = evicted + 10 // of a long tail
		resolve := o.Resolution()
		resolve.Orphan = orphan
		test.write.Ops = append(slices.Clone(test.write.Ops[:len(test.write.Ops)-1]), frame.Resolve(resolve))
		history := journal.History{{Epoch: orphan.Epoch, First: 1}, {Epoch: positionOf(2, 1).Epoch, First: test.since}}
		failure := checkForgotten(state, history, test.write)
		if (failure == nil) != test.want || failure != nil && failure.Code != frame.CodeConflict {
			t.Errorf("%s: %v", test.name, failure)
		}
	}
}

func TestTheReplayOfTheLargestWriteKeepsTheLimits(t *testing.T) {
	many := make([]journal.Change, frame.BatchMaxOps)
	for i := range many {
		many[i] = journal.Change{Key: fmt.Sprint(i), Value: []byte("v")}
	}
	one := []journal.Change{{Key: strings.Repeat("k", frame.KeyMaxBytes), Value: make([]byte, frame.ValueMaxBytes)}}
	two := []journal.Change{{Key: "1", Value: make([]byte, frame.BatchMaxBytes/2-1)}, {Key: "2", Value: make([]byte, frame.BatchMaxBytes/2-1)}}
	for _, changes := range [][]journal.Change{many, one, two} {
		c, o := cutCopy(t, changes...)
		w, failure := Replay(o, false)
		if failure == nil {
			failure = checkWrite(w)
		}
		if failure == nil {
			_, _, failure = evaluate(c.state, 0, w)
		}
		if failure != nil {
			t.Errorf("%d changes: %v", len(changes), failure)
		}
	}
}

func TestAReplayThatIsCutIsTheSameWriteAgain(t *testing.T) {
	c, o := cutCopy(t, journal.Change{Key: "k", Value: []byte("new")})
	w, _ := Replay(o, false)
	changes, results, failure := evaluate(c.state, 0, w)
	if failure != nil {
		t.Fatal(failure)
	}
	replay := journal.Entry{Position: positionOf(2, 3), Origin: w.Origin, Changes: changes, Results: results}
	c.mustMerge(t, replay)
	c.mustMerge(t, entryOf(3, 3, 10))
	c.commit(3)
	if len(c.orphans.list) != 2 {
		t.Fatalf("orphans %+v: the replay was cut too", c.orphans.list)
	}
	again, failure := Replay(c.orphans.list[1], false)
	if failure != nil || again.Origin != w.Origin || !slices.Equal(kindsOf(again.Ops), kindsOf(w.Ops)) {
		t.Errorf("%+v, %v; wanted %+v", again, failure, w)
	}
	replay.Position = positionOf(3, 4)
	c.mustMerge(t, replay)
	c.commit(4)
	if len(c.orphans.list) != 0 {
		t.Errorf("orphans %+v: both are resolved", c.orphans.list)
	}
	item, _ := c.state.Get("k")
	if !bytes.Equal(item.Value, []byte("new")) {
		t.Errorf("k is %q", item.Value)
	}
}

func kindsOf(ops []frame.Op) []string {
	var kinds []string
	for _, op := range ops {
		kinds = append(kinds, fmt.Sprintf("%v", op))
	}
	return kinds
}

func TestAKeyThatWasToExpireLastsAsLongWhenReplayed(t *testing.T) {
	o := journal.Orphan{HasBefore: true, Entry: journal.Entry{
		Position: positionOf(1, 2), Time: 100, Changes: []journal.Change{{Key: "k", Deadline: 100 + journal.Instant(time.Minute)}},
	}}
	w, failure := Replay(o, false)
	if set, ok := w.Ops[0].(frame.Set); !ok || failure != nil || set.TTL != time.Minute {
		t.Errorf("%+v, %v", w.Ops, failure)
	}
	o.Entry.Changes[0].Deadline = 101 // what an increment met that came in the last moment
	if w, _ = Replay(o, true); checkWrite(w) != nil {
		t.Errorf("a key that was to last a nanosecond can't be replayed: %v", checkWrite(w))
	}
}

func TestALongListOfOrphansComesInPages(t *testing.T) {
	n := &Node{copy: copyOf(t)}
	for i := journal.Index(1); i <= 5; i++ {
		e := entryOf(1, i, uint64(i))
		e.Changes[0].Value = make([]byte, frame.ReplyMaxBytes*2/5)
		n.copy.orphans.list = append(n.copy.orphans.list, journal.Orphan{Entry: e, Final: i != 2, Superseded: i == 3})
	}
	var got []journal.Index
	request, pages := frame.ListOrphans{All: true}, 0
	for {
		page := n.listOrphans(request)
		pages++
		for _, o := range page.Orphans {
			got = append(got, o.Entry.Position.Index)
			request.After = o.Entry.Position
		}
		if !page.More {
			break
		}
	}
	if !slices.Equal(got, []journal.Index{1, 3, 4, 5}) || pages != 2 {
		t.Errorf("%v in %d pages", got, pages)
	}
	if page := n.listOrphans(frame.ListOrphans{Limit: 2}); len(page.Orphans) != 2 || !page.More || page.Orphans[1].Entry.Position.Index != 4 {
		t.Errorf("the first two open ones: %d, more %v", len(page.Orphans), page.More)
	}
}

func TestARecordThatWasResolvedIsDroppedAtTheStart(t *testing.T) {
	c, o := cutCopy(t, journal.Change{Key: "k", Value: []byte("new")})
	w, _ := Replay(o, false)
	changes, results, _ := evaluate(c.state, 0, w)
	c.mustMerge(t, journal.Entry{Position: positionOf(2, 3), Origin: w.Origin, Changes: changes, Results: results})
	c.commit(3)
	// The record of the drop is what a crash has lost.
	stored := Stored{Meta: c.meta, Snapshot: c.state.Snapshot(), History: c.log.History(), Orphans: []journal.Orphan{o}}
	loaded, err := newLocalCopy(stored, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.orphans.list) != 0 || len(loaded.orphans.takeNews()) != 0 {
		t.Errorf("orphans %+v", loaded.orphans.list)
	}
	if drop, ok := loaded.records[len(loaded.records)-1].(DropOrphans); !ok || drop.Positions[0] != o.Entry.Position {
		t.Errorf("records %+v", loaded.records)
	}
}
