package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/sim"
)

// electionJSON is what was measured of an election by that many nodes, and an
// element of what sim --measure --json prints.
type electionJSON struct {
	Election string  `json:"election"`
	Nodes    int     `json:"nodes"`
	Messages percent `json:"messages"`
	TookMS   percent `json:"tookMs"` // simulated
	Seals    percent `json:"seals"`
	Frames   percent `json:"frames"`
}

// percent is a median and a 99th percentile.
type percent struct {
	P50 int64 `json:"p50"`
	P99 int64 `json:"p99"`
}

func percentOf(values []int64) percent {
	slices.Sort(values)
	return percent{values[(len(values)-1)/2], values[(len(values)*99+99)/100-1]}
}

// measuredJSON is what sim --measure --json prints.
type measuredJSON struct {
	Runs      int            `json:"runs"`
	Seed      uint64         `json:"seed"` // the first one
	Elections []electionJSON `json:"elections"`
}

// measure measures elections and prints a table.
func (cmd *simCommand) measure(ctx context.Context, sh *shell) error {
	sizes := cmd.Nodes
	if len(sizes) == 0 {
		sizes = []int{3, 5, 9, 25}
	}
	for _, n := range sizes {
		if n < 2 || n > sim.MeasureMax {
			return misused("--nodes: %d nodes, of 2 to %d where elections are measured", n, sim.MeasureMax)
		}
	}
	if cmd.SVG != "" && len(sizes) < 2 {
		return misused("--svg draws lines over several numbers of --nodes")
	}
	all := measuredJSON{Runs: cmd.seeds(1000), Seed: cmd.Seed}
	for _, e := range cmd.measuredElections() {
		for _, n := range sizes {
			one, err := measureElection(ctx, e, n, all.Seed, all.Runs)
			if err != nil {
				return fmt.Errorf("sim: %w", err)
			}
			all.Elections = append(all.Elections, one)
		}
	}
	if cmd.SVG != "" {
		if err := os.WriteFile(cmd.SVG, []byte(drawElections(all)), 0o644); err != nil {
			return fmt.Errorf("--svg: %w", err)
		}
	}
	if sh.JSON {
		return sh.printJSON(all)
	}
	return sh.print("%s", all.table())
}

func measureElection(ctx context.Context, e register.Election, nodes int, seed uint64, runs int) (electionJSON, error) {
	messages, took, seals, frames := make([]int64, runs), make([]int64, runs), make([]int64, runs), make([]int64, runs)
	err := inParallel(ctx, runs, func(i int) error {
		m, err := sim.Measure(e, nodes, seed+uint64(i))
		if err != nil {
			return fmt.Errorf("%v of %d nodes, seed %d: %w", e, nodes, seed+uint64(i), err)
		}
		messages[i], seals[i], frames[i] = int64(m.Messages), int64(m.Seals), int64(m.Frames)
		took[i] = int64(m.Took.Round(time.Millisecond) / time.Millisecond)
		return nil
	})
	if err != nil {
		return electionJSON{}, err
	}
	return electionJSON{
		Election: e.String(), Nodes: nodes, Messages: percentOf(messages), TookMS: percentOf(took),
		Seals: percentOf(seals), Frames: percentOf(frames),
	}, nil
}

func (m measuredJSON) table() string {
	var text strings.Builder
	fmt.Fprintf(&text, "median and 99th percentile of %d seeds from %d\n", m.Runs, m.Seed)
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ELECTION\tNODES\tMESSAGES\tP99\tTIME\tP99\tSEALS\tALL FRAMES")
	for _, e := range m.Elections {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d ms\t%d ms\t%d\t%d\n", e.Election, e.Nodes,
			e.Messages.P50, e.Messages.P99, e.TookMS.P50, e.TookMS.P99, e.Seals.P50, e.Frames.P50)
	}
	_ = table.Flush() // into memory
	return text.String()
}
