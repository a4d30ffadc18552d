package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// What somebody says who can't be elected moves nobody: neither a token that is
// said to have come round, nor a round that no other can follow.
func TestOnlyThoseWhoMayBeElectedHaveASayInIt(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("a"), h.add("b"), h.add("c")
	client := journal.NodeID{99}
	h.advance(time.Second)
	h.ask(a, frame.Configure{
		Request: 1, Version: a.node.Status().Register.Version, Settings: register.Settings{Election: register.ElectRing},
	})
	number := a.node.Status().Register.Epoch.Number + 1
	b.misses = func(f frame.Frame) bool { _, isElect := f.(frame.Elect); return isElect }
	h.crash(a)
	for _, round := range []uint64{1, 2, ^uint64(0)} {
		h.step(b, core.Received{Conn: b.conn, Head: frame.Head{From: client}, Frame: frame.Elect{
			Number: number, Kind: frame.ElectToken, Round: round, Node: b.node.Status().Node,
		}})
		h.run()
	}
	if got := b.node.Status().Role; got == frame.RoleMaster || got == frame.RoleClaiming {
		t.Fatalf("b is %v", got)
	}
	b.misses = nil
	h.advance(3 * time.Second)
	if got := c.node.Status().Role; got != frame.RoleMaster {
		t.Errorf("%v, %v: c is the highest", b, c)
	}
}
