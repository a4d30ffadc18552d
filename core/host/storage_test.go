package host_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

func TestWritesThatWaitForTheDiskShareTheNextSync(t *testing.T) {
	d := newDisk()
	n := openWith(t, host.Config{Room: room, Transport: newRelay(t), Storage: d})
	before := d.writes.Load()
	d.gate.Lock()
	var writers sync.WaitGroup
	const writes = 100
	for range writes {
		writers.Go(func() {
			if _, err := n.Set(within(t), "k", nil, host.WriteOptions{}); err != nil {
				t.Errorf("set: %v", err)
			}
		})
	}
	if !waitFor(func() bool { return n.State().Pending == writes }) {
		t.Errorf("%d writes wait for the disk, want %d", n.State().Pending, writes)
	}
	d.gate.Unlock()
	writers.Wait()
	if syncs := d.writes.Load() - before; syncs > writes/10 {
		t.Errorf("%d writes took %d syncs", writes, syncs)
	}
}

func TestADiskThatFailsStopsTheNode(t *testing.T) {
	d := newDisk()
	n := openWith(t, host.Config{Room: room, Transport: newRelay(t), Storage: d})
	d.gate.Lock()
	result := make(chan error, 1)
	go func() {
		_, err := n.Set(within(t), "k", nil, host.WriteOptions{})
		result <- err
	}()
	if !waitFor(func() bool { return n.State().Pending == 1 }) {
		t.Error("the write does not wait for the disk")
	}
	d.broken.Store(true)
	d.gate.Unlock()
	if err := <-result; !errors.Is(err, host.ErrOutcomeUnknown) {
		t.Errorf("a write that the disk did not take: %v, want ErrOutcomeUnknown", err)
	}
	<-n.Done()
	if !errors.Is(n.Err(), errBroken) {
		t.Errorf("the node ended with %v, want the disk's error", n.Err())
	}
	if _, err := n.Get(within(t), "k", host.ReadOptions{}); !errors.Is(err, host.ErrClosed) || !errors.Is(err, errBroken) {
		t.Errorf("a read afterwards: %v, want ErrClosed and why", err)
	}
}

func TestACopyOnASlowDiskIsWholeAfterClose(t *testing.T) {
	relay, d := newRelay(t), newDisk()
	ctx := within(t)
	for _, key := range []string{"first", "second"} {
		n, err := host.Open(ctx, host.Config{Room: room, Transport: relay, Storage: d})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Set(ctx, key, []byte("v"), host.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := n.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	n := openWith(t, host.Config{Room: room, Transport: relay, Storage: d})
	for _, key := range []string{"first", "second"} {
		if _, err := n.Get(ctx, key, host.ReadOptions{Level: frame.LevelCommitted}); err != nil {
			t.Errorf("read %s: %v", key, err)
		}
	}
}

func TestAConfigThatCannotWorkIsRefusedByNameAndNumber(t *testing.T) {
	relay := newRelay(t)
	for want, config := range map[string]host.Config{
		"room is empty":             {Transport: relay},
		"129 bytes, of at most 128": {Transport: relay, Room: strings.Repeat("r", 129)},
		"65 bytes, of at most 64":   {Transport: relay, Room: "r", Name: strings.Repeat("n", 65)},
		"transport is missing":      {Room: "r"},
		"kind 3 is none of":         {Transport: relay, Room: "r", Kind: 3},
	} {
		if _, err := host.Start(t.Context(), config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
