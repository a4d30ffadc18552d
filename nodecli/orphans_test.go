package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestOrphansAreNamedByPositionsAndReceipts(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"7/1042", "[7/1042]"},
		{"7/1042 7/1043", "[7/1042 7/1043]"},
		{"7/1042 by=k3mf9x2p 8/2", "[7/1042 by=k3mf9x2p 8/2]"},
		{"7/1042 by=k3mf9x2p ack=all copies=3 durable=3 8/2 by=aaaa", "[7/1042 by=k3mf9x2p 8/2 by=aaaa]"},
		{"", ""}, {"by=aaaa", ""}, {"7", ""}, {"7/0", ""}, {"7/1 colour=blue", ""},
	} {
		got, err := parseNamed(strings.Fields(c.args))
		if c.want == "" && err == nil || c.want != "" && (err != nil || fmt.Sprint(got) != c.want) {
			t.Errorf("%q: %v, %v; wanted %q", c.args, got, err, c.want)
		}
	}
}

func TestAnOrphansKeysAreShownAsItsLastChangeLeftThem(t *testing.T) {
	o := host.Orphan{Orphan: journal.Orphan{
		Entry: journal.Entry{Changes: []journal.Change{
			{Key: "a", Value: []byte("1")}, {Key: "b", Value: []byte("2")}, {Key: "a", Deleted: true},
			journal.Resolution{Orphan: journal.Position{Index: 3}}.Change(),
		}},
		Before: []journal.Item{{Key: "b", Value: []byte("(not there)")}}, HasBefore: true,
	}}
	var got []string
	for _, k := range keysOfOrphan(o) {
		got = append(got, k.key, itemText(k.before, k.beforeKnown), itemText(k.orphaned, true), itemText(k.now, k.nowKnown))
	}
	want := []string{"a", "(not there)", "(not there)", "(not known)", "b", `"(not there)"`, "2", "(not known)"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q, wanted %q", got, want)
	}
	if got := keysText(o.Entry); got != "a b a (resolves 0/3)" {
		t.Errorf("keys %q", got)
	}
}

func TestARowOfAnOrphanNamesItsKeysOrSaysThatThereAreNone(t *testing.T) {
	set := func(key string) journal.Change { return journal.Change{Key: key, Value: []byte("1")} }
	for _, c := range []struct {
		changes []journal.Change
		want    string
	}{
		{nil, "-"},
		{[]journal.Change{set("a"), set("b c")}, `a "b c"`},
		{[]journal.Change{set("a"), set("b"), set("c"), set("d"), set("e")}, "a b c +2"},
	} {
		if got := keysText(journal.Entry{Changes: c.changes}); got != c.want {
			t.Errorf("%d changes: %q, wanted %q", len(c.changes), got, c.want)
		}
	}
}
