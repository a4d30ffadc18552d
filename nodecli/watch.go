package main

import (
	"context"
	"fmt"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type watchCommand struct {
	Prefix string    `arg:"" optional:"" help:"What the keys begin with (default: all keys)."`
	From   *position `placeholder:"POSITION" help:"Begin behind this position, or receipt, instead of now."`
	Level  string    `placeholder:"LEVEL" enum:"committed,local" default:"committed" help:"Show changes once they are committed, or (local) as soon as a copy has them (default ${default})."`
}

// Help returns examples.
func (watchCommand) Help() string {
	return `Examples:

    understudy watch
    understudy watch user/ --json
    understudy watch --from 7/1042
    understudy watch --from '7/1042 by=k3mf9x2p ack=all copies=3 durable=3'
    understudy watch --level local

A line is the position, what was done, the key and the value:

    7/1043 set colour blue
    7/1044 delete colour
    7/1045 expire colour
    7/1046 set lock me  until=2026-01-02T15:04:05.000Z

Each change comes once and in order, also through failovers and a lost relay. Where changes can't be had any more, a
line says "gap", and the lines "state" behind it are everything there is. With --level local a change may be rolled back:
then "retract" names its position, and the value that the key has without it, if there is one. A position that the room has
not come to is waited for; where the room is, is said at once on standard error, and with --json also by an object of type "ahead".

With --json "type" is what was done: set, delete, expire, retract, gap, state or ahead. The position of gap and ahead is
where the room is.

A key that gets or loses its time to live is set, too: "until" says when it ends. With --json that is "deadline", and "ttl" is
how much of it is left as the line is printed.`
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
	options := host.WatchOptions{Local: cmd.Level == "local"}
	if cmd.From != nil {
		options.After, err = cmd.From.resolve(joining, client, "--from")
	}
	cancel()
	if err == nil {
		err = cmd.follow(ctx, sh, client, options)
	}
	if ctx.Err() != nil {
		return nil // the way to end a watch
	}
	return doing("watch", err)
}

func (cmd *watchCommand) follow(ctx context.Context, sh *shell, client *host.Client, options host.WatchOptions) error {
	for changes, err := range client.Watch(ctx, cmd.Prefix, options) {
		if err != nil {
			return err
		}
		if changes.Ahead {
			if err := sh.tellAhead(changes.Through); err != nil {
				return err
			}
		}
		if err := sh.printChanges(changes); err != nil {
			return err
		}
	}
	return nil
}

// tellAhead says how far the room is to who waits for a later position, and to
// the program that reads the lines.
func (sh *shell) tellAhead(at journal.Position) error {
	fmt.Fprintf(sh.err, "understudy: the room is at %v\n", at)
	if !sh.JSON {
		return nil
	}
	return sh.printChange(change{kind: "ahead", at: at})
}

// printChanges prints a line per change, and per key of the state behind a gap.
func (sh *shell) printChanges(changes host.Changes) error {
	if changes.Gap {
		if err := sh.printChange(change{kind: "gap", at: changes.Through}); err != nil {
			return err
		}
	}
	for _, item := range changes.Items {
		c := change{kind: "state", key: item.Key, value: item.Value, there: true, revision: item.Revision, deadline: item.Deadline, at: changes.Through}
		if err := sh.printChange(c); err != nil {
			return err
		}
	}
	for _, e := range changes.Events {
		if err := sh.printChange(shown(e)); err != nil {
			return err
		}
	}
	return nil
}

// shown is the line of an event.
func shown(e journal.Event) change {
	c := change{kind: "set", key: e.Key, value: e.Value, there: !e.Deleted, revision: e.Position.Index, deadline: e.Deadline, at: e.Position}
	switch {
	case e.Retracted:
		c.kind, c.revision = "retract", 0
	case e.Expired:
		c.kind = "expire"
	case e.Deleted:
		c.kind = "delete"
	}
	return c
}

// change is one line of a watch.
type change struct {
	kind     string // set, delete, expire, retract, gap, state or ahead
	key      string // empty with gap and ahead
	value    []byte
	there    bool // the key has that value
	revision journal.Index
	deadline journal.Instant
	at       journal.Position
}

func (sh *shell) printChange(c change) error {
	if sh.JSON {
		return sh.printJSON(jsonChange(c))
	}
	if c.kind == "gap" {
		return sh.print("%v gap\n", c.at)
	}
	return sh.print("%s%s\n", changeText(c), untilText("  ", c.deadline))
}

// changeText is a line without its end.
func changeText(c change) string {
	if !c.there {
		return fmt.Sprintf("%v %s %s", c.at, c.kind, word(c.key))
	}
	return fmt.Sprintf("%v %s %s %s", c.at, c.kind, word(c.key), valueText(c.value))
}

// untilText is the end of a line about a key that has a deadline.
func untilText(gap string, at journal.Instant) string {
	if at == 0 {
		return ""
	}
	return gap + "until=" + timeOf(at).Format(entryTime)
}

// changeJSON is a change in the JSON of watch, and of log.
type changeJSON struct {
	Type string `json:"type"` // as change.kind
	textKey
	textValue
	Revision journal.Index `json:"revision,omitempty"`
	Position string        `json:"position"`
	deadlineJSON
}

func jsonChange(c change) changeJSON {
	line := changeJSON{Type: c.kind, Revision: c.revision, Position: c.at.String(), deadlineJSON: jsonDeadline(c.deadline)}
	if c.key != "" {
		line.textKey = keyJSON(c.key)
	}
	if c.there {
		line.textValue = valueJSON(c.value)
	}
	return line
}
