//go:build js && wasm

package main

import (
	"sync"
	"syscall/js"
)

// inbox holds messages of the page until the program takes them. A callback of
// JavaScript must not wait, so it only puts. The page bounds what is in it: it
// sends a request only when its caller asks, and each has a deadline.
type inbox struct {
	mu      sync.Mutex
	waiting []js.Value
	filled  chan struct{} // holds a token when there is something to take
}

func newInbox() *inbox { return &inbox{filled: make(chan struct{}, 1)} }

func (b *inbox) put(message js.Value) {
	b.mu.Lock()
	b.waiting = append(b.waiting, message)
	b.mu.Unlock()
	select {
	case b.filled <- struct{}{}:
	default:
	}
}

// take returns everything that waits, in order; it waits until there is something.
func (b *inbox) take() []js.Value {
	<-b.filled
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.waiting
	b.waiting = nil
	return taken
}
