package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/sim"
)

type simCommand struct {
	Seed     uint64 `placeholder:"N" default:"1" help:"The first seed (default ${default})."`
	Runs     *int   `placeholder:"N" help:"How many seeds (default: 100; 1 with --trace; 1000 where elections are measured)."`
	Nodes    []int  `placeholder:"N" help:"How many nodes, or several numbers of them (default: 3 to 5, by the seed; 3,5,9,25 where elections are measured)."`
	Faults   string `placeholder:"KIND" help:"What goes wrong: all (default), none, or kinds separated by commas."`
	Election string `placeholder:"NAME" enum:",succession,bully,ring,vote,all" default:"" help:"How rooms elect: succession, bully, ring or vote (default: by the seed); all measures them beside each other."`
	Measure  bool   `help:"Measure elections, all or the given one: what is said and how long it takes until another node is master, without faults."`
	Trace    bool   `help:"Print every input and effect of one run."`
	SVG      string `name:"svg" placeholder:"FILE" completion:"file" help:"Draw what was measured into this file."`
}

// runsMax keeps the number of runs, and of their results, one that a machine holds.
const runsMax = 10_000_000

// seeds is how many seeds were asked for, or else usual.
func (cmd *simCommand) seeds(usual int) int {
	if cmd.Runs == nil {
		return usual
	}
	return *cmd.Runs
}

// Help returns examples.
func (simCommand) Help() string {
	return `Examples:

    understudy sim --runs 1000
    understudy sim --seed 42 --trace
    understudy sim --nodes 3 --faults crash,cut,power-cut --election vote
    understudy sim --election all --nodes 3,5,9,25
    understudy sim --election ring --measure --runs 100

A run is a room of simulated nodes, clients, relay, network and disks, with the code that real ones run. What is not given is
drawn from the seed, and the same seed gives the same run everywhere. After each step what was promised is checked against what is
there; in the end the faults stop, and everything must come together. A run in which that fails ends the command with status 1, the
end of its trace, and the command that runs it again.

--election all, or --measure, kills the master of healthy rooms instead and prints the median and the 99th percentile: messages of the
election (what nodes say to each other, claims, and the relay's answers), and the simulated time from when the relay has lost the
master's connection until another one takes writes. SEALS are the messages by which the new master closes the
old epoch, alike in every election, and ALL FRAMES is everything that was received meanwhile.

Kinds of fault: ` + strings.Join(sim.FaultKinds(), ", ") + `.`
}

// Run simulates, or measures.
func (cmd *simCommand) Run(ctx context.Context, sh *shell) error {
	measures := cmd.Measure || cmd.Election == "all"
	switch {
	case cmd.Runs != nil && (*cmd.Runs < 1 || *cmd.Runs > runsMax):
		return misused("--runs: %d seeds, of 1 to %d", *cmd.Runs, runsMax)
	case measures && (cmd.Faults != "" || cmd.Trace):
		return misused("what is measured has no faults and no trace: leave out --faults and --trace, or --measure and --election all")
	case !measures && cmd.SVG != "":
		return misused("--svg draws what is measured: give --measure or --election all too")
	case cmd.Trace && (cmd.seeds(1) > 1 || len(cmd.Nodes) > 1):
		return misused("--trace is of one run")
	case cmd.Trace && sh.JSON:
		return misused("--trace and --json can't be used together")
	}
	if measures {
		return cmd.measure(ctx, sh)
	}
	return cmd.simulate(ctx, sh)
}

func (cmd *simCommand) simulate(ctx context.Context, sh *shell) error {
	faults, err := sim.ParseFaults(cmp.Or(cmd.Faults, "all"))
	if err != nil {
		return misused("--faults: %v", err)
	}
	for _, n := range cmd.Nodes {
		if n < 1 || n > sim.NodesMax {
			return misused("--nodes: %d nodes, of 1 to %d", n, sim.NodesMax)
		}
	}
	sizes := cmd.Nodes
	if len(sizes) == 0 {
		sizes = []int{0} // the seed's
	}
	seeds := cmd.seeds(100)
	if cmd.Trace {
		seeds = 1
	}
	results := make([]sim.Result, seeds*len(sizes))
	began := time.Now()
	err = inParallel(ctx, len(results), func(i int) error {
		o := sim.Options{
			Seed: cmd.Seed + uint64(i/len(sizes)), Nodes: sizes[i%len(sizes)],
			Without: sim.AllFaults &^ faults, Election: cmd.Election,
		}
		if cmd.Trace {
			o.Trace = sh.out
		}
		results[i] = runSeed(o)
		return nil
	})
	if err != nil {
		return err
	}
	return cmd.verdict(sh, results, time.Since(began))
}

// runSeed runs one world. A panic in it is a failure like others.
func runSeed(o sim.Options) (r sim.Result) {
	defer func() {
		if p := recover(); p != nil {
			r = sim.Result{Options: o, Failure: &sim.Failure{Check: "panic", Text: fmt.Sprintf("%v\n%s", p, debug.Stack())}}
		}
	}()
	return sim.Run(o)
}

