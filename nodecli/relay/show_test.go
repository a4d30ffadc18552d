package relay

import (
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/room"
)

func TestTheRelayShowsWhoIsThereAndMayNotBeMaster(t *testing.T) {
	b := journal.NodeID{2}
	r := room.New(room.Config{Name: "r", Started: 1, Register: register.Register{
		Version: 3, Epoch: journal.Epoch{Number: 1, Master: b}, InSync: []register.Seat{{Node: b}},
	}})
	if got := showRoom("r", r).Barred; len(got) != 0 {
		t.Errorf("nobody is there, and barred are %v", got)
	}
	r.Step(2, room.Arrived{Conn: 1, Hello: frame.Hello{
		VersionMin: frame.VersionMin, VersionMax: frame.VersionMax, Room: "r",
		Member: register.Member{Node: b, Incarnation: 1, Name: "b", Kind: register.KindProcess, Durable: true},
	}})
	if got := showRoom("r", r); !slices.Equal(got.Barred, []string{b.Full()}) || len(got.Waiting) != 0 {
		t.Errorf("barred are %v, waited for %v", got.Barred, got.Waiting)
	}
}
