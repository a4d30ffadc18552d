package journal

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func epoch(n EpochNumber) Epoch { return Epoch{Number: n, Master: NodeID{byte(n)}} }

func at(n EpochNumber, i Index) Position { return Position{Epoch: epoch(n), Index: i} }

// starts makes a history of pairs: epoch number, first index.
func starts(pairs ...int) History {
	var h History
	for i := 0; i < len(pairs); i += 2 {
		h = append(h, EpochStart{Epoch: epoch(EpochNumber(pairs[i])), First: Index(pairs[i+1])})
	}
	return h
}

func TestCommonIsWhereTwoLogsPart(t *testing.T) {
	for _, test := range []struct {
		name   string
		a      History
		lastA  Index
		b      History
		lastB  Index
		common Position
	}{
		{"two empty logs", nil, 0, nil, 0, Position{}},
		{"one empty log", starts(1, 1), 5, nil, 0, Position{}},
		{"equal logs", starts(1, 1), 5, starts(1, 1), 5, at(1, 5)},
		{"one is longer", starts(1, 1), 9, starts(1, 1), 5, at(1, 5)},
		{"one has an epoch more", starts(1, 1, 2, 4), 6, starts(1, 1), 5, at(1, 3)},
		{"each has an epoch of its own", starts(1, 1, 2, 4), 6, starts(1, 1, 3, 5), 9, at(1, 3)},
		{"one has two epochs more", starts(1, 1, 2, 4, 3, 6), 8, starts(1, 1, 4, 7), 9, at(1, 3)},
		{"the epochs between differ, the next is shared by name only", starts(1, 1, 3, 4), 8, starts(1, 1, 2, 3), 9, at(1, 2)},
		{"nothing is shared", starts(1, 1), 5, starts(2, 1), 5, Position{}},
		{"a number granted twice", starts(1, 1), 5, History{{Epoch: Epoch{Number: 1, Master: NodeID{9}}, First: 1}}, 5, Position{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Common(test.a, test.lastA, test.b, test.lastB); got != test.common {
				t.Errorf("common %v, wanted %v", got, test.common)
			}
			if got := Common(test.b, test.lastB, test.a, test.lastA); got != test.common {
				t.Errorf("the other way round %v, wanted %v", got, test.common)
			}
		})
	}
}

func TestAHistoryHoldsWhatItsLogHolds(t *testing.T) {
	h := starts(1, 1, 3, 4)
	for _, test := range []struct {
		p    Position
		want bool
	}{
		{Position{}, true},
		{at(1, 1), true},
		{at(1, 3), true},
		{at(1, 4), false},
		{at(3, 4), true},
		{at(3, 6), true},
		{at(3, 7), false},
		{at(2, 4), false},
		{Position{Epoch: epoch(1)}, false},
		{Position{Epoch: Epoch{Number: 1}, Index: 2}, false},
	} {
		if got := h.Contains(test.p, 6); got != test.want {
			t.Errorf("contains %v of %v: %v", test.p, test.p.Epoch.Master, got)
		}
	}
}

// world makes logs as masterships make them: each epoch copies some prefix of an
// older log and goes on from there, so that a position names one prefix.
func world(t *rapid.T) [][]Position {
	logs := [][]Position{nil}
	for n := 1; n <= rapid.IntRange(1, 6).Draw(t, "epochs"); n++ {
		from := logs[rapid.IntRange(0, len(logs)-1).Draw(t, "from")]
		log := slices.Clone(from[:rapid.IntRange(0, len(from)).Draw(t, "kept")])
		for range rapid.IntRange(1, 4).Draw(t, "entries") {
			log = append(log, at(EpochNumber(n), Index(len(log)+1)))
		}
		logs = append(logs, log)
	}
	return logs
}

func historyOf(log []Position) History {
	var h History
	for _, p := range log {
		h = h.add(p)
	}
	return h
}

func TestCommonIsTheLongestSharedPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logs := world(t)
		a := rapid.SampledFrom(logs).Draw(t, "a")
		b := rapid.SampledFrom(logs).Draw(t, "b")
		a = a[:rapid.IntRange(0, len(a)).Draw(t, "end of a")]
		same := 0
		for same < min(len(a), len(b)) && a[same] == b[same] {
			same++
		}
		var want Position
		if same > 0 {
			want = a[same-1]
		}
		if got := Common(historyOf(a), Index(len(a)), historyOf(b), Index(len(b))); got != want {
			t.Fatalf("common of %v and %v is %v, wanted %v", a, b, got, want)
		}
	})
}
