package host_test

import (
	"errors"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

func TestWhatOneNodeWritesEveryNodeReads(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	a, b, c := open(t, relay, "a"), open(t, relay, "b"), open(t, relay, "c")
	receipt, err := b.Set(ctx, "colour", []byte("blue"), host.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if receipt.Position.Index == 0 {
		t.Errorf("receipt %+v has no position", receipt)
	}
	for _, n := range []*host.Node{a, b, c} {
		if !waitFor(func() bool {
			item, err := n.Get(ctx, "colour", host.ReadOptions{Level: frame.LevelCommitted})
			return err == nil && string(item.Value) == "blue"
		}) {
			t.Errorf("%v does not have the write", n.State().Name)
		}
	}
	if _, err := a.Get(ctx, "shape", host.ReadOptions{Level: frame.LevelLatest}); !errors.Is(err, host.ErrNoKey) {
		t.Errorf("reading a key that is not there: %v", err)
	}
}
