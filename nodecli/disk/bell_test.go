package disk

import (
	"sync"
	"testing"
)

// Rung by many while its listener comes and goes: one that were missed would
// leave the listener waiting for ever.
func TestABellIsHeardWheneverItIsRung(t *testing.T) {
	const rings = 20_000
	b := newBell()
	heard := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for range rings {
			if !b.await(nil) {
				t.Error("it stopped by itself")
				return
			}
			heard <- struct{}{}
		}
	})
	for range rings {
		b.ring()
		<-heard
	}
	running.Wait()
	if b.hasRung() {
		t.Error("it has rung once more than anybody rang")
	}
}

func TestABellThatNobodyRingsEndsWithItsListener(t *testing.T) {
	b := newBell()
	stop := make(chan struct{})
	close(stop)
	if b.await(stop) {
		t.Error("nobody rang")
	}
	b.ring()
	if !b.await(stop) {
		t.Error("it was rung before, and not heard")
	}
}
