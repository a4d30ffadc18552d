package nodetest

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Process is understudy running beside a test.
type Process struct {
	cmd   *exec.Cmd
	log   *Log
	ended chan struct{} // closed when it is gone
}

// Start starts understudy; it is killed when the test ends. What it says on
// either output goes to log.
func (p *Program) Start(tb testing.TB, log *Log, args ...string) *Process {
	tb.Helper()
	r := &Process{cmd: exec.Command(p.Path(tb), args...), log: log, ended: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = log, log
	r.cmd.Env = []string{"HOME=" + tb.TempDir()}
	if err := r.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	log.Note("process %d: understudy %s", r.PID(), strings.Join(args, " "))
	go func() {
		_ = r.cmd.Wait() // how it ended is in its ProcessState
		log.Note("process %d: %v", r.PID(), r.cmd.ProcessState)
		close(r.ended)
	}()
	tb.Cleanup(func() { r.Kill(tb) })
	return r
}

// PID returns the number by which the system knows the process.
func (r *Process) PID() int { return r.cmd.Process.Pid }

// Ended is closed when the process is gone and all it said is in its log.
func (r *Process) Ended() <-chan struct{} { return r.ended }

// HasEnded reports whether the process is gone.
func (r *Process) HasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// Status returns the exit status of a process that has ended, -1 where a signal
// ended it.
func (r *Process) Status() int { return r.cmd.ProcessState.ExitCode() }

// Signal sends a signal. One that has ended gets none.
func (r *Process) Signal(tb testing.TB, signal os.Signal) {
	tb.Helper()
	if r.HasEnded() {
		return
	}
	if err := r.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		tb.Errorf("signal %v to process %d: %v", signal, r.PID(), err)
	}
}

// Kill ends the process as kill -9 does, and returns when it is gone.
func (r *Process) Kill(tb testing.TB) {
	tb.Helper()
	r.Signal(tb, os.Kill)
	<-r.ended
}

// WaitEnd waits for the process to end by itself and returns its exit status.
func (r *Process) WaitEnd(tb testing.TB, claim string) int {
	tb.Helper()
	WaitFor(tb, claim, r.HasEnded)
	return r.Status()
}
