package core_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestAWriteThatWasDegradedIsRememberedAsAnswered(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	b.misses = isData
	w := set(1, "k", "v", journal.AckOne)
	w.Degrade = true
	h.step(a, core.Asked{Frame: w})
	h.run()
	if len(a.replies) > 0 {
		t.Fatalf("answered before b has it or is gone: %+v", a.replies)
	}
	h.holdStores = true // the list without b is not confirmed, so nothing is committed
	h.crash(b)
	if len(a.replies) != 1 {
		t.Fatalf("answers %+v", a.replies)
	}
	got := a.replies[0].(frame.Written)
	if got.Failure != nil || got.Receipt.Ack != journal.AckAsync || got.Receipt.Copies != 1 {
		t.Errorf("the receipt says %+v, %v", got.Receipt, got.Failure)
	}

	h.crash(a)
	h.store()
	h.connect(b)
	b.misses = nil
	h.step(b, core.Asked{Frame: frame.TakeOver{
		Request: 1, Version: h.room.Register().Version, Successor: b.node.Status().Node,
	}})
	h.advance(time.Second)
	h.writes(b, 1, 2)
	h.connect(a)
	h.advance(time.Second)
	orphans := a.node.Orphans()
	if len(orphans) != 1 || !orphans[0].Acked {
		t.Errorf("a keeps %+v", orphans)
	}
}

func TestADegradedWriteNeverClaimsMoreThanTheAckItGot(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("a"), h.add("b")
	w := set(1, "k", "v", 5)
	w.Degrade = true
	got := h.written(a, w)
	if got.Receipt.Ack != journal.AckOne || got.Receipt.Copies != 2 {
		t.Errorf("the receipt says %+v", got.Receipt)
	}
	for _, r := range b.records {
		add, isAppend := r.(core.Append)
		if !isAppend {
			continue
		}
		for _, e := range add.Entries {
			if e.IsWrite() && e.Ack != journal.AckOne {
				t.Errorf("the entry says %v", e.Ack)
			}
		}
	}
}
