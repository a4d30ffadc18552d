package keyspace

import (
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func mortal(key, value string, deadline journal.Instant) journal.Change {
	return journal.Change{Key: key, Value: []byte(value), Deadline: deadline}
}

func TestADueKeyIsMaskedByTheTimeOfTheStateRead(t *testing.T) {
	s := applied(start(1, mortal("a", "1", 15), mortal("b", "1", 25), set("c", "1"))) // at 10
	s.Commit(1)
	s.Apply(start(2, set("c", "2"))) // at 20
	if got := scanned(s.Scan, "", ""); got != "b=1@1 c=2@2 " {
		t.Errorf("newest: %s", got)
	}
	if got := scanned(s.ScanCommitted, "", ""); got != "a=1@1 b=1@1 c=1@1 " {
		t.Errorf("committed: %s", got)
	}
	if _, ok := s.GetCommitted("a"); !ok {
		t.Error("a is due at the commit mark")
	}
	s.Commit(2)
	if _, ok := s.GetCommitted("a"); ok {
		t.Error("a is not due at the commit mark")
	}
	if _, ok := s.GetAt("b", 24); !ok {
		t.Error("b is due before its deadline")
	}
	if _, ok := s.GetAt("b", 25); ok {
		t.Error("b is not due at its deadline")
	}
	if s.Len() != 3 {
		t.Errorf("%d keys: reading took one away", s.Len())
	}
	if got := scanned(s.Snapshot().Scan, "", ""); got != "b=1@1 c=2@2 " {
		t.Errorf("snapshot: %s", got)
	}
}

func TestAnEntryThatIsUndoneBringsDeadlinesBack(t *testing.T) {
	s := applied(start(1, mortal("a", "1", 15), mortal("b", "1", 25)))
	before, next := s.Hash(), s.NextDeadline()
	s.Apply(start(2, del("a"), set("b", "2")))
	if got := s.NextDeadline(); got != 0 {
		t.Errorf("next deadline %d, but no key has one", got)
	}
	s.Undo(1)
	if s.Hash() != before || s.NextDeadline() != next {
		t.Errorf("hash %x, next deadline %d; wanted %x, %d", s.Hash(), s.NextDeadline(), before, next)
	}
}

// The hashes stand in snapshots on disks that know of no deadlines.
func TestAKeyWithoutADeadlineHashesAsBefore(t *testing.T) {
	i := journal.Item{Key: "colour", Value: []byte("blue"), Revision: 7}
	if got := hashItem(i); got != 0x36b4089f060661b {
		t.Errorf("item: %#x", got)
	}
	p := Part{Items: []journal.Item{i}, Evicted: 3}
	if got := SumPart(p); got != 0x4831019ebffdb8f {
		t.Errorf("part: %#x", got)
	}
	with := i
	with.Deadline = 9
	if hashItem(with) == hashItem(i) || SumPart(Part{Items: []journal.Item{with}, Evicted: 3}) == SumPart(p) {
		t.Error("a deadline leaves no trace")
	}
	swapped := []journal.Item{with, {Key: "x", Revision: 7}}
	other := []journal.Item{i, {Key: "x", Revision: 7, Deadline: 9}}
	if hashItem(swapped[0])+hashItem(swapped[1]) == hashItem(other[0])+hashItem(other[1]) || SumPart(Part{Items: swapped}) == SumPart(Part{Items: other}) {
		t.Error("a deadline of one key counts like that of another")
	}
}
