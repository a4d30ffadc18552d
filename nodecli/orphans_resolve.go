package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core/host"
)

type orphansReplayCommand struct {
	Positions []string `arg:"" optional:"" name:"position" help:"Which ones: EPOCH/INDEX, or their receipts."`
	All       bool     `help:"All that the nodes here keep, the oldest first."`
	Force     bool     `help:"Also where something newer is in their place."`
	ackFlag
}

// Help returns examples.
func (orphansReplayCommand) Help() string {
	return `Examples:

    understudy orphans replay 7/1042
    understudy orphans replay --all
    understudy orphans replay 7/1042 --force

An orphan is replayed as a new write, once, whoever asks and however often. It is made only where each key is as the
orphan's writer met it; else the exit status is 7, and both values are shown.`
}

// Run replays orphans and prints a receipt for each.
func (cmd *orphansReplayCommand) Run(ctx context.Context, sh *shell) error {
	return resolveEach(ctx, sh, "orphans replay", cmd.Positions, cmd.All, func(ctx context.Context, room *host.Client, o host.Orphan) error {
		receipt, err := room.Replay(ctx, o.Orphan, host.ReplayOptions{
			Force: cmd.Force, Ack: cmd.Ack.Ack, Degrade: cmd.options().Degrade,
		})
		if err != nil {
			return writeError(err)
		}
		if sh.JSON {
			return sh.printJSON(struct {
				Orphan string `json:"orphan"`
				receiptJSON
			}{o.Entry.Position.String(), jsonReceipt(receipt)})
		}
		return sh.print("replayed %v: %s\n", o.Entry.Position, printedReceipt(receipt))
	})
}

type orphansDiscardCommand struct {
	Positions []string `arg:"" optional:"" name:"position" help:"Which ones: EPOCH/INDEX, or their receipts."`
	All       bool     `help:"All that the nodes here keep. It asks for --yes."`
	Yes       bool     `help:"Discard what --all means."`
}

// Help returns examples.
func (orphansDiscardCommand) Help() string {
	return `Examples:

    understudy orphans discard 7/1042
    understudy orphans discard --all --yes

A discarded orphan is gone from every node, also from one that comes back later. Its receipt stays orphaned.`
}

// Run discards orphans and says which.
func (cmd *orphansDiscardCommand) Run(ctx context.Context, sh *shell) error {
	if cmd.All && !cmd.Yes {
		return &exitError{status: exitMisuse, err: errors.New("orphans discard: --all forgets every rolled back write for good"),
			hint: "look at them with understudy orphans list, then add --yes"}
	}
	return resolveEach(ctx, sh, "orphans discard", cmd.Positions, cmd.All, func(ctx context.Context, room *host.Client, o host.Orphan) error {
		if err := room.Discard(ctx, o.Orphan); err != nil {
			return writeError(err)
		}
		if sh.JSON {
			return sh.printJSON(struct {
				Discarded string `json:"discarded"`
				By        string `json:"by"`
			}{o.Entry.Position.String(), o.Entry.Position.Epoch.Master.String()})
		}
		return sh.print("discarded %v\n", o.Entry.Position)
	})
}

// resolveEach does something to each orphan that was named, or to all there are.
// A conflict ends none but its own.
func resolveEach(ctx context.Context, sh *shell, operation string, args []string, all bool,
	do func(context.Context, *host.Client, host.Orphan) error,
) error {
	if all == (len(args) > 0) {
		return misused("%s: name orphans by their positions, or all with --all, not both", operation)
	}
	var which []named
	if !all {
		var err error
		if which, err = parseNamed(args); err != nil {
			return misused("%s: %w", operation, err)
		}
	}
	return sh.ask(ctx, operation, func(ctx context.Context, room *host.Client) error {
		list, err := chosen(ctx, room, which)
		if err != nil {
			return err
		}
		if len(list) == 0 && !sh.JSON {
			return sh.print("no orphans\n")
		}
		var conflicts []error
		for _, o := range list {
			err := do(ctx, room, o)
			if err == nil {
				continue
			}
			err = fmt.Errorf("%v: %w", o.Entry.Position, err)
			if !errors.Is(err, host.ErrConflict) {
				return errors.Join(append(conflicts, err)...)
			}
			conflicts = append(conflicts, err)
		}
		if len(conflicts) == 0 {
			return nil
		}
		return withHint(errors.Join(conflicts...), exitConflict,
			"understudy orphans show has the values; replay --force overwrites what is there now")
	})
}

// chosen finds the orphans that were named; with no name all there are.
func chosen(ctx context.Context, room *host.Client, which []named) ([]host.Orphan, error) {
	if len(which) == 0 {
		return room.Orphans(ctx, host.OrphanOptions{})
	}
	list := make([]host.Orphan, len(which))
	for i, name := range which {
		var err error
		if list[i], err = name.find(ctx, room, true); err != nil {
			return nil, err
		}
	}
	return list, nil
}
