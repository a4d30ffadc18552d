package register

import (
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

// known is what the backup of a room knew: epoch 7, version 30.
func known() Register {
	return Register{Version: 30, Epoch: epoch(7, 'a'), InSync: []Seat{seat('a'), seat('b')}}
}

func TestARoomBeginsAnewOnAnEmptyRelay(t *testing.T) {
	anew := Anew(known(), 8, id('n'), 5)
	if err := anew.Check(); err != nil {
		t.Fatal(err)
	}
	adopted, ok := Adopt(Register{}, anew)
	if !ok || !adopted.Awaiting {
		t.Fatalf("an empty relay: %+v", adopted)
	}
	n := process('n')
	value, err := Claim(adopted, Scene{Present: []Member{n}}, n.Node, adopted.Epoch.Number+1)
	if err != nil {
		t.Fatal(err)
	}
	if value.Epoch.Number <= 8 || value.Epoch.Master != n.Node || len(value.InSync) != 1 {
		t.Errorf("granted is %+v", value)
	}
	if loss := value.Losses[0]; loss.Epoch != value.Epoch || loss.At != 5 || len(loss.Missing) != 2 {
		t.Errorf("the loss is recorded as %+v, the epoch is %v", loss, value.Epoch)
	}
	if next, ok := Adopt(value, known()); ok {
		t.Errorf("a copy of before brings back %+v", next)
	}
}

func TestARoomThatIsThereDoesNotBeginAnew(t *testing.T) {
	anew := Anew(known(), 7, id('n'), 0)
	awaited, _ := Adopt(Register{}, known())
	for name, there := range map[string]Register{
		"the same value":  known(),
		"a later version": {Version: 31, Epoch: epoch(7, 'a'), InSync: []Seat{seat('a')}},
		"a later epoch":   {Version: 31, Epoch: epoch(8, 'b'), InSync: []Seat{seat('b')}},
		"an adopted one":  awaited,
	} {
		if next, ok := Adopt(there, anew); ok {
			t.Errorf("%s gave way to %+v", name, next)
		}
	}
	// The old copies come before the claim: they are waited for after all.
	adopted, _ := Adopt(Register{}, anew)
	next, ok := Adopt(adopted, known())
	if !ok || !next.IsInSync(id('a')) || next.IsInSync(id('n')) {
		t.Errorf("what the old copies know gave %+v", next)
	}
}

func TestACopyWithoutHistoryBeginsARoomAsAnyOther(t *testing.T) {
	if anew := Anew(Register{}, 0, id('n'), 1); !anew.IsZero() {
		t.Errorf("%+v", anew)
	}
}

func TestBeginningAnewKeepsTheNewestLossesOnly(t *testing.T) {
	r := known()
	for i := range MaxLosses {
		r.Losses = append(r.Losses, Loss{Epoch: epoch(journal.EpochNumber(i+1), 'a')})
	}
	anew := Anew(r, 7, id('n'), 1)
	if err := anew.Check(); err != nil || anew.Losses[MaxLosses-1].Epoch.Master != id('n') {
		t.Errorf("%v, %+v", err, anew.Losses)
	}
	if len(r.Losses) != MaxLosses || r.Losses[0].Epoch.Number != 1 {
		t.Error("the value it was made of has changed")
	}
}
