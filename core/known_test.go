package core

import (
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestWhatMayBeCutIsNotKnownToBeCommitted(t *testing.T) {
	p := journal.Position{Epoch: journal.Epoch{Number: 1}, Index: 7}
	for _, f := range []frame.Frame{
		frame.Changes{Through: p}, // of level local
		frame.Written{Receipt: frame.Receipt{Position: p, Ack: journal.AckOne}},
	} {
		if got := committedBy(f); got != 0 {
			t.Errorf("%T shows that %d is committed", f, got)
		}
	}
	if got := committedBy(frame.Written{Receipt: frame.Receipt{Position: p, Ack: journal.AckAll}}); got != 7 {
		t.Errorf("a write that all have shows that %d is committed, want 7", got)
	}
}
