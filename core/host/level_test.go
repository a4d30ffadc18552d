package host_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

// atSession is how a session reads what it has written, wherever it asks.
var atSession = host.ReadOptions{Level: frame.LevelSession}

func TestASessionReadsWhatItWroteAtACopyThatLags(t *testing.T) {
	relay := newRelay(t)
	a := open(t, relay, "a")
	slow := &valve{Transport: relay}
	b := openWith(t, host.Config{Room: room, Transport: slow, Name: "b"})
	t.Cleanup(slow.open)
	if !waitFor(inSync(a, 2)) {
		t.Fatal("the replica did not come in sync")
	}
	ctx := within(t)
	// A write through b is made at a; its answer and the entry come together, and
	// a read of another session there need not see it.
	for i := range 50 {
		want := fmt.Sprint(i)
		if _, err := b.Set(ctx, "k", []byte(want), host.WriteOptions{Ack: host.AckAsync}); err != nil {
			t.Fatal(err)
		}
		if item, err := b.Get(ctx, "k", atSession); err != nil || string(item.Value) != want {
			t.Fatalf("the session wrote %s and reads %q, %v", want, item.Value, err)
		}
	}
	slow.shut()
	receipt, err := a.Set(ctx, "k", []byte("new"), host.WriteOptions{Ack: host.AckAsync})
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err = b.Get(short, "k", host.ReadOptions{Least: receipt.Position})
	if !errors.Is(err, host.ErrTimeout) || !strings.Contains(err.Error(), "not at "+receipt.Position.String()+" yet") {
		t.Errorf("a read of what did not come: %v", err)
	}
	slow.open()
	if item, err := b.Get(ctx, "k", host.ReadOptions{Least: receipt.Position}); err != nil || string(item.Value) != "new" {
		t.Errorf("read %q, %v", item.Value, err)
	}
}

func TestASessionIsToldOnceOfAWriteThatWasRolledBack(t *testing.T) {
	relay := newRelay(t)
	lane := &jam{Transport: relay}
	a := openWith(t, host.Config{Room: room, Transport: lane, Name: "a"})
	b := open(t, relay, "b")
	if !waitFor(inSync(a, 2)) {
		t.Fatal("the replica did not come in sync")
	}
	ctx := within(t)
	kept, err := a.Set(ctx, "k", []byte("kept"), host.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	lane.on.Store(true) // what a writes from now on is on a alone
	lost, err := a.Set(ctx, "k", []byte("lost"), host.WriteOptions{Ack: host.AckAsync})
	if err != nil {
		t.Fatal(err)
	}
	relay.Cut(a.State().Node)
	if !waitFor(func() bool { return b.State().Role == frame.RoleMaster && b.State().Open }) {
		t.Fatal("the replica did not take over")
	}
	lane.on.Store(false)
	a.Reconnect()
	if !waitFor(inSync(b, 2)) {
		t.Fatal("the old master did not come back")
	}
	// A later write is in the history; that says nothing of the lost one.
	if _, err := a.Set(ctx, "other", []byte("later"), host.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	_, err = a.Get(ctx, "k", atSession)
	failure, ok := errors.AsType[*frame.Failure](err)
	if !ok || !errors.Is(err, host.ErrSessionCut) || failure.Position != kept.Position {
		t.Errorf("a read behind %v, which was rolled back: %#v", lost.Position, err)
	}
	if item, err := a.Get(ctx, "k", atSession); err != nil || string(item.Value) != "kept" {
		t.Errorf("the session goes on with %q, %v", item.Value, err)
	}
}

// jam is a transport that, while on, takes everything and sends nothing.
type jam struct {
	host.Transport
	on atomic.Bool
}

func (j *jam) Dial(ctx context.Context) (host.Link, error) {
	if j.on.Load() {
		return nil, errors.New("the line is dead")
	}
	link, err := j.Transport.Dial(ctx)
	return jammedLink{link, j}, err
}

type jammedLink struct {
	host.Link
	jam *jam
}

func (l jammedLink) Send(message []byte) error {
	if l.jam.on.Load() {
		return nil
	}
	return l.Link.Send(message)
}

func TestAWatchBehindAGapIsGivenTheStateInPartsAndGoesOn(t *testing.T) {
	relay := newRelay(t)
	n := open(t, relay, "a")
	ctx := within(t)
	value := make([]byte, 300<<10)
	const keys = 20
	for i := range keys {
		if _, err := n.Set(ctx, fmt.Sprintf("k/%02d", i), value, host.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	c := dial(t, relay)
	for name, s := range map[string]*host.Session{"its own copy": n.Session, "a client": c.Session} {
		w, first := startWatch(t, s, "k/", host.WatchOptions{After: core.Nowhere})
		if !first.Gap || !first.More {
			t.Fatalf("%s: first came gap=%v more=%v", name, first.Gap, first.More)
		}
		items, parts := first.Items, 1
		for changes := first; changes.More; parts++ {
			changes = w.one()
			if changes.Gap || len(changes.Events) > 0 || changes.Through != first.Through {
				t.Fatalf("%s: amid the state came %v", name, changes)
			}
			items = append(items, changes.Items...)
		}
		if len(items) != keys || parts < 5 || items[keys-1].Key != "k/19" {
			t.Errorf("%s: %d keys came in %d parts", name, len(items), parts)
		}
		if _, err := n.Set(ctx, "k/next", nil, host.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if e := w.events(1); e[0].Key != "k/next" {
			t.Errorf("%s: behind the state came %v", name, e)
		}
		if _, _, err := n.Delete(ctx, host.WriteOptions{}, "k/next"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALocalWatchShowsWhatIsNotCommitted(t *testing.T) {
	relay := newRelay(t)
	slow := &valve{Transport: relay}
	a := open(t, relay, "a")
	openWith(t, host.Config{Room: room, Transport: slow, Name: "b"})
	t.Cleanup(slow.open)
	if !waitFor(inSync(a, 2)) {
		t.Fatal("the replica did not come in sync")
	}
	w, _ := startWatch(t, a.Session, "", host.WatchOptions{Local: true})
	slow.shut()
	if _, err := a.Set(within(t), "k", []byte("v"), host.WriteOptions{Ack: host.AckAsync}); err != nil {
		t.Fatal(err)
	}
	if e := w.events(1)[0]; e.Key != "k" || a.State().Commit.Index >= e.Position.Index {
		t.Errorf("%v came with the commit mark at %v", e, a.State().Commit)
	}
	item, err := a.Get(within(t), "k", host.ReadOptions{})
	if err != nil || !item.Dirty {
		t.Errorf("a local read of it says dirty=%v, %v", item.Dirty, err)
	}
}

func TestAWatchFromALaterPositionSaysHowFarTheCopyIs(t *testing.T) {
	n := open(t, newRelay(t), "a")
	ctx := within(t)
	receipt, err := n.Set(ctx, "k", nil, host.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	later := receipt.Position
	later.Index++
	w, first := startWatch(t, n.Session, "", host.WatchOptions{After: later})
	if !first.Ahead || first.Through != receipt.Position {
		t.Errorf("first came %+v", first)
	}
	for i := range 2 {
		if _, err := n.Set(ctx, fmt.Sprint("n", i), nil, host.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if e := w.events(1)[0]; e.Key != "n1" {
		t.Errorf("behind %v came %v", later, e)
	}
}
