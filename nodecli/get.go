package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type getCommand struct {
	Key string `arg:"" help:"The key."`

	readFlags
	After *position `placeholder:"POSITION" help:"Wait until the copy has this position, as a receipt gives it."`
	Raw   bool      `help:"Print the bytes alone, without a newline."`
}

// Help returns examples.
func (getCommand) Help() string {
	return `Examples:

    understudy get colour
    understudy get colour --read local --from replica
    understudy get colour --from brisk-otter --after 7/1042
    understudy get photo --raw > photo.jpg`
}

// Run prints the value.
func (cmd *getCommand) Run(ctx context.Context, sh *shell) error {
	if cmd.Raw && sh.JSON {
		return misused("--raw and --json can't be used together")
	}
	return sh.ask(ctx, "get "+word(cmd.Key), func(ctx context.Context, room *host.Client) error {
		options, err := cmd.options(ctx, room)
		if err != nil {
			return err
		}
		item, err := cmd.read(ctx, room, options)
		switch {
		case err != nil:
			return err
		case sh.JSON:
			return sh.printJSON(struct {
				textKey
				textValue
				Revision journal.Index `json:"revision"`
				Position string        `json:"position"`
				Dirty    bool          `json:"dirty"`
				deadlineJSON
			}{keyJSON(cmd.Key), valueJSON(item.Value), item.Revision, item.Position.String(), item.Dirty, jsonDeadline(item.Deadline)})
		case cmd.Raw:
			return sh.print("%s", item.Value)
		}
		return sh.print("%s\n", item.Value)
	})
}

// read reads once, or with --after until the copy has the position.
func (cmd *getCommand) read(ctx context.Context, room *host.Client, options host.ReadOptions) (host.Item, error) {
	if cmd.After == nil {
		return room.Get(ctx, cmd.Key, options)
	}
	var seen journal.Position
	for {
		item, err := room.Get(ctx, cmd.Key, options)
		if err != nil && !errors.Is(err, host.ErrNoKey) {
			return item, cmd.tooLate(ctx, seen, err)
		}
		seen = item.Position
		has, why := hasReached(ctx, room, seen, cmd.After.Position)
		if why != nil {
			return item, cmd.tooLate(ctx, seen, why)
		}
		if has {
			return item, err
		}
		select {
		case <-time.After(afterEvery):
		case <-ctx.Done():
			return item, cmd.tooLate(ctx, seen, context.Cause(ctx))
		}
	}
}

// tooLate says how far the copy was when the time was over, if it was that
// which ended the read.
func (cmd *getCommand) tooLate(ctx context.Context, seen journal.Position, err error) error {
	if ctx.Err() == nil || seen.IsZero() {
		return err
	}
	return withHint(fmt.Errorf("the copy is at %v, and not at %v yet: %w", seen, cmd.After, context.Cause(ctx)),
		exitNobody, "give it longer with --timeout; understudy status says how far each copy is")
}

// afterEvery is the pause before a copy that lags is asked again.
const afterEvery = 20 * time.Millisecond

// hasReached reports whether a copy that is at one position has another. Past
// its index it has, unless that entry was rolled back.
func hasReached(ctx context.Context, room *host.Client, at, want journal.Position) (bool, error) {
	if at.Index < want.Index || at.Epoch.Number < want.Epoch.Number {
		return false, nil
	}
	verdict, _, err := room.Verify(ctx, want)
	if err != nil {
		return false, err
	}
	if verdict == frame.VerdictOrphaned {
		return false, withHint(fmt.Errorf("%v was rolled back: no copy will ever have it", want), exitFailed, "")
	}
	return true, nil
}
