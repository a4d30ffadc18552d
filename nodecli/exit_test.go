package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

func TestEveryEndingHasItsStatusAndItsWords(t *testing.T) {
	refused := &socket.UnreachableError{URL: "ws://h/ws", Err: errors.New("connection refused")}
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{nil, 0, ""},
		{errors.New("no space left"), 1, "understudy: op: no space left\n"},
		{misused("--limit: %d is below 0", -1), 2, "understudy: op: --limit: -1 is below 0\n"},
		{host.ErrNoKey, 3, "understudy: op: no such key\n"},
		{&frame.Failure{Code: frame.CodeNotEnoughReplicas, Text: "2 replicas wanted, 1 in sync"}, 4,
			"understudy: op: 2 replicas wanted, 1 in sync\nhint: lower --ack, or start another node\n"},
		{&frame.Failure{Code: frame.CodeTooLarge, Text: "1025 bytes, of at most 1024"}, 4,
			"understudy: op: 1025 bytes, of at most 1024\n"},
		{fmt.Errorf("%w: %w", host.ErrOutcomeUnknown, waited{"waited 5s"}), 5,
			"understudy: op: the write was sent; what became of it is not known: waited 5s\nhint: it may or may not be kept: read it back\n"},
		{fmt.Errorf("%w: %w (%w)", host.ErrNoRelay, refused, waited{"waited 5s"}), 6,
			"understudy: op: no relay at ws://h/ws: connection refused\nhint: start a relay (understudy relay), or name one: --relay URL\n"},
		{&frame.Failure{Code: frame.CodeConflict, Text: `key "a" exists`}, 7, "understudy: op: key \"a\" exists\n"},
		{fmt.Errorf("refused: %w", &frame.Failure{Code: frame.CodeOutdated, Text: "incarnation 2 is older"}), 1,
			"understudy: op: refused: incarnation 2 is older\nhint: understudy import gives a copy that was restored from a backup an identity of its own\n"},
		{&exitError{status: exitFailed}, 1, ""}, // the result said it
	} {
		var said bytes.Buffer
		if status := report(&said, doing("op", c.err)); status != c.status || said.String() != c.text {
			t.Errorf("%v: status %d, %q; want %d, %q", c.err, status, said.String(), c.status, c.text)
		}
	}
}

func TestAnUnknownOutcomeSaysWhatToAskLater(t *testing.T) {
	position := journal.Position{Epoch: journal.Epoch{Number: 7, Master: journal.NodeID{1}}, Index: 42}
	err := writeError(&frame.Failure{Code: frame.CodeOutcomeUnknown, Text: "not reached in time", Position: position})
	var said bytes.Buffer
	status := report(&said, doing("set a", err))
	want := "understudy: set a: not reached in time\nhint: ask later: understudy verify '7/42 by=aeaaaaaa'\n"
	if status != exitUnknown || said.String() != want {
		t.Errorf("status %d, %q; want %q", status, said.String(), want)
	}
}

func TestAnInterruptHidesNoUnknownOutcome(t *testing.T) {
	if err := interrupted(fmt.Errorf("%w: %w", host.ErrNoMaster, context.Canceled)); err.Error() != "interrupted" {
		t.Errorf("got %v", err)
	}
	unknown := fmt.Errorf("%w: %w", host.ErrOutcomeUnknown, context.Canceled)
	if err := interrupted(unknown); !errors.Is(err, host.ErrOutcomeUnknown) {
		t.Errorf("got %v", err)
	}
	if err := interrupted(nil); err != nil {
		t.Errorf("got %v", err)
	}
}
