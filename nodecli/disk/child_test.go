package disk

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
)

// A test binary that finds these in its environment does one task, in one
// folder, in place of the tests.
const (
	childTask = "UNDERSTUDY_DISK_TEST_TASK"
	childDir  = "UNDERSTUDY_DISK_TEST_DIR"
)

// inChild does the task of a child. What it prints last is "done", or why not.
func inChild(task string) bool {
	if task == "" {
		return false
	}
	do, ok := childTasks()[task]
	if !ok {
		do = func(string) error { return fmt.Errorf("no task %q", task) }
	}
	if err := do(os.Getenv(childDir)); err != nil {
		fmt.Println(err)
		return true
	}
	fmt.Println("done")
	return true
}

// child is the command that runs this test binary for a task.
func child(t *testing.T, task, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childTask+"="+task, childDir+"="+dir)
	return cmd
}

// mustDo runs a child to its end.
func mustDo(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(said), "done\n") {
		t.Fatalf("the child said %q, %v", said, err)
	}
	t.Logf("%s", said)
}

// hold opens a copy, writes to it, says so, and waits to be killed or for the
// end of its input, upon which it closes.
func hold(fsync Fsync) func(dir string) error {
	return func(dir string) error {
		d, err := Open(Config{Dir: dir, Room: "main", Node: "alice", Fsync: fsync})
		if err != nil {
			return err
		}
		if err := writeSome(d, 1, 100); err != nil {
			return err
		}
		fmt.Println("holding")
		if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
			return err
		}
		return d.Close()
	}
}

// startHolding starts a child that holds a folder.
func startHolding(t *testing.T, task, dir string) (cmd *exec.Cmd, stdin io.Closer) {
	t.Helper()
	cmd = child(t, task, dir)
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); line != "holding\n" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	return cmd, input
}

var testEpoch = journal.Epoch{Number: 1, Master: journal.NodeID{1}}

var testMeta = core.Meta{Node: journal.NodeID{1}, Incarnation: 1, Accepted: testEpoch}

func testEntry(i journal.Index) journal.Entry {
	return journal.Entry{
		Position: journal.Position{Epoch: testEpoch, Index: i}, Origin: journal.Origin{Client: journal.ClientID{2}, Seq: uint64(i)},
		Changes: []journal.Change{{Key: fmt.Sprint("key ", i), Value: []byte(strings.Repeat("v", 10_000))}},
	}
}

// writeSome loads a copy, gives it an identity and appends entries.
func writeSome(d *Disk, from, to journal.Index) error {
	ctx := background()
	if _, err := d.Load(ctx); err != nil {
		return err
	}
	if err := d.Write(ctx, []core.Record{core.SaveMeta{Meta: testMeta}}); err != nil {
		return err
	}
	for i := from; i <= to; i++ {
		if err := d.Write(ctx, []core.Record{core.Append{Entries: []journal.Entry{testEntry(i)}}}); err != nil {
			return err
		}
	}
	return nil
}

// holdsAll checks that entries from the first to one at or behind least came
// back as they were written.
func holdsAll(stored core.Stored, least journal.Index) error {
	if n := journal.Index(len(stored.Entries)); n < least {
		return fmt.Errorf("%d entries came back, of %d that were acknowledged", n, least)
	}
	for i, e := range stored.Entries {
		want := testEntry(journal.Index(i) + 1)
		if e.Position != want.Position || e.Origin != want.Origin || string(e.Changes[0].Value) != string(want.Changes[0].Value) {
			return fmt.Errorf("entry %d came back as %v", i+1, e.Position)
		}
	}
	return nil
}

// background is the context of a child, which has no test.
func background() context.Context { return context.Background() } //nolint:usetesting // see above
