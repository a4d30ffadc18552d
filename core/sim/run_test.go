package sim

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	seedsFlag  = flag.Int("seeds", 0, "how many seeds TestSeeds runs (0: 300, or 50 with -short)")
	firstFlag  = flag.Uint64("first", 1, "the first of them")
	seedFlag   = flag.Uint64("seed", 0, "run this seed alone, with its whole trace")
	failsFlag  = flag.Int64("fails", 3, "how many seeds may fail before the others are left out")
	digestFlag = flag.Bool("digest", false, "print one digest over all seeds, for comparing systems")
)

// rerun is the command that runs one seed.
func rerun(seed uint64) string {
	return fmt.Sprintf("go test ./core/sim -run TestSeeds -count=1 -seed %d", seed)
}

func TestSeeds(t *testing.T) {
	if *seedFlag != 0 {
		r := Run(Options{Seed: *seedFlag, Trace: os.Stdout})
		fmt.Printf("digest %016x %+v\n", r.Digest, r.Stats)
		if r.Failure != nil {
			t.Fatalf("seed %d: %s: %s", *seedFlag, r.Failure.Check, r.Failure.Text)
		}
		return
	}
	count := *seedsFlag
	if count == 0 {
		count = 300
		if testing.Short() {
			count = 50
		}
	}
	began := time.Now()
	results := runSeeds(t, *firstFlag, count)
	report(t, results, time.Since(began))
}

// runSeeds runs each seed twice, many at once, and stops after a few failures.
func runSeeds(t *testing.T, first uint64, count int) []Result {
	results := make([]Result, count)
	var next, failures atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= count || failures.Load() >= *failsFlag {
					return
				}
				if !runSeed(t, first+uint64(i), &results[i]) {
					failures.Add(1)
				}
			}
		})
	}
	wait.Wait()
	return results
}

// runSeed runs one seed twice and reports whether all was well.
func runSeed(t *testing.T, seed uint64, r *Result) (well bool) {
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("seed %d: panic: %v\n%s\n%s", seed, p, debug.Stack(), rerun(seed))
		}
	}()
	*r = Run(Options{Seed: seed})
	if r.Failure != nil {
		t.Errorf("seed %d with %+v\n%s\n%s: %s\n%s", seed, r.Options,
			strings.Join(r.Tail, "\n"), r.Failure.Check, r.Failure.Text, rerun(seed))
		return false
	}
	if again := Run(Options{Seed: seed}); again.Digest != r.Digest {
		t.Errorf("seed %d: two runs have the digests %016x and %016x\n%s", seed, r.Digest, again.Digest, rerun(seed))
		return false
	}
	return true
}

// report prints what the seeds were worth.
func report(t *testing.T, results []Result, took time.Duration) {
	var total Stats
	var operations, takeovers []int
	digest := uint64(14695981039346656037)
	seeds, given := 0, 0
	for _, r := range results {
		if r.Options.Seed == 0 {
			continue
		}
		seeds++
		digest = (digest ^ r.Digest) * 1099511628211
		for f := range total.Hits {
			total.Hits[f] += r.Stats.Hits[f]
		}
		operations = append(operations, r.Stats.Operations)
		takeovers = append(takeovers, r.Stats.Takeovers)
		total.Operations += r.Stats.Operations
		total.Writes += r.Stats.Writes
		total.Answered += r.Stats.Answered
		total.Unknown += r.Stats.Unknown
		total.Orphans += r.Stats.Orphans
		total.Lost += r.Stats.Lost
		total.Unclean += r.Stats.Unclean
		total.Linearized += r.Stats.Linearized
		total.Installs += r.Stats.Installs
		total.Expired += r.Stats.Expired
		total.Resolved += r.Stats.Resolved
		total.Degraded += r.Stats.Degraded
		total.Alarms += r.Stats.Alarms
		if r.Stats.GivenUp {
			given++
		}
		total.SessionCuts += r.Stats.SessionCuts
		total.Inputs += r.Stats.Inputs
		total.Healed = max(total.Healed, r.Stats.Healed)
	}
	if *digestFlag {
		fmt.Printf("digest of %d seeds from %d: %016x\n", seeds, *firstFlag, digest)
	}
	t.Logf("%d seeds in %v, %.1f a second, each twice; %d inputs", seeds, took.Round(time.Millisecond), float64(seeds)/took.Seconds(), total.Inputs)
	t.Logf("median of a seed: %d operations, %d takeovers", median(operations), median(takeovers))
	t.Logf("%d operations, %d writes, %d answered ok, %.1f %% unknown; %d checked by Porcupine",
		total.Operations, total.Writes, total.Answered, 100*float64(total.Unknown)/float64(max(1, total.Writes)), total.Linearized)
	t.Logf("%d keys expired, %d orphans replayed or discarded, %d writes degraded, %d sessions cut, %d alarms, %d given up", total.Expired, total.Resolved, total.Degraded, total.SessionCuts, total.Alarms, given)
	t.Logf("%d orphans, %d writes lost with every copy of them, %d unclean masterships; healed within %v",
		total.Orphans, total.Lost, total.Unclean, total.Healed.Round(time.Millisecond))
	for f, hits := range total.Hits {
		t.Logf("%8d %v", hits, Fault(f))
	}
}

func median(of []int) int {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[len(of)/2]
}
