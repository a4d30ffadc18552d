//go:build !windows

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary is understudy, where a script says so.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"understudy": main})
}

// TestScripts types what a user types and looks at what a user sees. Besides
// the commands of testscript the scripts have those below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "testdata", "cli"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Deadline:            time.Now().Add(longest),
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "data"))
			e.Values["started"] = map[string]*started{}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":      exits,
			"eventually": eventually,
			"start":      start,
			"signal":     signalStarted,
			"ends":       ends,
			"waitfile":   waitFile,
			"userelay":   useRelay,
		},
	})
}

// patience is how long a script waits for what must come.
const patience = time.Minute

// longest is how long all scripts may take: what should have ended and has not
// is stopped then.
const longest = 5 * time.Minute

// waitFor polls until done reports true.
func waitFor(ts *testscript.TestScript, what string, done func() bool) {
	for end := time.Now().Add(patience); !done(); {
		if time.Now().After(end) {
			ts.Fatalf("%s: not within %v", what, patience)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func arguments(ts *testscript.TestScript, neg bool, args []string, least int, usage string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

// exits STATUS PROGRAM ARGS... runs a program that must end with that status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, "exits STATUS PROGRAM ARGS...")
	if got := statusOf(ts, ts.Exec(args[1], args[2:]...)); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

func statusOf(ts *testscript.TestScript, err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

// eventually PATTERN PROGRAM ARGS... runs a program again and again until its
// standard output matches.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, "eventually PATTERN PROGRAM ARGS...")
	pattern := regexp.MustCompile("(?m)" + args[0])
	waitFor(ts, strings.Join(args, " "), func() bool {
		return ts.Exec(args[1], args[2:]...) == nil && pattern.MatchString(ts.ReadFile("stdout"))
	})
}

// started is a program that runs beside the script. It writes to NAME.out and
// NAME.err.
type started struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended with err
	err  error
}

// start NAME PROGRAM ARGS... starts a program beside the script.
func start(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, "start NAME PROGRAM ARGS...")
	program, err := exec.LookPath(filepath.Join(pathOf(ts, args[1]), args[1]))
	ts.Check(err)
	out, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	errors, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)
	s := &started{cmd: exec.Command(program, args[2:]...), done: make(chan struct{})}
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = ts.MkAbs("."), out, errors
	for _, name := range []string{"PATH", "HOME", "XDG_DATA_HOME", "UNDERSTUDY_RELAY", "UNDERSTUDY_ROOM", "GOCOVERDIR"} {
		if value := ts.Getenv(name); value != "" {
			s.cmd.Env = append(s.cmd.Env, name+"="+value)
		}
	}
	ts.Check(s.cmd.Start())
	go func() {
		defer close(s.done)
		s.err = s.cmd.Wait()
		_, _ = out.Close(), errors.Close() // the program wrote them, not we
	}()
	ts.Value("started").(map[string]*started)[args[0]] = s
	ts.Defer(func() {
		_ = s.cmd.Process.Kill() // it has ended already if this fails
		<-s.done
		ts.Logf("%s said:\n%s", args[0], ts.ReadFile(args[0]+".err"))
	})
}

// pathOf returns the folder of the script's PATH that has a program.
func pathOf(ts *testscript.TestScript, program string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, program)); err == nil {
			return dir
		}
	}
	ts.Fatalf("no %s in the PATH", program)
	return ""
}

func find(ts *testscript.TestScript, name string) *started {
	s := ts.Value("started").(map[string]*started)[name]
	if s == nil {
		ts.Fatalf("nothing was started as %s", name)
	}
	return s
}

// signal NAME SIGNAL sends a signal to a started program.
func signalStarted(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, "signal NAME INT|TERM|KILL|STOP|CONT")
	signals := map[string]syscall.Signal{
		"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL,
		"STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT,
	}
	signal, ok := signals[args[1]]
	if !ok {
		ts.Fatalf("no signal %s", args[1])
	}
	ts.Check(find(ts, args[0]).cmd.Process.Signal(signal))
}

// ends NAME STATUS waits for the end of a started program, which must have that
// status; "killed" is the end by a signal.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, "ends NAME STATUS|killed")
	s := find(ts, args[0])
	select {
	case <-s.done:
	case <-time.After(patience):
		ts.Fatalf("%s has not ended within %v", args[0], patience)
	}
	want := args[1]
	if want == "killed" {
		want = "-1"
	}
	if got := statusOf(ts, s.err); strconv.Itoa(got) != want {
		ts.Fatalf("%s ended with %d, want %s", args[0], got, want)
	}
}

// waitfile FILE [PATTERN] waits until there is a file, and until it matches.
func waitFile(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, "waitfile FILE [PATTERN]")
	pattern := regexp.MustCompile("(?m)" + strings.Join(args[1:], " "))
	waitFor(ts, strings.Join(args, " "), func() bool {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && pattern.Match(text)
	})
}

// userelay FILE makes the relay that wrote this --addr-file the one to use.
func useRelay(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, "userelay FILE")
	waitFile(ts, neg, args)
	ts.Setenv("UNDERSTUDY_RELAY", "ws://"+strings.TrimSpace(ts.ReadFile(args[0]))+"/ws")
}
