package main

import (
	"context"
	"strings"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type verifyCommand struct {
	Receipt []string `arg:"" help:"The line that the write printed, or its position EPOCH/INDEX."`
}

// Help returns examples.
func (verifyCommand) Help() string {
	return `Examples:

    understudy verify '7/1042 by=k3mf9x2p ack=all copies=3 durable=3'
    understudy verify 7/1042

The first word is kept (exit status 0), orphaned (1: a failover rolled it back) or unknown (5: not decided yet, or
never written).`
}

// Run prints what became of the write.
func (cmd *verifyCommand) Run(ctx context.Context, sh *shell) error {
	at, by, err := parseReceipt(strings.Join(cmd.Receipt, " "))
	if err != nil {
		return misused("verify: %w", err)
	}
	return sh.ask(ctx, "verify "+at.String(), func(ctx context.Context, room *host.Client) error {
		verdict, found, err := room.Verify(ctx, at)
		if err != nil {
			return err
		}
		verdict = judge(verdict, found, by)
		if err := cmd.print(sh, verdict, found, by); err != nil {
			return err
		}
		return verdictStatus(verdict)
	})
}

// judge corrects the verdict of a position that was asked for by its epoch's
// number alone: the epoch in the history may be another master's.
func judge(verdict frame.Verdict, found journal.Position, by string) frame.Verdict {
	if verdict == frame.VerdictKept && isOfOther(found, by) {
		return frame.VerdictOrphaned
	}
	return verdict
}

// isOfOther reports whether a position of the history is of another master than
// the one whose id begins so; not if either is not known.
func isOfOther(found journal.Position, by string) bool {
	return by != "" && !found.Epoch.Master.IsZero() && !strings.HasPrefix(found.Epoch.Master.Full(), by)
}

func (cmd *verifyCommand) print(sh *shell, verdict frame.Verdict, at journal.Position, by string) error {
	if by == "" && !at.Epoch.Master.IsZero() {
		by = at.Epoch.Master.String()
	}
	if sh.JSON {
		return sh.printJSON(struct {
			Verdict  string `json:"verdict"`
			Position string `json:"position"`
			By       string `json:"by,omitempty"`
		}{verdict.String(), at.String(), by})
	}
	if by != "" {
		by = " by=" + by
	}
	return sh.print("%v %v%s\n", verdict, at, by)
}

func verdictStatus(verdict frame.Verdict) error {
	switch verdict {
	case frame.VerdictKept:
		return nil
	case frame.VerdictOrphaned:
		return &exitError{status: exitFailed}
	case frame.VerdictUnknown:
	}
	return &exitError{status: exitUnknown}
}
