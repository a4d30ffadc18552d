package keyspace

import (
	"fmt"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

var testEpoch = journal.Epoch{Number: 1, Master: journal.NodeID{1}}

func at(i journal.Index) journal.Position {
	if i == 0 {
		return journal.Position{}
	}
	return journal.Position{Epoch: testEpoch, Index: i}
}

func set(key, value string) journal.Change { return journal.Change{Key: key, Value: []byte(value)} }

func del(key string) journal.Change { return journal.Change{Key: key, Deleted: true} }

// start is an entry without a client.
func start(i journal.Index, changes ...journal.Change) journal.Entry {
	return journal.Entry{Position: at(i), Time: journal.Instant(i) * 10, Changes: changes}
}

// wrote is an entry of a client's write.
func wrote(i journal.Index, client byte, seq, floor uint64, changes ...journal.Change) journal.Entry {
	e := start(i, changes...)
	e.Origin = journal.Origin{Client: journal.ClientID{client}, Seq: seq, Floor: floor}
	e.Results = []int64{int64(i)}
	return e
}

func applied(entries ...journal.Entry) *State {
	s := New()
	for _, e := range entries {
		s.Apply(e)
	}
	return s
}

// scanned shows what a scan visits as key=value@revision.
func scanned(scan func(prefix, after string, visit func(journal.Item) bool), prefix, after string) string {
	text := ""
	scan(prefix, after, func(i journal.Item) bool {
		text += fmt.Sprintf("%s=%s@%d ", i.Key, i.Value, i.Revision)
		return true
	})
	return text
}

func wantPanic(t *testing.T, what string, do func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	do()
}

// knowsClient reports whether the dedupe table has a row for the client.
func (s *State) knowsClient(client journal.ClientID) bool {
	_, ok := s.newest.table.records.Get(&record{client: client})
	return ok
}
