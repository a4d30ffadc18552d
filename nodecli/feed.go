package main

import (
	"context"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// feed prints the changes of a room: up to where it was when it was asked, or
// with --follow until interrupted.
func (cmd *logCommand) feed(ctx context.Context, sh *shell) error {
	joining, cancel := sh.limited(ctx)
	defer cancel()
	client, err := sh.client(joining, "warn")
	if err != nil {
		return doing("log", err)
	}
	defer closeClient(client)
	after, to, err := cmd.bounds(joining, client)
	if err == nil {
		err = cmd.printFeed(ctx, sh, client, after, to)
	}
	if ctx.Err() != nil {
		return nil // the way to end it
	}
	return doing("log", err)
}

// bounds completes --from and --to. The beginning of a room is its first entry,
// in which nothing changes; where nobody knows it, the feed begins with a gap.
func (cmd *logCommand) bounds(ctx context.Context, client *host.Client) (after, to journal.Position, err error) {
	if cmd.From != nil {
		after, err = cmd.From.resolve(ctx, client, "--from")
	} else {
		first := journal.Position{Epoch: journal.Epoch{Number: 1}, Index: 1}
		_, after, err = client.Verify(ctx, first)
		if after.Epoch.Master.IsZero() {
			after = core.Nowhere
		}
	}
	if err == nil && cmd.To != nil {
		var verdict frame.Verdict
		if to, verdict, err = cmd.To.verify(ctx, client, "--to"); verdict == frame.VerdictOrphaned {
			err = withHint(fmt.Errorf("--to %v: it was rolled back", to), exitFailed, "")
		}
	}
	return after, to, err
}

func (cmd *logCommand) printFeed(ctx context.Context, sh *shell, client *host.Client, after, to journal.Position) error {
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	late := time.AfterFunc(sh.Timeout, func() {
		cancel(fmt.Errorf("%w: waited %v", host.ErrTimeout, sh.Timeout))
	})
	defer late.Stop()
	for changes, err := range client.Watch(limited, "", host.WatchOptions{After: after}) {
		if err != nil {
			return err
		}
		if cmd.Follow {
			late.Stop() // the next change may be long in coming
		} else {
			late.Reset(sh.Timeout)
		}
		if changes.Ahead {
			if !cmd.Follow {
				return withHint(fmt.Errorf("--from %v: the room is at %v", after, changes.Through), exitFailed, "with --follow it is waited for")
			}
			if err := sh.tellAhead(changes.Through); err != nil {
				return err
			}
			continue
		}
		if err := sh.printChanges(upTo(changes, to)); err != nil {
			return err
		}
		switch {
		case changes.More && len(changes.Events) == 0: // of the state
		case !to.IsZero() && changes.Through.Index >= to.Index:
			return nil
		case changes.More, cmd.Follow:
		case !to.IsZero():
			return withHint(fmt.Errorf("--to %v: the room is at %v", to, changes.Through), exitFailed, "with --follow it is waited for")
		default:
			return nil
		}
	}
	return nil
}

// upTo leaves out the changes behind a position; the zero one leaves out none.
func upTo(changes host.Changes, to journal.Position) host.Changes {
	if to.IsZero() {
		return changes
	}
	for i, e := range changes.Events {
		if e.Position.Index > to.Index {
			changes.Events = changes.Events[:i:i]
			break
		}
	}
	return changes
}
