package host_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/loopback"
	"github.com/understudy-dev/understudy/core/journal"
)

// nowhere is a transport that leads to no relay.
type nowhere struct{}

var errNowhere = errors.New("no way")

func (nowhere) Dial(context.Context) (host.Link, error) { return nil, errNowhere }

// mustCome waits for something that is to come.
func mustCome(t *testing.T, what string, done func() bool) {
	t.Helper()
	if !waitFor(done) {
		t.Fatalf("never: %s", what)
	}
}

// rolledBack is a room of two nodes in which b has taken over without a write of
// a, which a had answered: k=new in place of k=old.
type rolledBack struct {
	relay *loopback.Relay
	a, b  *host.Node
	lost  host.Receipt
}

func rollBack(t *testing.T) *rolledBack {
	t.Helper()
	r := &rolledBack{relay: newRelay(t)}
	wayA, wayB := &turnout{target: r.relay}, &turnout{target: r.relay}
	deaf := &valve{Transport: wayA}
	r.a = openWith(t, host.Config{Room: room, Transport: deaf, Name: "a"})
	r.b = openWith(t, host.Config{Room: room, Transport: wayB, Name: "b"})
	t.Cleanup(deaf.open)
	mustCome(t, "both are in sync", func() bool { return len(r.relay.Register(room).InSync) == 2 })
	if _, err := r.a.Set(within(t), "k", []byte("old"), host.WriteOptions{Ack: host.AckAll}); err != nil {
		t.Fatal(err)
	}
	deaf.shut() // so that it does not learn that b is gone
	wayB.to(nowhere{})
	r.relay.Cut(r.b.State().Node)
	var err error
	if r.lost, err = r.a.Set(within(t), "k", []byte("new"), host.WriteOptions{Ack: host.AckAsync}); err != nil {
		t.Fatal(err)
	}
	wayA.to(nowhere{})
	r.relay.Cut(r.a.State().Node)
	wayB.to(r.relay)
	mustCome(t, "b takes over", func() bool { return r.relay.Register(room).Epoch.Master == r.b.State().Node })
	deaf.open()
	wayA.to(r.relay)
	mustCome(t, "a has given it up", func() bool { return r.a.State().Orphans == 1 })
	return r
}

// only returns the one orphan that at lists.
func (r *rolledBack) only(t *testing.T, at *host.Node) host.Orphan {
	t.Helper()
	list, err := at.Orphans(within(t), host.OrphanOptions{})
	if err != nil || len(list) != 1 {
		t.Fatalf("orphans %+v, %v", list, err)
	}
	return list[0]
}

func (r *rolledBack) mustHave(t *testing.T, want string) {
	t.Helper()
	item, err := r.b.Get(within(t), "k", host.ReadOptions{From: r.b.State().Node})
	if err != nil || string(item.Value) != want {
		t.Errorf("k is %q, %v; wanted %q", item.Value, err, want)
	}
}

func (r *rolledBack) mustBeResolved(t *testing.T) {
	t.Helper()
	mustCome(t, "nobody keeps it", func() bool {
		list, err := r.b.Orphans(within(t), host.OrphanOptions{All: true})
		return err == nil && len(list) == 0
	})
	verdict, _, err := r.b.Verify(within(t), r.lost.Position)
	if err != nil || verdict.String() != "orphaned" {
		t.Errorf("the receipt of the resolved orphan is %v, %v", verdict, err)
	}
}

