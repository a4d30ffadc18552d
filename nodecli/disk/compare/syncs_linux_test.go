package compare

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// child names the environment variable that makes this program write a number
// of batches with one contender and nothing else: "NAME BATCHES FOLDER".
const child = "UNDERSTUDY_COMPARE"

func TestMain(m *testing.M) {
	if work := os.Getenv(child); work != "" {
		if err := writeBatches(work); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func writeBatches(work string) error {
	var name, dir string
	var batches int
	if _, err := fmt.Sscan(work, &name, &batches, &dir); err != nil {
		return err
	}
	for _, c := range contenders {
		if c.name != name {
			continue
		}
		opened, err := c.open(dir)
		if err != nil {
			return err
		}
		w := newWriter(opened, 10)
		for range batches {
			if err := w.write(); err != nil {
				return err
			}
		}
		return w.close()
	}
	return fmt.Errorf("no contender %q", name)
}

// The system counts, as nobody can be asked how often it syncs: the calls of a
// process that writes many batches, without those of one that writes one: what
// begins and ends a journal may be another thing where nothing was written.
func TestEveryBatchIsSyncedByAllContenders(t *testing.T) {
	const batches = 500
	for _, c := range contenders {
		more, fewer := syncs(t, c.name, 1+batches), syncs(t, c.name, 1)
		each := float64(more-fewer) / batches
		t.Logf("%s: %.2f syncs per batch (%d for %d batches, %d for one)", c.name, each, more, 1+batches, fewer)
		if each < 1 {
			t.Errorf("%s syncs %.2f times per batch: it does not do the same work", c.name, each)
		}
		if c.name == "ours" && each > 1.05 {
			t.Errorf("ours syncs %.2f times per batch, and should once", each)
		}
	}
}

// syncs returns how often a process that writes batches asked for a sync.
func syncs(t *testing.T, name string, batches int) int {
	t.Helper()
	tracer, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("%v: install strace to count the syncs", err)
	}
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.CommandContext(t.Context(), tracer, "-f", "-qq", "-o", trace,
		"-e", "trace=fsync,fdatasync,msync,sync_file_range", os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+name+" "+strconv.Itoa(batches)+" "+folder(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	lines, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for line := range strings.Lines(string(lines)) {
		if strings.Contains(line, "sync") && !strings.Contains(line, "resumed>") {
			count++
		}
	}
	return count
}
