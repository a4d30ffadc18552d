package roomtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
	"github.com/understudy-dev/understudy/site/sitetest"
)

// room is three tabs and two processes in one room, and a client of this test.
type room struct {
	*house
	name    string
	tabs    []*tab // the first one is master at first
	natives []*native
	client  *host.Client

	watched []*tab   // all tabs there ever were
	gone    []string // names of nodes that will not come back
}

type tab struct {
	*sitetest.Tab
	name string
}

var tabNames, nativeNames = []string{"otter", "lynx", "heron"}, []string{"ant", "bee"}

// openRoom opens a room and waits until all five copies are in sync. Open opens
// a tab: with the page or without.
func openRoom(t *testing.T, h *house, name string, open func(h *house, tb testing.TB, room, name string) *sitetest.Tab) *room {
	t.Helper()
	r := &room{house: h, name: name}
	for _, each := range tabNames {
		r.tabs = append(r.tabs, &tab{open(h, t, name, each), each})
	}
	r.watched = slices.Clone(r.tabs)
	// The browser lives on, and needs no nodes of a room that is over.
	t.Cleanup(func() {
		for _, tab := range r.tabs {
			tab.Close(t)
		}
	})
	for _, node := range nativeNames {
		r.natives = append(r.natives, h.startNode(t, name, node))
	}
	r.client = h.dial(t, name)
	r.waitInSync(t, 5)
	return r
}

func (r *room) presence(t *testing.T) host.RoomStatus {
	t.Helper()
	status, err := r.client.Presence(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// master returns the name of the master that holds its seat.
func (r *room) master(t *testing.T) (string, journal.EpochNumber) {
	t.Helper()
	status := r.presence(t)
	for _, m := range status.Members {
		if m.Node == status.Register.Epoch.Master && len(status.Waiting.For) == 0 {
			return m.Name, status.Register.Epoch.Number
		}
	}
	return "", status.Register.Epoch.Number
}

func (r *room) waitInSync(t *testing.T, copies int) {
	t.Helper()
	nodetest.WaitFor(t, fmt.Sprintf("%d copies are in sync", copies), func() bool {
		return len(r.presence(t).Register.InSync) == copies
	})
}

// handOver makes a node the master.
func (r *room) handOver(t *testing.T, name string) {
	t.Helper()
	id, found := member(t, r.client, name)
	if !found {
		t.Fatalf("%s is not in the room", name)
	}
	if _, err := r.client.HandOver(t.Context(), id); err != nil {
		t.Fatalf("hand over to %s: %v", name, err)
	}
}

// lose takes the first tab from those that are expected to work.
func (r *room) lose() {
	r.gone = append(r.gone, r.tabs[0].name)
	r.tabs = r.tabs[1:]
}

// quiet fails a test of whose tabs one complained on its console.
func (r *room) quiet(t *testing.T) {
	t.Helper()
	for _, tab := range r.watched {
		if c := tab.Complaints(); len(c) > 0 {
			t.Errorf("console of %s: %s", tab.name, strings.Join(c, "\n"))
		}
	}
}

// writeOnceAndReadEverywhere writes with each ack in one tab and reads in all
// tabs and processes.
func (r *room) writeOnceAndReadEverywhere(t *testing.T, prefix string) {
	t.Helper()
	for _, ack := range acks {
		key := prefix + "/" + ack
		at := sitetest.Eval[string](t, r.tabs[1].Tab, fmt.Sprintf(`return (await room.set(%q, %q, { ack: %q })).position`, key, ack, ack))
		for _, tab := range r.tabs {
			nodetest.WaitFor(t, fmt.Sprintf("%s has %s", tab.name, key), func() bool {
				return sitetest.Eval[string](t, tab.Tab, fmt.Sprintf(`return (await room.get(%q))?.text() ?? ''`, key)) == ack
			})
		}
		for _, n := range r.natives {
			if got := r.run(t, r.name, "get", key, "--from", n.name, "--after", at); got != ack {
				t.Errorf("%s has %q at %s, want %q", n.name, got, key, ack)
			}
		}
	}
}
