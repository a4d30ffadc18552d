package host_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// watcher pulls the changes of one watch.
type watcher struct {
	t    *testing.T
	next func() (host.Changes, error, bool)
}

// startWatch begins a watch and returns once it has said where it begins.
func startWatch(t *testing.T, s *host.Session, prefix string, o host.WatchOptions) (watcher, host.Changes) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	next, stop := iter.Pull2(s.Watch(ctx, prefix, o))
	t.Cleanup(func() { stop(); cancel() })
	w := watcher{t, next}
	return w, w.one()
}

func (w watcher) one() host.Changes {
	w.t.Helper()
	changes, err, ok := w.next()
	if !ok || err != nil {
		w.t.Fatalf("the watch ended: %v", err)
	}
	return changes
}

// events pulls until n events have come.
func (w watcher) events(n int) []journal.Event {
	w.t.Helper()
	var events []journal.Event
	for len(events) < n {
		changes := w.one()
		if changes.Gap {
			w.t.Fatalf("a gap after %d events", len(events))
		}
		events = append(events, changes.Events...)
	}
	return events
}

func TestAWatchSeesEachChangeOnceAndInOrderThroughFailovers(t *testing.T) {
	relay := newRelay(t)
	nodes := []*host.Node{open(t, relay, "a"), open(t, relay, "b"), open(t, relay, "c")}
	writer, reader := dial(t, relay), dial(t, relay)
	ctx := within(t)
	master, others := masterOf(t, nodes...)
	if !waitFor(inSync(master, 3)) {
		t.Fatal("not all nodes came in sync")
	}
	watches := map[string]watcher{}
	for name, s := range map[string]*host.Session{
		"a client": reader.Session, "the master": master.Session, "a replica": others[0].Session,
	} {
		watches[name], _ = startWatch(t, s, "n/", host.WatchOptions{})
	}
	const writes = 60
	for i := range writes {
		if i%20 == 10 {
			m, _ := masterOf(t, nodes...)
			relay.Cut(m.State().Node)
		}
		if _, err := writer.Set(ctx, fmt.Sprintf("n/%02d", i), nil, host.WriteOptions{}); err != nil {
			t.Fatalf("write %d: %v", i, err)
		}
		if _, err := writer.Set(ctx, "other", nil, host.WriteOptions{}); err != nil {
			t.Fatalf("write beside %d: %v", i, err)
		}
	}
	for name, w := range watches {
		for i, e := range w.events(writes) {
			if want := fmt.Sprintf("n/%02d", i); e.Key != want {
				t.Fatalf("%s sees %s as change %d, want %s", name, e.Key, i, want)
			}
		}
	}
}

func TestAWatchContinuesBehindAPosition(t *testing.T) {
	n := open(t, newRelay(t), "a")
	ctx := within(t)
	var receipts []host.Receipt
	for i := range 5 {
		r, err := n.Set(ctx, fmt.Sprint(i), nil, host.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, r)
	}
	w, first := startWatch(t, n.Session, "", host.WatchOptions{After: receipts[1].Position})
	events := first.Events
	if len(events) == 0 {
		events = w.events(3)
	}
	if len(events) != 3 || events[0].Key != "2" || events[2].Key != "4" {
		t.Errorf("behind the second write come %v", events)
	}
	elsewhere := journal.Position{Epoch: journal.Epoch{Number: 1, Master: journal.NodeID{1}}, Index: 2}
	_, first = startWatch(t, n.Session, "", host.WatchOptions{After: elsewhere})
	if !first.Gap {
		t.Error("a position of another history is resumed without a gap")
	}
}

func TestASlowWatcherGetsEverythingWithoutHoldingUpTheRoom(t *testing.T) {
	n := open(t, newRelay(t), "a")
	ctx := within(t)
	w, _ := startWatch(t, n.Session, "", host.WatchOptions{})
	const writes = 40 // of a quarter megabyte: more than one watch may queue
	value := make([]byte, 256<<10)
	for i := range writes {
		if _, err := n.Set(ctx, fmt.Sprintf("%02d", i), value, host.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range w.events(writes) {
		if e.Key != fmt.Sprintf("%02d", i) {
			t.Fatalf("change %d is of %s", i, e.Key)
		}
	}
}

func TestAWatchEndsWithItsContextAndWithItsNode(t *testing.T) {
	n := open(t, newRelay(t), "a")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, err := range n.Watch(ctx, "", host.WatchOptions{}) {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the watch ended with %v, want that its context was cancelled", err)
		}
		cancel()
	}
	w, _ := startWatch(t, n.Session, "", host.WatchOptions{})
	if err := n.Close(within(t)); err != nil {
		t.Fatal(err)
	}
	if _, err, ok := w.next(); !ok || !errors.Is(err, host.ErrClosed) {
		t.Errorf("the watch of a closed node ended with %v, want ErrClosed", err)
	}
	for _, err := range n.Watch(t.Context(), "\x00", host.WatchOptions{}) {
		if !errors.Is(err, host.ErrInvalid) {
			t.Errorf("a watch of reserved keys: %v, want ErrInvalid", err)
		}
	}
}