func TestAnOrphanIsListedFromAnyNodeWithWhoKeepsIt(t *testing.T) {
	r := rollBack(t)
	o := r.only(t, r.b)
	if o.Entry.Position != r.lost.Position || !o.Acked || !o.Final || o.Replaced.Index != r.lost.Position.Index {
		t.Errorf("orphan %+v", o)
	}
	if !slices.Equal(o.Nodes, []journal.NodeID{r.a.State().Node}) {
		t.Errorf("kept by %v", o.Nodes)
	}
	if len(o.Before) != 1 || string(o.Before[0].Value) != "old" {
		t.Errorf("before it: %+v", o.Before)
	}
	none, err := r.b.Orphans(within(t), host.OrphanOptions{Node: r.b.State().Node})
	if err != nil || len(none) != 0 {
		t.Errorf("b keeps %+v, %v", none, err)
	}
	number := journal.Position{Epoch: journal.Epoch{Number: r.lost.Position.Epoch.Number}, Index: r.lost.Position.Index}
	if found, err := r.b.Orphans(within(t), host.OrphanOptions{At: number}); err != nil || len(found) != 1 {
		t.Errorf("by the epoch's number: %+v, %v", found, err)
	}
	number.Index++
	if found, err := r.b.Orphans(within(t), host.OrphanOptions{At: number}); err != nil || len(found) != 0 {
		t.Errorf("of another position: %+v, %v", found, err)
	}
}

func TestAnOrphanIsReplayedOnceByTwoWhoAskTogether(t *testing.T) {
	r := rollBack(t)
	o := r.only(t, r.b)
	var receipts [3]host.Receipt
	var all sync.WaitGroup
	for i, at := range []*host.Node{r.a, r.b, r.b} {
		all.Go(func() {
			var err error
			if receipts[i], err = at.Replay(within(t), o.Orphan, host.ReplayOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if receipts[0].Position != receipts[1].Position || receipts[1].Position != receipts[2].Position {
		t.Errorf("replayed at %v, %v and %v", receipts[0].Position, receipts[1].Position, receipts[2].Position)
	}
	r.mustHave(t, "new")
	r.mustBeResolved(t)
	if err := r.b.Discard(within(t), o.Orphan); !errors.Is(err, host.ErrConflict) || !strings.Contains(err.Error(), "replayed before") {
		t.Errorf("discarded afterwards: %v", err)
	}
}

func TestAReplayOverANewerValueIsAConflictThatNamesBoth(t *testing.T) {
	r := rollBack(t)
	o := r.only(t, r.b)
	if _, err := r.b.Set(within(t), "k", []byte("newer"), host.WriteOptions{Ack: host.AckAll}); err != nil {
		t.Fatal(err)
	}
	_, err := r.b.Replay(within(t), o.Orphan, host.ReplayOptions{})
	if !errors.Is(err, host.ErrConflict) || !strings.Contains(err.Error(), `"newer"`) || !strings.Contains(err.Error(), `"old"`) {
		t.Errorf("the error is %v", err)
	}
	r.mustHave(t, "newer")
	if _, err := r.b.Replay(within(t), o.Orphan, host.ReplayOptions{Force: true}); err != nil {
		t.Errorf("forced: %v", err)
	}
	r.mustHave(t, "new")
	r.mustBeResolved(t)
}

func TestADiscardedOrphanIsGoneAndIsNotReplayed(t *testing.T) {
	r := rollBack(t)
	o := r.only(t, r.b)
	for range 2 {
		if err := r.b.Discard(within(t), o.Orphan); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.a.Replay(within(t), o.Orphan, host.ReplayOptions{Force: true}); !errors.Is(err, host.ErrConflict) {
		t.Errorf("replayed afterwards: %v", err)
	}
	r.mustHave(t, "old")
	r.mustBeResolved(t)
}

func TestTheApplicationIsToldOfAnOrphanOnce(t *testing.T) {
	r := rollBack(t)
	told := make(chan journal.Position, 10)
	stop := r.a.OnOrphans(func(list []journal.Orphan) {
		for _, o := range list {
			told <- o.Entry.Position
		}
	})
	defer stop()
	if got := <-told; got != r.lost.Position {
		t.Errorf("told of %v, lost was %v", got, r.lost.Position)
	}
	if _, err := r.a.Replay(within(t), r.only(t, r.a).Orphan, host.ReplayOptions{Ack: host.AckAll}); err != nil {
		t.Error(err)
	}
	r.mustBeResolved(t)
	if len(told) != 0 {
		t.Errorf("told again of %v", <-told)
	}
}
