package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

// Exit statuses. Scripts branch on them.
const (
	exitDone     = 0
	exitFailed   = 1
	exitMisuse   = 2
	exitNoKey    = 3
	exitRefused  = 4 // before the write: too few replicas, or over a limit
	exitUnknown  = 5 // the outcome; the position, if any, is printed
	exitNobody   = 6 // no master or no relay within the time-out
	exitConflict = 7 // a condition did not hold
)

// endings says for each way a request may end the status, and what the user
// can do about it. The first that fits counts: an error that wraps several
// says first what became of the request and then why.
var endings = []struct {
	err    error
	status int
	hint   string
}{
	{host.ErrOutcomeUnknown, exitUnknown, "it may or may not be kept: read it back"},
	{host.ErrNoRelay, exitNobody, "start a relay (understudy relay), or name one: --relay URL"},
	{host.ErrNoKey, exitNoKey, ""},
	{host.ErrConflict, exitConflict, ""},
	{host.ErrNotEnoughReplicas, exitRefused, "lower --ack, or start another node"},
	{host.ErrTooLarge, exitRefused, ""},
	{host.ErrBusy, exitRefused, "nothing was written; try again in a moment"},
	{host.ErrNoMaster, exitNobody, "understudy status says who is there; understudy node starts a node"},
	{host.ErrTimeout, exitNobody, "give it longer with --timeout; understudy status says who answers"},
	{host.ErrInvalid, exitMisuse, ""},
	{host.ErrSessionCut, exitFailed, "understudy orphans list shows what was rolled back"},
	{host.ErrOutdated, exitFailed, "understudy import gives a copy that was restored from a backup an identity of its own"},
}

// exitError is an error whose status, and perhaps hint, the command knows best.
type exitError struct {
	status int
	hint   string
	err    error // nil: the result, on standard output, says it all
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// misused is a wrong use that the grammar could not see.
func misused(format string, args ...any) error {
	return &exitError{status: exitMisuse, err: fmt.Errorf(format, args...)}
}

// misuse makes an exitError of what the parser found.
func misuse(err error, parsed *kong.Context) error {
	hint := "understudy --help lists the commands"
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		parsed = parse.Context
	}
	if parsed != nil {
		if selected := parsed.Selected(); selected != nil {
			hint = selected.FullPath() + " --help says what it takes"
		}
	}
	// The empty value stands for "not given" in the grammar, and is none to choose.
	text := strings.Replace(err.Error(), `"",`, "", 1)
	return &exitError{status: exitMisuse, hint: hint, err: errors.New(text)}
}

// interrupted is the end of a command that was told to stop. What became of a
// write, or of a copy, stays the more important news.
func interrupted(err error) error {
	if err == nil || errors.Is(err, host.ErrOutcomeUnknown) || errors.Is(err, errNotClosed) {
		return err
	}
	return &exitError{status: exitFailed, err: errors.New("interrupted")}
}

// report tells the user how a command ended, and returns the exit status.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	status, hint := exitFailed, ""
	for _, e := range endings {
		if errors.Is(err, e.err) {
			status, hint = e.status, e.hint
			break
		}
	}
	var exit *exitError
	if errors.As(err, &exit) {
		status = exit.status
		if exit.hint != "" {
			hint = exit.hint
		}
	}
	if text := err.Error(); text != "" {
		fmt.Fprintf(w, "understudy: %s\n", text)
		if hint != "" {
			fmt.Fprintf(w, "hint: %s\n", hint)
		}
	}
	return status
}

// doing says which operation an error ended. Of an unreachable relay it keeps
// the last attempt's error, which says what is wrong.
func doing(operation string, err error) error {
	if err == nil || err.Error() == "" {
		return err
	}
	var unreachable *socket.UnreachableError
	if errors.Is(err, host.ErrNoRelay) && errors.As(err, &unreachable) {
		err = plain{unreachable.Error(), err}
	}
	return fmt.Errorf("%s: %w", operation, err)
}

// plain is an error in other words.
type plain struct {
	text string
	error
}

func (p plain) Error() string { return p.text }
func (p plain) Unwrap() error { return p.error }

// withHint gives an error a hint that fits better than the general one.
func withHint(err error, status int, hint string) error {
	return &exitError{status: status, hint: hint, err: err}
}

// waited is the end of --timeout. It counts as context.DeadlineExceeded.
type waited struct{ text string }

func (w waited) Error() string        { return w.text }
func (w waited) Is(target error) bool { return target == context.DeadlineExceeded }
