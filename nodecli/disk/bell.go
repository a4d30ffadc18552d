package disk

import "sync/atomic"

// bell tells one goroutine that something has happened, and wakes it only where
// it waits for that: to wake it for every write costs a small write a tenth of
// its time. It is rung by any number of goroutines.
type bell struct {
	rung    atomic.Uint64 // how often
	heard   uint64        // of those, up to the newest look; the listener's alone
	waiting atomic.Bool
	woken   chan struct{} // holds one token
}

func newBell() *bell { return &bell{woken: make(chan struct{}, 1)} }

// ring notes that it has happened.
func (b *bell) ring() {
	b.rung.Add(1)
	if b.waiting.CompareAndSwap(true, false) {
		select {
		case b.woken <- struct{}{}:
		default:
		}
	}
}

// hasRung reports whether it was rung since the last look.
func (b *bell) hasRung() bool {
	rung := b.rung.Load()
	fresh := rung != b.heard
	b.heard = rung
	return fresh
}

// await waits until it is rung, unless it was since the last look. It returns
// false when stop is closed first.
func (b *bell) await(stop <-chan struct{}) bool {
	for {
		// In this order, so that whoever rings after the look finds that we wait.
		b.waiting.Store(true)
		if b.hasRung() {
			b.waiting.Store(false)
			return true
		}
		select {
		case <-b.woken: // of an earlier wait, where it came late
		case <-stop:
			return false
		}
	}
}
