package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core/host"
)

type statusCommand struct {
	Watch bool `help:"Show it again every second until interrupted."`
}

// Help returns examples.
func (statusCommand) Help() string {
	return `Examples:

    understudy status
    understudy status --watch
    understudy status --json | jq -r .register.master

LAST is the end of a node's journal, COMMIT what no clean failover can take back, LAG how many entries it is behind the
master. STORAGE is where a copy is kept; files/interval and files/never are in files that are not synced with every write.

Settings that are not those of a new room have a line: understudy room get shows all of them.

"epoch 3: opened again without X" means that the mastership of that epoch began although none of the complete copies was
there: writes that only X had are missing from it. "taken over without X": somebody asked for that, with understudy takeover.`
}

// redrawEvery is the pause of --watch.
const redrawEvery = time.Second

// Run shows how the room stands.
func (cmd *statusCommand) Run(ctx context.Context, sh *shell) error {
	if !cmd.Watch {
		return sh.ask(ctx, "status", func(ctx context.Context, room *host.Client) error {
			return showStatus(ctx, sh, room)
		})
	}
	joining, cancel := sh.limited(ctx)
	room, err := sh.client(joining, "warn")
	cancel()
	if err != nil {
		return doing("status", err)
	}
	defer closeClient(room)
	for ctx.Err() == nil {
		if err := cmd.redraw(ctx, sh, room); err != nil {
			return doing("status", err)
		}
		select {
		case <-time.After(redrawEvery):
		case <-ctx.Done():
		case <-room.Done():
			return doing("status", room.Err())
		}
	}
	return nil // interrupted, which is the way to end it
}

// redraw shows the status where the one before stood.
func (cmd *statusCommand) redraw(ctx context.Context, sh *shell, room *host.Client) error {
	if isTerminal(sh.out) && !sh.JSON {
		const home, clear = "\x1b[H", "\x1b[2J"
		if err := sh.print(clear + home); err != nil {
			return err
		}
	}
	err := showStatus(ctx, sh, room)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func showStatus(ctx context.Context, sh *shell, room *host.Client) error {
	status, err := room.Status(ctx)
	if err != nil {
		return err
	}
	// The master first, then by name: a row keeps its place when it is drawn again.
	slices.SortStableFunc(status.Nodes, func(a, b host.NodeStatus) int {
		first := func(n host.NodeStatus) int {
			if n.Member.Node == status.Register.Epoch.Master {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(first(a), first(b)), strings.Compare(a.Member.Name, b.Member.Name))
	})
	if sh.JSON {
		return sh.printJSON(statusJSON(status))
	}
	return writeStatus(sh.out, status)
}
