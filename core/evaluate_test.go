package core

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// before is the state that writes are evaluated on: k=5 of revision 1, and
// text=abc of revision 2.
func before() *keyspace.State {
	s := keyspace.New()
	for i, kv := range []string{"k=5", "text=abc"} {
		key, value, _ := strings.Cut(kv, "=")
		s.Apply(journal.Entry{
			Position: positionOf(1, journal.Index(i+1)),
			Changes:  []journal.Change{{Key: key, Value: []byte(value)}},
		})
	}
	return s
}

// changesText writes changes like k=6 -text.
func changesText(changes []journal.Change) string {
	texts := []string{}
	for _, c := range changes {
		if c.Deleted {
			texts = append(texts, "-"+c.Key)
		} else {
			texts = append(texts, c.Key+"="+string(c.Value))
		}
	}
	return strings.Join(texts, " ")
}

func set(key, value string) frame.Op { return frame.Set{Key: key, Value: []byte(value)} }

func add(key string, by int64) frame.Op { return frame.Increment{Key: key, By: by} }

func TestOperationsSeeThoseBeforeThem(t *testing.T) {
	for _, test := range []struct {
		name    string
		ops     []frame.Op
		changes string
		results string
	}{
		{"set", []frame.Op{set("new", "1")}, "new=1", "[0]"},
		{"delete what is there", []frame.Op{frame.Delete{Key: "k"}}, "-k", "[1]"},
		{"delete what is not", []frame.Op{frame.Delete{Key: "none"}}, "-none", "[0]"},
		{"delete twice", []frame.Op{frame.Delete{Key: "k"}, frame.Delete{Key: "k"}}, "-k -k", "[1 0]"},
		{"increment", []frame.Op{add("k", 2)}, "k=7", "[7]"},
		{"increment nothing", []frame.Op{add("none", -2)}, "none=-2", "[-2]"},
		{"increment by nothing", []frame.Op{add("k", 0)}, "k=5", "[5]"},
		{"increment twice", []frame.Op{add("k", 2), add("k", 3)}, "k=7 k=10", "[7 10]"},
		{"increment what was just set", []frame.Op{set("k", "40"), add("k", 2)}, "k=40 k=42", "[0 42]"},
		{"increment what was just deleted", []frame.Op{frame.Delete{Key: "k"}, add("k", 2)}, "-k k=2", "[1 2]"},
		{"up to the largest number", []frame.Op{add("k", math.MaxInt64-5)}, fmt.Sprint("k=", math.MaxInt64), fmt.Sprint([]int64{math.MaxInt64})},
	} {
		t.Run(test.name, func(t *testing.T) {
			changes, results, failure := evaluate(before(), frame.Write{Ops: test.ops})
			if failure != nil {
				t.Fatal(failure)
			}
			if got := changesText(changes); got != test.changes || fmt.Sprint(results) != test.results {
				t.Errorf("%s, results %v; wanted %s, %s", got, results, test.changes, test.results)
			}
		})
	}
}

func TestAWriteThatCannotBeMadeSaysWhy(t *testing.T) {
	when := func(c frame.Condition) frame.Write {
		return frame.Write{Conditions: []frame.Condition{c}, Ops: []frame.Op{set("k", "6")}}
	}
	for _, test := range []struct {
		name  string
		write frame.Write
		text  string // "" where it can be made
	}{
		{"absent, and it is", when(frame.Condition{Key: "none", Absent: true}), ""},
		{"absent, but it is there", when(frame.Condition{Key: "k", Absent: true}), `key "k" exists, at revision 1`},
		{"the revision", when(frame.Condition{Key: "text", Revision: 2}), ""},
		{"another revision", when(frame.Condition{Key: "text", Revision: 1}), `key "text" is at revision 2, not 1`},
		{"the revision of nothing", when(frame.Condition{Key: "none", Revision: 1}), `key "none" does not exist`},
		{"the value", when(frame.Condition{Key: "k", HasValue: true, Value: []byte("5")}), ""},
		{"another value", when(frame.Condition{Key: "k", HasValue: true, Value: []byte("6")}), `key "k" holds another value, at revision 1`},
		{"increment a text", frame.Write{Ops: []frame.Op{add("text", 1)}}, `key "text" holds "abc", which is not a whole number of 64 bits`},
		{"over the largest number", frame.Write{Ops: []frame.Op{add("k", math.MaxInt64)}},
			`key "k" holds 5: adding 9223372036854775807 leaves the range of 64 bits`},
		{"below the smallest", frame.Write{Ops: []frame.Op{add("k", -6), add("k", math.MinInt64)}},
			`key "k" holds -1: adding -9223372036854775808 leaves the range of 64 bits`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, failure := evaluate(before(), test.write)
			got := ""
			if failure != nil {
				got = failure.Text
			}
			if got != test.text {
				t.Errorf("failure %q, wanted %q", got, test.text)
			}
		})
	}
}

func TestLimitsOfAWriteHoldAtTheLimit(t *testing.T) {
	origin := journal.Origin{Client: journal.ClientID{1}, Seq: 1}
	many := func(count int, value int) []frame.Op {
		ops := make([]frame.Op, count)
		for i := range ops {
			ops[i] = frame.Set{Key: fmt.Sprintf("%04d", i), Value: make([]byte, value)}
		}
		return ops
	}
	key := func(n int) []frame.Op { return []frame.Op{set(strings.Repeat("k", n), "")} }
	for _, test := range []struct {
		name string
		ops  []frame.Op
		text string
	}{
		{"longest key", key(frame.KeyMaxBytes), ""},
		{"key", key(frame.KeyMaxBytes + 1), "1025 bytes in a key, at most 1024"},
		{"longest value", many(1, frame.ValueMaxBytes), ""},
		{"value", many(1, frame.ValueMaxBytes+1), "1048577 bytes in a value, at most 1048576"},
		{"most operations", many(frame.BatchMaxOps, 1), ""},
		{"operations", many(frame.BatchMaxOps+1, 1), "1001 operations in a batch, at most 1000"},
		{"biggest batch", many(2, frame.BatchMaxBytes/2-4), ""},
		{"batch", many(2, frame.BatchMaxBytes/2-3), "1048578 bytes in a batch, at most 1048576"},
	} {
		got := ""
		if failure := checkWrite(frame.Write{Origin: origin, Ops: test.ops}); failure != nil {
			got = failure.Text
		}
		if got != test.text {
			t.Errorf("%s: %q, wanted %q", test.name, got, test.text)
		}
	}
}

func TestTheValueOfAConditionHasTheLimitOfAValue(t *testing.T) {
	for size, wanted := range map[int]string{
		frame.ValueMaxBytes:     "",
		frame.ValueMaxBytes + 1: "1048577 bytes in the value of a condition, at most 1048576",
	} {
		w := frame.Write{
			Origin:     journal.Origin{Client: journal.ClientID{1}, Seq: 1},
			Ops:        []frame.Op{set("k", "v")},
			Conditions: []frame.Condition{{Key: "k", HasValue: true, Value: make([]byte, size)}},
		}
		got := ""
		if failure := checkWrite(w); failure != nil {
			got = failure.Text
		}
		if got != wanted {
			t.Errorf("%d bytes: %q, wanted %q", size, got, wanted)
		}
	}
}