// inParallel does count things on all processors, until one fails or ctx ends.
func inParallel(ctx context.Context, count int, do func(int) error) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	for worker := range errs {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < count && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if errs[worker] = do(i); errs[worker] != nil {
					next.Store(int64(count))
				}
			}
		})
	}
	wait.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// verdict prints what the runs have shown.
func (cmd *simCommand) verdict(sh *shell, results []sim.Result, took time.Duration) error {
	s := summarize(results)
	for _, r := range results {
		if r.Failure != nil {
			s.Failures = append(s.Failures, failureJSON{
				Seed: r.Options.Seed, Nodes: r.Options.Nodes, Check: r.Failure.Check, Text: r.Failure.Text,
				Rerun: cmd.rerun(r.Options.Seed, r.Options.Nodes), tail: r.Tail,
			})
		}
	}
	var err error
	if sh.JSON {
		err = sh.printJSON(s)
	} else {
		err = s.write(sh.out, took)
	}
	if err == nil && len(s.Failures) > 0 {
		err = &exitError{status: exitFailed, err: fmt.Errorf("%d of %d runs failed", len(s.Failures), s.Runs)}
	}
	return err
}

// rerun is the command that runs one world again. How many nodes it has is said
// only where that was not left to the seed.
func (cmd *simCommand) rerun(seed uint64, nodes int) string {
	words := []string{"understudy sim --seed", strconv.FormatUint(seed, 10)}
	if len(cmd.Nodes) > 0 {
		words = append(words, "--nodes", strconv.Itoa(nodes))
	}
	if cmd.Faults != "" {
		words = append(words, "--faults", strings.ReplaceAll(cmd.Faults, " ", ""))
	}
	if cmd.Election != "" {
		words = append(words, "--election", cmd.Election)
	}
	return strings.Join(append(words, "--trace"), " ")
}

// simJSON is what sim --json prints of runs with faults.
type simJSON struct {
	Runs       int            `json:"runs"`
	Operations int            `json:"operations"`
	Writes     int            `json:"writes"`
	Unknown    int            `json:"unknown"` // writes whose outcome nobody told
	Checked    int            `json:"checked"` // operations checked for linearizability
	Takeovers  int            `json:"takeovers"`
	Orphans    int            `json:"orphans"`
	Lost       int            `json:"lost"` // answered writes whose every copy lost its storage
	Hits       map[string]int `json:"hits"` // by kind of fault
	Failures   []failureJSON  `json:"failures"`
}

type failureJSON struct {
	Seed  uint64 `json:"seed"`
	Nodes int    `json:"nodes"`
	Check string `json:"check"`
	Text  string `json:"text"`
	Rerun string `json:"rerun"`

	tail []string
}

func summarize(results []sim.Result) simJSON {
	s := simJSON{Runs: len(results), Hits: map[string]int{}, Failures: []failureJSON{}}
	kinds := sim.FaultKinds()
	for _, r := range results {
		s.Operations += r.Stats.Operations
		s.Writes += r.Stats.Writes
		s.Unknown += r.Stats.Unknown
		s.Checked += r.Stats.Linearized
		s.Takeovers += r.Stats.Takeovers
		s.Orphans += r.Stats.Orphans
		s.Lost += r.Stats.Lost
		for f, hits := range r.Stats.Hits {
			if hits > 0 {
				s.Hits[kinds[f]] += hits
			}
		}
	}
	return s
}

// write writes the failures with the ends of their traces, and then the sum.
func (s *simJSON) write(w io.Writer, took time.Duration) error {
	var text strings.Builder
	for _, f := range s.Failures {
		for _, line := range f.tail {
			fmt.Fprintln(&text, line)
		}
		fmt.Fprintf(&text, "seed %d: %s: %s\n%s\n", f.Seed, f.Check, f.Text, f.Rerun)
	}
	fmt.Fprintf(&text, "%d runs in %v: %d operations, %d of them checked for linearizability, %d takeovers, %d kinds of fault\n",
		s.Runs, took.Round(time.Millisecond), s.Operations, s.Checked, s.Takeovers, len(s.Hits))
	fmt.Fprintf(&text, "%d writes, of which %d have an outcome that nobody told; %d became orphans, %d were lost with every copy of them\n",
		s.Writes, s.Unknown, s.Orphans, s.Lost)
	if len(s.Failures) == 0 {
		fmt.Fprintln(&text, "nothing that was promised was broken")
	}
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

// measuredElections is which are measured.
func (cmd *simCommand) measuredElections() []register.Election {
	if e, err := register.ParseElection(cmd.Election); err == nil {
		return []register.Election{e}
	}
	return []register.Election{register.ElectSuccession, register.ElectBully, register.ElectRing, register.ElectVote}
}
