package keyspace

import (
	"fmt"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

// matches shows whom an entry concerns, and with what.
func matches[W comparable](w *Watches[W], e journal.Entry) string {
	text := ""
	w.Match(e, func(id W, events []journal.Event) {
		text += fmt.Sprint(id, ":")
		for _, v := range events {
			if v.Deleted {
				text += " -" + v.Key
			} else {
				text += fmt.Sprintf(" %s=%s", v.Key, v.Value)
			}
		}
		text += "; "
	})
	return text
}

func TestMatchGoesByOrderOfSubscription(t *testing.T) {
	var w Watches[string]
	if got := matches(&w, start(1, set("a", "1"))); got != "" {
		t.Errorf("the zero Watches match %s", got)
	}
	w.Add("all", "", false)
	w.Add("exact", "ab", true)
	w.Add("prefix", "ab", false)
	w.Add("also", "ab", true)
	w.Add("longer", "abc", false)
	w.Add("structures", "\x00", false)
	w.Add("structure", "\x00q", true)

	e := start(1, set("abc", "1"), set("\x00q", "2"), del("ab"), set("x", "3"), set("abc", "4"))
	want := "all: abc=1 -ab x=3 abc=4; exact: -ab; prefix: abc=1 -ab abc=4; also: -ab; longer: abc=1 abc=4; "
	for range 2 { // a match leaves nothing behind
		if got := matches(&w, e); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}

	w.Remove("prefix")
	w.Remove("nobody")
	w.Add("all", "a", false) // anew, and so last
	want = "exact: -ab; also: -ab; longer: abc=1 abc=4; all: abc=1 -ab abc=4; "
	if got := matches(&w, e); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	for _, id := range []string{"all", "exact", "also", "longer", "structures", "structure"} {
		w.Remove(id)
	}
	if got := matches(&w, e); got != "" || w.Len() != 0 || len(w.byKey)+len(w.byPrefix)+len(w.lengths) != 0 {
		t.Errorf("removed watches match %s; left %v %v %v", got, w.byKey, w.byPrefix, w.lengths)
	}
}

func TestEventsSayWhereTheyHappenedAndAreTheVisitors(t *testing.T) {
	var w Watches[int]
	w.Add(1, "a", false)
	var first []journal.Event
	w.Match(start(1, set("a1", "x")), func(_ int, events []journal.Event) { first = events })
	w.Match(start(2, set("a2", "y")), func(int, []journal.Event) {})
	if len(first) != 1 || first[0].Position != at(1) || first[0].Key != "a1" {
		t.Errorf("events of the first entry: %v", first)
	}
}
