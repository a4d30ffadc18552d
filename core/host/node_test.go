package host_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestWhatOneNodeWritesEveryNodeReads(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	a, b, c := open(t, relay, "a"), open(t, relay, "b"), open(t, relay, "c")
	receipt, err := b.Set(ctx, "colour", []byte("blue"), host.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if receipt.Position.IsZero() || receipt.Ack != journal.AckAll {
		t.Errorf("receipt %+v, want a position and ack all", receipt)
	}
	for _, n := range []*host.Node{a, b, c} {
		if !waitFor(func() bool { return has(ctx, n.Session, "colour", "blue") }) {
			t.Errorf("%v does not have the write", n.State().Name)
		}
	}
	item, err := a.Get(ctx, "shape", host.ReadOptions{Level: frame.LevelLatest})
	if !errors.Is(err, host.ErrNoKey) || item.Position.Compare(receipt.Position) < 0 {
		t.Errorf("a key that is not there: %v at %v, want ErrNoKey behind %v", err, item.Position, receipt.Position)
	}
}

// has reports whether the session's copy has committed a value.
func has(ctx context.Context, s *host.Session, key, want string) bool {
	item, err := s.Get(ctx, key, host.ReadOptions{Level: frame.LevelCommitted})
	return err == nil && string(item.Value) == want
}

// masterOf finds the node that is master, waiting for one.
func masterOf(t *testing.T, nodes ...*host.Node) (master *host.Node, others []*host.Node) {
	t.Helper()
	found := waitFor(func() bool {
		master, others = nil, nil
		for _, n := range nodes {
			if n.State().Role == frame.RoleMaster {
				master = n
			} else {
				others = append(others, n)
			}
		}
		return master != nil
	})
	if !found {
		t.Fatal("nobody is master")
	}
	return master, others
}

func inSync(n *host.Node, want int) func() bool {
	return func() bool { return len(n.State().Register.InSync) == want }
}

func TestAWriteSurvivesTheLossOfTheMaster(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	nodes := []*host.Node{open(t, relay, "a"), open(t, relay, "b"), open(t, relay, "c")}
	master, others := masterOf(t, nodes...)
	if !waitFor(inSync(master, 3)) {
		t.Fatal("not all nodes came in sync")
	}
	if _, err := others[0].Set(ctx, "colour", []byte("blue"), host.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	relay.Cut(master.State().Node)
	if _, err := others[0].Set(ctx, "shape", []byte("round"), host.WriteOptions{}); err != nil {
		t.Fatalf("write after the master was lost: %v", err)
	}
	for _, n := range nodes {
		for key, want := range map[string]string{"colour": "blue", "shape": "round"} {
			if !waitFor(func() bool { return has(ctx, n.Session, key, want) }) {
				t.Errorf("%s has lost %s", n.State().Name, key)
			}
		}
	}
}

func TestAMasterThatLeavesHandsOver(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	a, b := open(t, relay, "a"), open(t, relay, "b")
	master, others := masterOf(t, a, b)
	if !waitFor(inSync(master, 2)) {
		t.Fatal("the replica did not come in sync")
	}
	epoch := master.State().Epoch
	if err := master.Leave(ctx); err != nil {
		t.Fatalf("leave: %v", err)
	}
	if !waitFor(func() bool { return others[0].State().Role == frame.RoleMaster }) {
		t.Fatalf("the successor is %v", others[0].State().Role)
	}
	if got := others[0].State().Epoch; got.Number != epoch.Number+1 {
		t.Errorf("epoch %v after %v", got, epoch)
	}
	if _, err := master.Set(ctx, "k", nil, host.WriteOptions{}); !errors.Is(err, host.ErrClosed) {
		t.Errorf("a write after leaving: %v, want ErrClosed", err)
	}
	if err := master.Err(); err != nil {
		t.Errorf("a wanted end has the error %v", err)
	}
}

func TestHandOverMakesTheNamedNodeMaster(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	a, b, c := open(t, relay, "a"), open(t, relay, "b"), open(t, relay, "c")
	master, others := masterOf(t, a, b, c)
	if !waitFor(inSync(master, 3)) {
		t.Fatal("not all nodes came in sync")
	}
	chosen := others[1]
	epoch, err := others[0].HandOver(ctx, chosen.State().Node)
	if err != nil {
		t.Fatal(err)
	}
	if epoch.Master != chosen.State().Node {
		t.Errorf("the mastership went to %v, not to %v", epoch.Master, chosen.State().Node)
	}
	if !waitFor(func() bool { return chosen.State().Role == frame.RoleMaster }) {
		t.Errorf("the named node is %v", chosen.State().Role)
	}
}

func TestAStatusIsToldWhenItHasChanged(t *testing.T) {
	relay := newRelay(t)
	n := open(t, relay, "a")
	var seen atomic.Uint64
	stop := n.OnStatus(func(s core.Status) { seen.Store(uint64(s.Commit.Index)) })
	receipt, err := n.Set(within(t), "k", []byte("v"), host.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !waitFor(func() bool { return seen.Load() >= uint64(receipt.Position.Index) }) {
		t.Errorf("told of commit %d, want %d", seen.Load(), receipt.Position.Index)
	}
	stop()
	before := seen.Load()
	if _, err := n.Set(within(t), "k", []byte("w"), host.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	b := open(t, relay, "b") // by then, a would have been told
	if seen.Load() != before || b.State().Role == frame.RoleOffline {
		t.Error("told after stop")
	}
}

func TestATabThatGoesOffScreenIsSeenSo(t *testing.T) {
	relay := newRelay(t)
	a, b := open(t, relay, "a"), open(t, relay, "b")
	id := b.State().Node
	visible := func() bool {
		for _, m := range a.State().Members {
			if m.Node == id {
				return m.Visible
			}
		}
		return false
	}
	if !waitFor(visible) {
		t.Fatal("a node that came on screen is not seen so")
	}
	b.Appear(false)
	if !waitFor(func() bool { return !visible() }) {
		t.Error("a node that went off screen is still seen on it")
	}
}

func TestACopyComesBackAsTheSameNode(t *testing.T) {
	relay := newRelay(t)
	memory := host.NewMemory()
	ctx := within(t)
	var id journal.NodeID
	for start := journal.Incarnation(1); start <= 3; start++ {
		n, err := host.Open(ctx, host.Config{Room: room, Transport: relay, Storage: memory, Pause: shortPause})
		if err != nil {
			t.Fatal(err)
		}
		s := n.State()
		if start == 1 {
			id = s.Node
			if _, err := n.Set(ctx, "colour", []byte("blue"), host.WriteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		if s.Node != id || s.Incarnation != start || !has(ctx, n.Session, "colour", "blue") {
			t.Errorf("start %d: node %v, incarnation %d; want %v and its copy", start, s.Node, s.Incarnation, id)
		}
		if err := n.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

func TestANodeOutlivesItsRelay(t *testing.T) {
	first := newRelay(t)
	turn := &turnout{}
	turn.to(first)
	a := openWith(t, host.Config{Room: room, Transport: turn, Name: "a"})
	ctx := within(t)
	if _, err := a.Set(ctx, "colour", []byte("blue"), host.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	first.Close()
	if !waitFor(func() bool { return a.State().Role == frame.RoleOffline }) {
		t.Fatalf("without a relay the node is %v", a.State().Role)
	}
	if !has(ctx, a.Session, "colour", "blue") {
		t.Error("without a relay the copy can't be read")
	}
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := a.Set(short, "k", nil, host.WriteOptions{}); !errors.Is(err, host.ErrNoRelay) {
		t.Errorf("a write without a relay: %v, want ErrNoRelay", err)
	}
	turn.to(newRelay(t))
	if err := a.Ready(ctx); err != nil {
		t.Fatalf("a new relay: %v", err)
	}
	if _, err := a.Set(ctx, "shape", []byte("round"), host.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
}
