package core

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
)

// beforeTime is the logical time of the writes that are evaluated.
const beforeTime = 1000

// before is the state that writes are evaluated on: k=5 of revision 1, text=abc
// of revision 2, and two keys with deadlines, of which one has come since.
func before() *keyspace.State {
	s := keyspace.New()
	for i, c := range []journal.Change{
		{Key: "k", Value: []byte("5")}, {Key: "text", Value: []byte("abc")},
		{Key: "due", Value: []byte("7"), Deadline: beforeTime}, {Key: "soon", Value: []byte("8"), Deadline: beforeTime + 1},
	} {
		s.Apply(journal.Entry{
			Position: positionOf(1, journal.Index(i+1)), Changes: []journal.Change{c},
		})
	}
	return s
}

// changesText writes changes like k=6 -text, with deadlines behind an @.
func changesText(changes []journal.Change) string {
	texts := []string{}
	for _, c := range changes {
		if c.Deleted {
			texts = append(texts, "-"+c.Key)
		} else {
			texts = append(texts, c.Key+"="+string(c.Value))
		}
		if c.Deadline != 0 {
			texts[len(texts)-1] += fmt.Sprint("@", c.Deadline)
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
		{"delete what is not", []frame.Op{frame.Delete{Key: "none"}}, "", "[0]"},
		{"delete twice", []frame.Op{frame.Delete{Key: "k"}, frame.Delete{Key: "k"}}, "-k", "[1 0]"},
		{"increment", []frame.Op{add("k", 2)}, "k=7", "[7]"},
		{"increment nothing", []frame.Op{add("none", -2)}, "none=-2", "[-2]"},
		{"increment by nothing", []frame.Op{add("k", 0)}, "k=5", "[5]"},
		{"increment twice", []frame.Op{add("k", 2), add("k", 3)}, "k=7 k=10", "[7 10]"},
		{"increment what was just set", []frame.Op{set("k", "40"), add("k", 2)}, "k=40 k=42", "[0 42]"},
		{"increment what was just deleted", []frame.Op{frame.Delete{Key: "k"}, add("k", 2)}, "-k k=2", "[1 2]"},
		{"append", []frame.Op{frame.Append{Key: "text", Value: []byte("de")}}, "text=abcde", "[5]"},
		{"append to nothing", []frame.Op{frame.Append{Key: "none", Value: []byte("a")}}, "none=a", "[1]"},
		{"set with a time to live", []frame.Op{frame.Set{Key: "k", Value: []byte("6"), TTL: 50}}, "k=6@1050", "[0]"},
		{"set ends a deadline", []frame.Op{set("soon", "9")}, "soon=9", "[0]"},
		{"increment and append keep it", []frame.Op{add("soon", 1), frame.Append{Key: "soon", Value: []byte("0")}},
			"soon=9@1001 soon=90@1001", "[9 2]"},
		{"what is due counts as absent", []frame.Op{add("due", 1), frame.Delete{Key: "soon"}}, "due=1 -soon", "[1 1]"},
		{"append to what is due", []frame.Op{frame.Append{Key: "due", Value: []byte("1")}}, "due=1", "[1]"},
		{"delete what is due", []frame.Op{frame.Delete{Key: "due"}}, "", "[0]"},
		{"expire", []frame.Op{frame.Expire{Key: "k", TTL: 7}}, "k=5@1007", "[1]"},
		{"persist", []frame.Op{frame.Expire{Key: "soon"}}, "soon=8", "[1]"},
		{"expire what is not there, or due", []frame.Op{frame.Expire{Key: "none", TTL: 7}, frame.Expire{Key: "due", TTL: 7}}, "", "[0 0]"},
		{"expire what was just set", []frame.Op{set("new", "1"), frame.Expire{Key: "new", TTL: 7}}, "new=1 new=1@1007", "[0 1]"},
		{"longer than time is", []frame.Op{frame.Expire{Key: "k", TTL: math.MaxInt64}}, fmt.Sprint("k=5@", math.MaxInt64), "[1]"},
		{"resolve", []frame.Op{set("k", "6"), frame.Resolve{}}, "k=6 -" + journal.Resolution{}.Change().Key, "[0 0]"},
		{"up to the largest number", []frame.Op{add("k", math.MaxInt64-5)}, fmt.Sprint("k=", math.MaxInt64), fmt.Sprint([]int64{math.MaxInt64})},
	} {
		t.Run(test.name, func(t *testing.T) {
			changes, results, failure := evaluate(before(), beforeTime, frame.Write{Ops: test.ops})
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
		{"absent, and it is due", when(frame.Condition{Key: "due", Absent: true}), ""},
		{"the revision of what is due", when(frame.Condition{Key: "due", Revision: 3}), `key "due" does not exist`},
		{"the value of what is due", when(frame.Condition{Key: "due", HasValue: true, Value: []byte("7")}), `key "due" does not exist`},
		{"append over the limit", frame.Write{Ops: []frame.Op{frame.Append{Key: "text", Value: make([]byte, frame.ValueMaxBytes-2)}}},
			"1048577 bytes in a value, at most 1048576"},
		{"append up to the limit", frame.Write{Ops: []frame.Op{frame.Append{Key: "text", Value: make([]byte, frame.ValueMaxBytes-3)}}}, ""},
		{"appends that write more than they send", frame.Write{Ops: []frame.Op{
			frame.Append{Key: "text", Value: make([]byte, frame.ValueMaxBytes/2)}, frame.Append{Key: "text", Value: []byte("d")},
		}}, "1048591 bytes of keys and values that a batch writes, at most 1048576"},
		{"increment a text", frame.Write{Ops: []frame.Op{add("text", 1)}}, `key "text" holds "abc", which is not a whole number of 64 bits`},
		{"over the largest number", frame.Write{Ops: []frame.Op{add("k", math.MaxInt64)}},
			`key "k" holds 5: adding 9223372036854775807 leaves the range of 64 bits`},
		{"below the smallest", frame.Write{Ops: []frame.Op{add("k", -6), add("k", math.MinInt64)}},
			`key "k" holds -1: adding -9223372036854775808 leaves the range of 64 bits`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, failure := evaluate(before(), beforeTime, test.write)
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

func TestARefusalRepeatsOnlyTheBeginningOfALongKey(t *testing.T) {
	key := strings.Repeat("k", frame.KeyMaxBytes)
	state := before()
	state.Apply(journal.Entry{
		Position: journal.Position{Epoch: state.Applied().Epoch, Index: state.Applied().Index + 1},
		Changes:  []journal.Change{{Key: key, Value: []byte("text")}},
	})
	origin := journal.Origin{Client: journal.ClientID{1}, Seq: 1}
	for name, w := range map[string]frame.Write{
		"reserved":     {Origin: origin, Ops: []frame.Op{set("\x00"+key, "v")}},
		"ttl":          {Origin: origin, Ops: []frame.Op{frame.Expire{Key: key, TTL: -1}}},
		"exists":       {Origin: origin, Conditions: []frame.Condition{{Key: key, Absent: true}}, Ops: []frame.Op{set("k", "v")}},
		"value":        {Origin: origin, Conditions: []frame.Condition{{Key: key, HasValue: true}}, Ops: []frame.Op{set("k", "v")}},
		"revision":     {Origin: origin, Conditions: []frame.Condition{{Key: key, Revision: 1 << 40}}, Ops: []frame.Op{set("k", "v")}},
		"not there":    {Origin: origin, Conditions: []frame.Condition{{Key: key[1:], Revision: 1}}, Ops: []frame.Op{set("k", "v")}},
		"no number":    {Origin: origin, Ops: []frame.Op{add(key, 1)}},
		"over 64 bits": {Origin: origin, Ops: []frame.Op{add(key[1:], math.MaxInt64), add(key[1:], 1)}},
	} {
		failure := checkWrite(w)
		if failure == nil {
			_, _, failure = evaluate(state, beforeTime, w)
		}
		if failure == nil || len(failure.Text) > 160 || !strings.Contains(failure.Text, "kkkk") {
			t.Errorf("%s: %v", name, failure)
		}
	}
}

func TestATimeToLiveHasALeastAndAMost(t *testing.T) {
	for ttl, wanted := range map[time.Duration]string{
		0:                "",
		frame.TTLMin:     "",
		frame.TTLMin - 1: `key "k" is to last 999.999µs: between 1ms and 876000h, or for ever`,
		-frame.TTLMin:    `key "k" is to last -1ms: between 1ms and 876000h, or for ever`,
		frame.TTLMax:     "",
		frame.TTLMax + 1: `key "k" is to last 876000h0m0.000000001s: between 1ms and 876000h, or for ever`,
	} {
		for _, op := range []frame.Op{frame.Set{Key: "k", TTL: ttl}, frame.Expire{Key: "k", TTL: ttl}} {
			w := frame.Write{Origin: journal.Origin{Client: journal.ClientID{1}, Seq: 1}, Ops: []frame.Op{op}}
			got := ""
			if failure := checkWrite(w); failure != nil {
				got = failure.Text
			}
			if got != wanted {
				t.Errorf("%v: %q, wanted %q", ttl, got, wanted)
			}
		}
	}
}

func TestOnlyItsOwnWriteResolvesAnOrphan(t *testing.T) {
	r := journal.Resolution{Orphan: positionOf(1, 7), Client: journal.ClientID{7}, Seq: 3}
	resolve, own := frame.Resolve(r), r.Origin()
	for _, test := range []struct {
		name   string
		origin journal.Origin
		ops    []frame.Op
		ok     bool
	}{
		{"discard", own, []frame.Op{resolve}, true},
		{"replay", own, []frame.Op{set("k", "1"), resolve}, true},
		{"not at the end", own, []frame.Op{resolve, set("k", "1")}, false},
		{"another client", journal.Origin{Client: journal.ClientID{1}, Seq: 1}, []frame.Op{resolve}, false},
		{"again", journal.Origin{Client: own.Client, Seq: 2}, []frame.Op{resolve}, false},
	} {
		if failure := checkWrite(frame.Write{Origin: test.origin, Ops: test.ops}); (failure == nil) != test.ok {
			t.Errorf("%s: %v", test.name, failure)
		}
	}
}
