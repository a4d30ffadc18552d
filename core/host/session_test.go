package host_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

var errBroken = errors.New("the disk is broken")

func TestOperationsReturnTheirResults(t *testing.T) {
	n := open(t, newRelay(t), "a")
	ctx := within(t)
	if sum, _, err := n.Increment(ctx, "hits", 5, host.WriteOptions{}); err != nil || sum != 5 {
		t.Errorf("5 added to nothing is %d, %v", sum, err)
	}
	_, results, err := n.Batch(ctx, []frame.Op{
		frame.Set{Key: "a", Value: []byte("1")}, frame.Increment{Key: "hits", By: -7}, frame.Delete{Key: "none"},
	}, []frame.Condition{host.IfValue("hits", []byte("5")), host.IfAbsent("a")}, host.WriteOptions{})
	if err != nil || !slices.Equal(results, []int64{0, -2, 0}) {
		t.Errorf("the batch's results are %v, %v", results, err)
	}
	if count, _, err := n.Delete(ctx, host.WriteOptions{}, "a", "hits", "none"); err != nil || count != 2 {
		t.Errorf("%d keys deleted, %v; want 2", count, err)
	}
}

func TestAConditionThatDoesNotHoldIsAConflict(t *testing.T) {
	n := open(t, newRelay(t), "a")
	ctx := within(t)
	receipt, err := n.Set(ctx, "k", []byte("1"), host.WriteOptions{IfAbsent: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []host.WriteOptions{
		{IfAbsent: true}, {IfRevision: receipt.Position.Index + 1}, {IfValue: []byte{}}, {IfValue: []byte("2")},
	} {
		if _, err := n.Set(ctx, "k", []byte("2"), o); !errors.Is(err, host.ErrConflict) {
			t.Errorf("with %+v: %v, want ErrConflict", o, err)
		}
	}
	for _, o := range []host.WriteOptions{{IfRevision: receipt.Position.Index}, {IfValue: []byte("2")}} {
		if _, err := n.Set(ctx, "k", []byte("2"), o); err != nil {
			t.Errorf("with %+v: %v", o, err)
		}
	}
	if _, err := n.Set(ctx, "k", nil, host.WriteOptions{IfAbsent: true, IfRevision: 1}); !errors.Is(err, host.ErrInvalid) {
		t.Errorf("two conditions on one key: %v, want ErrInvalid", err)
	}
}

func TestEveryLimitIsNamedWithItsNumberAndTheOneGiven(t *testing.T) {
	n := open(t, newRelay(t), "a")
	ctx := within(t)
	key, value := strings.Repeat("k", frame.KeyMaxBytes), make([]byte, frame.ValueMaxBytes)
	ops := make([]frame.Op, frame.BatchMaxOps)
	for i := range ops {
		ops[i] = frame.Set{Key: fmt.Sprint(i)}
	}
	half := make([]byte, frame.BatchMaxBytes/2)
	batch := func(ops ...frame.Op) error {
		_, _, err := n.Batch(ctx, ops, nil, host.WriteOptions{})
		return err
	}
	for name, err := range map[string]error{
		"the largest key and value": batch(frame.Set{Key: key, Value: value}),
		"the most operations":       batch(ops...),
		"the largest batch":         batch(frame.Set{Key: "a", Value: half}, frame.Set{Key: "b", Value: half[2:]}),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for want, err := range map[string]error{
		"1025 bytes, of at most 1024":       batch(frame.Set{Key: key + "k"}),
		"1048577 bytes, of at most 1048576": batch(frame.Set{Key: "k", Value: append(value, 0)}),
		"1001 operations, of at most 1000":  batch(append(ops, frame.Delete{Key: "k"})...),
		"1048578 bytes of keys and values, of at most 1048576": batch(
			frame.Set{Key: "a", Value: half}, frame.Set{Key: "b", Value: half}),
	} {
		if !errors.Is(err, host.ErrTooLarge) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want ErrTooLarge with %q", err, want)
		}
	}
	for _, err := range []error{batch(), batch(frame.Delete{Key: ""}), batch(frame.Set{Key: "\x00structure"})} {
		if !errors.Is(err, host.ErrInvalid) {
			t.Errorf("%v, want ErrInvalid", err)
		}
	}
}

func TestAScanGoesOnWhereAPageEnds(t *testing.T) {
	n := open(t, newRelay(t), "a")
	ctx := within(t)
	const keys = 2*frame.ScanMaxItems + 7
	for from := 0; from < keys; from += frame.BatchMaxOps {
		var ops []frame.Op
		for i := from; i < min(from+frame.BatchMaxOps, keys); i++ {
			ops = append(ops, frame.Set{Key: fmt.Sprintf("n/%05d", i), Value: []byte(fmt.Sprint(i))})
		}
		if _, _, err := n.Batch(ctx, append(ops, frame.Set{Key: "o"})[:len(ops)], nil, host.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	count := func(prefix string, o host.ScanOptions) (count int) {
		last := ""
		for item, err := range n.Scan(ctx, prefix, o) {
			if err != nil || item.Key <= last || !strings.HasPrefix(item.Key, prefix) || o.Bare == (len(item.Value) > 0) {
				t.Fatalf("scan: %+v behind %q: %v", item, last, err)
			}
			last = item.Key
			count++
		}
		return count
	}
	for _, c := range []struct {
		options host.ScanOptions
		want    int
	}{
		{host.ScanOptions{}, keys},
		{host.ScanOptions{Bare: true}, keys},
		{host.ScanOptions{Limit: 1500}, 1500},
		{host.ScanOptions{Limit: 10, After: "n/02001"}, 5},
	} {
		if got := count("n/", c.options); got != c.want {
			t.Errorf("%+v gives %d items, want %d", c.options, got, c.want)
		}
	}
}

func TestAClientWritesReadsAndAsksForStatus(t *testing.T) {
	relay := newRelay(t)
	a, b := open(t, relay, "a"), open(t, relay, "b")
	master, _ := masterOf(t, a, b)
	if !waitFor(inSync(master, 2)) {
		t.Fatal("the replica did not come in sync")
	}
	c := dial(t, relay)
	ctx := within(t)
	receipt, err := c.Set(ctx, "colour", []byte("blue"), host.WriteOptions{Ack: host.AckOne})
	if err != nil || receipt.Copies != 2 || receipt.Durable != 0 {
		t.Errorf("receipt %+v, %v; want 2 copies, none durable", receipt, err)
	}
	if item, err := c.Get(ctx, "colour", host.ReadOptions{Level: frame.LevelLatest}); err != nil || string(item.Value) != "blue" {
		t.Errorf("read %q, %v", item.Value, err)
	}
	verdict, at, err := c.Verify(ctx, journal.Position{Epoch: journal.Epoch{Number: receipt.Position.Epoch.Number}, Index: receipt.Position.Index})
	if err != nil || verdict != frame.VerdictKept || at != receipt.Position {
		t.Errorf("verify: %v at %v, %v; want kept at %v", verdict, at, err, receipt.Position)
	}
	status, err := c.Status(ctx)
	if err != nil || len(status.Members) != 3 || len(status.Nodes) != 2 {
		t.Fatalf("status %+v, %v", status, err)
	}
	for _, n := range status.Nodes {
		if n.Err != nil || !n.InSync || n.Report.Last.Index == 0 || n.Report.Storage != "memory" {
			t.Errorf("status of %s: %+v", n.Member.Name, n)
		}
	}
}

func dial(t *testing.T, relay host.Transport) *host.Client {
	t.Helper()
	c, err := host.Dial(within(t), host.ClientConfig{Room: room, Transport: relay, Pause: shortPause})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close the client: %v", err)
		}
	})
	return c
}

func TestAFailureSaysHowFarTheWriteCame(t *testing.T) {
	relay := newRelay(t)
	slow := &valve{Transport: relay}
	a := open(t, relay, "a")
	openWith(t, host.Config{Room: room, Transport: slow, Name: "b"})
	t.Cleanup(slow.open)
	master, _ := masterOf(t, a)
	if !waitFor(inSync(master, 2)) {
		t.Fatal("the replica did not come in sync")
	}
	c := dial(t, relay)
	if _, err := c.Set(within(t), "k", nil, host.WriteOptions{Ack: 7}); !errors.Is(err, host.ErrNotEnoughReplicas) {
		t.Errorf("a write for 7 replicas: %v, want ErrNotEnoughReplicas", err)
	}
	slow.shut()
	for name, s := range map[string]*host.Session{"the master": a.Session, "a client": c.Session} {
		short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, err := s.Set(short, "k", []byte(name), host.WriteOptions{})
		cancel()
		failure, ok := errors.AsType[*frame.Failure](err)
		if !ok || !errors.Is(err, host.ErrOutcomeUnknown) || failure.Position.IsZero() {
			t.Errorf("a write of %s that a replica does not have: %#v, want ErrOutcomeUnknown with a position", name, err)
		}
	}
	// Cancelled rather than out of time: nobody but the loop can say.
	cancelled, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := a.Set(cancelled, "k", nil, host.WriteOptions{})
	failure, ok := errors.AsType[*frame.Failure](err)
	if !ok || !errors.Is(err, host.ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) || failure.Position.IsZero() {
		t.Errorf("a write that was given up: %#v, want ErrOutcomeUnknown with a position", err)
	}
}

func TestAWriteThatWasNeverSentHasNoUnknownOutcome(t *testing.T) {
	relay := newRelay(t)
	c := dial(t, relay) // alone: there can be no master
	for name, end := range map[string]func() (context.Context, context.CancelFunc){
		"out of time": func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(t.Context(), 60*time.Millisecond)
		},
		"cancelled": func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(30*time.Millisecond, cancel)
			return ctx, cancel
		},
	} {
		ctx, cancel := end()
		_, err := c.Set(ctx, "k", nil, host.WriteOptions{})
		if !errors.Is(err, host.ErrNoMaster) || errors.Is(err, host.ErrOutcomeUnknown) {
			t.Errorf("%s: %v, want ErrNoMaster", name, err)
		}
		if _, err := c.Get(ctx, "k", host.ReadOptions{}); err == nil {
			t.Errorf("%s: read something in a room without a copy", name)
		}
		cancel()
	}
	relay.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer cancel()
	if _, err := host.Dial(ctx, host.ClientConfig{Room: room, Transport: relay}); !errors.Is(err, host.ErrNoRelay) {
		t.Errorf("dial without a relay: %v, want ErrNoRelay", err)
	}
	if _, err := host.Open(ctx, host.Config{Room: room, Transport: relay}); !errors.Is(err, host.ErrNoRelay) {
		t.Errorf("open without a relay: %v, want ErrNoRelay", err)
	}
}

func TestManyWritersAtOnceAllGetTheirOwnAnswer(t *testing.T) {
	relay := newRelay(t)
	a, b := open(t, relay, "a"), open(t, relay, "b")
	ctx := within(t)
	var writers sync.WaitGroup
	seen := make(chan int64, 400)
	for _, s := range []*host.Session{a.Session, b.Session, dial(t, relay).Session, dial(t, relay).Session} {
		for range 10 {
			writers.Go(func() {
				for range 10 {
					sum, _, err := s.Increment(ctx, "hits", 1, host.WriteOptions{Ack: host.AckOne})
					if err != nil {
						t.Errorf("increment: %v", err)
					}
					seen <- sum
				}
			})
		}
	}
	writers.Wait()
	close(seen)
	var sums []int64
	for sum := range seen {
		sums = append(sums, sum)
	}
	slices.Sort(sums)
	for i, sum := range sums {
		if sum != int64(i+1) {
			t.Fatalf("sum %d stands at place %d: a write was lost or made twice", sum, i+1)
		}
	}
}
