package main

import (
	"context"
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type watchCommand struct {
	Prefix string    `arg:"" optional:"" help:"What the keys begin with (default: all keys)."`
	From   *position `placeholder:"POSITION" help:"Begin behind this position instead of now; 1/1 is the beginning of the room."`
}

// Help returns examples.
func (watchCommand) Help() string {
	return `Examples:

    understudy watch
    understudy watch user/ --json
    understudy watch --from 7/1042

A line is the position, what was done, the key and the value:

    7/1043 set colour blue
    7/1044 delete colour

Each change comes once and in order, also through failovers and a lost relay. Where changes can't be had any more, a
line says "gap", and the lines "state" behind it are everything there is.`
}

// Run prints changes until interrupted.
func (cmd *watchCommand) Run(ctx context.Context, sh *shell) error {
	joining, cancel := sh.limited(ctx)
	client, err := sh.client(joining, "warn")
	if err != nil {
		cancel()
		return doing("watch", err)
	}
	defer closeClient(client)
	after, err := cmd.begin(joining, client)
	cancel()
	if err == nil {
		err = cmd.follow(ctx, sh, client, after)
	}
	if ctx.Err() != nil {
		return nil // the way to end a watch
	}
	return doing("watch", err)
}

// nobody stands for the master of an epoch that is in no history.
var nobody = journal.NodeID{0xff}

// begin completes --from with the master of its epoch, which the room knows.
// Where it does not, the position leads nowhere, and the watch begins with a
// gap as from any other that was rolled back.
func (cmd *watchCommand) begin(ctx context.Context, client *host.Client) (journal.Position, error) {
	if cmd.From == nil {
		return journal.Position{}, nil
	}
	verdict, at, err := client.Verify(ctx, cmd.From.Position)
	switch {
	case err != nil || !at.Epoch.Master.IsZero():
	case verdict == frame.VerdictOrphaned:
		at.Epoch.Master = nobody
	default:
		err = withHint(fmt.Errorf("--from %v: the room has not come so far", at), exitFailed, "understudy status shows how far it is")
	}
	return at, err
}

func (cmd *watchCommand) follow(ctx context.Context, sh *shell, client *host.Client, after journal.Position) error {
	for changes, err := range client.Watch(ctx, cmd.Prefix, host.WatchOptions{After: after}) {
		if err != nil {
			return err
		}
		if changes.Gap {
			if err := cmd.printState(ctx, sh, client, changes.Through); err != nil {
				return err
			}
		}
		for _, e := range changes.Events {
			c := change{kind: "set", key: e.Key, value: e.Value, revision: e.Position.Index, at: e.Position}
			if e.Deleted {
				c.kind = "delete"
			}
			if err := sh.printChange(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// printState says that changes are missing, and what there is behind them.
func (cmd *watchCommand) printState(ctx context.Context, sh *shell, client *host.Client, at journal.Position) error {
	if err := sh.printChange(change{kind: "gap", at: at}); err != nil {
		return err
	}
	read := host.ReadOptions{Level: frame.LevelCommitted}
	for item, err := range client.Scan(ctx, cmd.Prefix, host.ScanOptions{ReadOptions: read}) {
		if err != nil {
			return err
		}
		c := change{kind: "state", key: item.Key, value: item.Value, revision: item.Revision, at: at}
		if err := sh.printChange(c); err != nil {
			return err
		}
	}
	return nil
}

// change is one line of a watch.
type change struct {
	kind     string // set, delete, gap or state
	key      string // empty with gap
	value    []byte // of set and state
	revision journal.Index
	at       journal.Position
}

func (sh *shell) printChange(c change) error {
	if sh.JSON {
		return sh.printChangeJSON(c)
	}
	switch c.kind {
	case "gap":
		return sh.print("%v gap\n", c.at)
	case "delete":
		return sh.print("%v delete %s\n", c.at, word(c.key))
	}
	return sh.print("%v %s %s %s\n", c.at, c.kind, word(c.key), valueText(c.value))
}

func (sh *shell) printChangeJSON(c change) error {
	line := struct {
		Type string `json:"type"`
		textKey
		textValue
		Revision journal.Index `json:"revision,omitempty"`
		Position string        `json:"position"`
	}{Type: c.kind, Revision: c.revision, Position: c.at.String()}
	if c.kind != "gap" {
		line.textKey = keyJSON(c.key)
	}
	if c.kind == "set" || c.kind == "state" {
		line.textValue = valueJSON(c.value)
	}
	return sh.printJSON(line)
}
