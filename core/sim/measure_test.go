package sim

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/register"
)

func TestEveryElectionOfARoomIsMeasured(t *testing.T) {
	for _, e := range elections {
		for _, nodes := range []int{2, 3, 7} {
			for seed := range uint64(15) {
				m, err := Measure(e, nodes, seed)
				if err != nil {
					t.Fatalf("%v of %d nodes, seed %d: %v", e, nodes, seed, err)
				}
				if again, _ := Measure(e, nodes, seed); again != m {
					t.Errorf("%v of %d nodes, seed %d: %+v, and the second time %+v", e, nodes, seed, m, again)
				}
				// A claim and its answer at least, and everybody seals.
				if m.Messages < 2 || m.Frames < m.Messages+m.Seals || m.Took <= 0 || m.Took > 5*time.Second {
					t.Errorf("%v of %d nodes, seed %d: %+v", e, nodes, seed, m)
				}
				if talks := e != register.ElectSuccession && nodes > 2; talks && m.Messages <= 3 {
					t.Errorf("%v of %d nodes, seed %d: %d messages, and so nothing was said", e, nodes, seed, m.Messages)
				}
			}
		}
	}
}

func TestARoomThatIsTooSmallOrTooLargeIsNotMeasured(t *testing.T) {
	for _, nodes := range []int{-1, 0, 1, MeasureMax + 1} {
		if m, err := Measure(register.ElectRing, nodes, 1); err == nil {
			t.Errorf("%d nodes: %+v", nodes, m)
		}
	}
}
