//go:build linux

package roomtest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

// stand is a room with one node that comes to be master and end, again and
// again, and those that stay. The write that is measured waits at a node in this
// process, which is never master itself.
type stand struct {
	*house
	name string
	here *host.Node
}

func openStand(b *testing.B, stay func(h *house, room string)) *stand {
	b.Helper()
	s := &stand{house: openHouse(b), name: "figures"}
	stay(s.house, s.name)
	transport, err := socket.New(s.relay())
	if err != nil {
		b.Fatal(err)
	}
	s.here, err = host.Open(b.Context(), host.Config{Room: s.name, Name: "here", Transport: transport, Spectator: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.here.Close(context.WithoutCancel(b.Context())); err != nil {
			b.Errorf("close: %v", err)
		}
	})
	return s
}

// crown makes a node the master of a room whose copies are all in sync.
func (s *stand) crown(b *testing.B, name string) {
	b.Helper()
	settled := func() bool {
		state := s.here.State()
		return len(state.Register.InSync) == len(state.Members) && len(state.Members) >= 3
	}
	nodetest.WaitFor(b, "all copies are in sync", settled)
	for _, m := range s.here.State().Members {
		if m.Name != name {
			continue
		}
		if _, err := s.here.HandOver(b.Context(), m.Node); err != nil {
			b.Fatalf("hand over to %s: %v", name, err)
		}
		nodetest.WaitFor(b, name+" leads", func() bool { return s.here.State().Register.Epoch.Master == m.Node && settled() })
		s.write(b, host.AckAll)
		return
	}
	b.Fatalf("%s is not in the room", name)
}

func (s *stand) write(b *testing.B, ack host.Ack) journal.EpochNumber {
	b.Helper()
	r, err := s.here.Set(b.Context(), "k", []byte("v"), host.WriteOptions{Ack: ack})
	if err != nil {
		b.Fatal(err)
	}
	return r.Position.Epoch.Number
}

// takeover returns the time from the call that ends the master to the answer of
// its successor to a write that has waited since. A write that the old master
// still answers is followed by another one.
func (s *stand) takeover(b *testing.B, end func()) time.Duration {
	b.Helper()
	before := s.write(b, host.AckOne)
	began := time.Now()
	end()
	for s.write(b, host.AckOne) == before {
	}
	return time.Since(began)
}

// BenchmarkTakeover measures how long a room has no master. Writes have ack one.
func BenchmarkTakeover(b *testing.B) {
	native := func(h *house, room string) { h.startNode(b, room, "ant") }
	tabs := func(h *house, room string) {
		h.openTab(b, room, "lynx")
		h.openTab(b, room, "heron")
	}
	for _, c := range []struct {
		name  string
		stay  func(h *house, room string)
		round func(b *testing.B, s *stand, name string) time.Duration
	}{
		{"tab-closed", native, closeTab},
		{"tab-closed-to-tab", tabs, closeTab},
		{"renderer-killed", native, killTab},
		{"process-killed", native, killProcess},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := openStand(b, c.stay)
			var took []time.Duration
			for i := range b.N {
				took = append(took, c.round(b, s, fmt.Sprint("victim", i)))
			}
			report(b, "", took)
		})
	}
}

func closeTab(b *testing.B, s *stand, name string) time.Duration {
	tab := s.openTab(b, s.name, name)
	s.crown(b, name)
	closed := make(chan struct{})
	defer func() { <-closed }()
	return s.takeover(b, func() {
		go func() {
			defer close(closed)
			tab.Close(b)
		}()
	})
}

func killTab(b *testing.B, s *stand, name string) time.Duration {
	tab := s.openTab(b, s.name, name)
	pid := rendererOf(b, tab)
	s.crown(b, name)
	took := s.takeover(b, func() { killRenderer(b, pid) })
	tab.Close(b)
	return took
}

func killProcess(b *testing.B, s *stand, name string) time.Duration {
	victim := s.startNode(b, s.name, name)
	s.crown(b, name)
	return s.takeover(b, func() { victim.Signal(b, os.Kill) })
}
