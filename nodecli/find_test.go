package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func TestANodeIsFoundByNameOrByTheBeginningOfItsID(t *testing.T) {
	idOf := func(first byte) journal.NodeID { return journal.NodeID{first, 1, 2, 3} }
	nodes := []register.Member{
		{Node: idOf(0x00), Name: "alice"}, // aaaq...
		{Node: idOf(0x01), Name: "bob"},   // aeaq...
		{Node: idOf(0x80), Name: "bob"},   // qaaq...
		{Node: idOf(0xff), Name: "q"},     // 74aq...
	}
	if text := idOf(0x80).String(); !strings.HasPrefix(text, "qaa") {
		t.Fatalf("the ids are not what the table thinks: %s", text)
	}
	for _, c := range []struct {
		text   string
		want   journal.NodeID
		status int // 0: found
	}{
		{text: "alice", want: idOf(0x00)},
		{text: "aa", want: idOf(0x00)},
		{text: "AA", want: idOf(0x00)},
		{text: idOf(0x01).Full(), want: idOf(0x01)},
		{text: idOf(0x80).String(), want: idOf(0x80)},
		{text: "q", want: idOf(0xff)}, // a name goes before an id
		{text: "qa", want: idOf(0x80)},
		{text: "bob", status: exitMisuse},
		{text: "a", status: exitMisuse},
		{text: "ali", status: exitFailed},
		{text: "zz", status: exitFailed},
		{text: "", status: exitFailed},
	} {
		found, err := matchNode(nodes, c.text)
		status := exitDone
		if exit, ok := errors.AsType[*exitError](err); ok {
			status = exit.status
		}
		if found.Node != c.want || status != c.status {
			t.Errorf("%q: found %v, status %d; want %v, status %d", c.text, found, status, c.want, c.status)
		}
	}
}

func TestAnAmbiguousNodeListsTheMatches(t *testing.T) {
	nodes := []register.Member{{Node: journal.NodeID{1}, Name: "bob"}, {Node: journal.NodeID{2}, Name: "bob"}}
	_, err := matchNode(nodes, "bob")
	if want := `"bob" means 2 nodes: bob (aeaaaaaa), bob (aiaaaaaa)`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
