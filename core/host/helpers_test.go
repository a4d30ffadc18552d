package host_test

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
)

// turnout is a transport that leads where it was turned last.
type turnout struct {
	mu     sync.Mutex
	target host.Transport
}

func (s *turnout) to(target host.Transport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = target
}

func (s *turnout) Dial(ctx context.Context) (host.Link, error) {
	s.mu.Lock()
	target := s.target
	s.mu.Unlock()
	return target.Dial(ctx)
}

// valve is a transport whose connections receive nothing while it is shut: a
// node that is slow to hear.
type valve struct {
	host.Transport
	mu   sync.RWMutex // held for writing while shut
	down atomic.Bool
}

func (v *valve) shut() {
	v.mu.Lock()
	v.down.Store(true)
}

func (v *valve) open() {
	if v.down.Swap(false) {
		v.mu.Unlock()
	}
}

func (v *valve) Dial(ctx context.Context) (host.Link, error) {
	link, err := v.Transport.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return valvedLink{link, v}, nil
}

type valvedLink struct {
	host.Link
	valve *valve
}

func (l valvedLink) Receive(ctx context.Context) ([]byte, error) {
	message, err := l.Link.Receive(ctx)
	l.valve.mu.RLock()
	defer l.valve.mu.RUnlock()
	return message, err
}

// disk is a Memory that takes time, because it is not the one the host knows:
// writes wait while gate is held, and can be made to fail.
type disk struct {
	host.Storage
	gate   sync.Mutex
	writes atomic.Int64
	broken atomic.Bool
}

func newDisk() *disk { return &disk{Storage: host.NewMemory()} }

func (d *disk) Write(ctx context.Context, records []core.Record) error {
	d.gate.Lock()
	defer d.gate.Unlock()
	if d.broken.Load() {
		return errBroken
	}
	d.writes.Add(1)
	return d.Storage.Write(ctx, records)
}
