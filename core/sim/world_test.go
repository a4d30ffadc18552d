package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// faultTime is how long there are faults in each of many short runs.
const faultTime = 10 * time.Second

func TestEveryFaultHappensAndChangesTheRun(t *testing.T) {
	missing := map[Fault]bool{}
	for f := range faultCount {
		missing[f] = true
	}
	for seed := uint64(1); seed <= 200 && len(missing) > 0; seed++ {
		with := Run(Options{Seed: seed, Duration: faultTime})
		for f := range faultCount {
			if !missing[f] || with.Stats.Hits[f] == 0 {
				continue
			}
			without := Run(Options{Seed: seed, Duration: faultTime, Without: Faults(0).With(f)})
			if n := without.Stats.Hits[f]; n != 0 {
				t.Errorf("seed %d: %v was left out and counted %d times", seed, f, n)
			}
			if without.Digest != with.Digest {
				delete(missing, f)
			}
		}
	}
	for f := range faultCount {
		if missing[f] {
			t.Errorf("%v changed nothing in 200 seeds", f)
		}
	}
}

func TestARunWithoutFaultsLosesNothing(t *testing.T) {
	r := Run(Options{Seed: 7, Without: AllFaults, Duration: 20 * time.Second})
	if r.Failure != nil {
		t.Fatalf("%s: %s", r.Failure.Check, r.Failure.Text)
	}
	s := r.Stats
	if s.Takeovers != 0 || s.Orphans != 0 || s.Lost != 0 {
		t.Errorf("nothing was wrong, and there were %d takeovers, %d orphans and %d lost writes", s.Takeovers, s.Orphans, s.Lost)
	}
	if s.Answered == 0 || s.Linearized == 0 {
		t.Errorf("%d writes were answered, %d operations were checked", s.Answered, s.Linearized)
	}
}

func TestAnUnknownElectionIsRefused(t *testing.T) {
	if r := Run(Options{Seed: 1, Election: "coin"}); r.Failure == nil || r.Failure.Check != "options" {
		t.Errorf("%+v", r.Failure)
	}
}

func TestThingsHappenByTimeThenStreamThenPlan(t *testing.T) {
	var a agenda
	var got []int
	c := newChance(1, "test")
	type planned struct {
		at     journal.Instant
		stream int
		n      int
	}
	var all []planned
	for n := range 200 {
		p := planned{journal.Instant(c.IntN(10)), c.IntN(3), n}
		all = append(all, p)
		a.add(p.at, p.stream, func() { got = append(got, n) })
	}
	slices.SortFunc(all, func(x, y planned) int {
		return slices.Compare([]int{int(x.at), x.stream, x.n}, []int{int(y.at), y.stream, y.n})
	})
	for i := range all {
		a.next().do()
		if got[i] != all[i].n {
			t.Fatalf("thing %d is %d, want %d", i, got[i], all[i].n)
		}
	}
}

func TestPorcupineSeesAReadThatWentBack(t *testing.T) {
	set := keyInput{key: "k", op: frame.Set{Key: "k", Value: []byte("new")}}
	ok, after := stepKey(keyOutput{}, set, keyOutput{})
	if !ok {
		t.Fatal("a set is always possible")
	}
	if ok, _ := stepKey(after.(keyOutput), keyInput{key: "k"}, keyOutput{}); ok {
		t.Error("a read saw nothing after a set")
	}
	if ok, _ := stepKey(after.(keyOutput), keyInput{key: "k", op: frame.Increment{Key: "k", By: 1}}, keyOutput{number: 7}); ok {
		t.Error("an increment of nothing gave 7")
	}
}
