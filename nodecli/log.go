package main

import (
	"context"
	"fmt"
	"math"

	"github.com/understudy-dev/understudy/core/journal"
)

type logCommand struct {
	Dir    string    `arg:"" optional:"" completion:"file" help:"The folder of a stopped node, whose journal is printed (default: the room's changes are)."`
	From   *position `placeholder:"POSITION" help:"Begin behind this position, or receipt (default: with the oldest that is there)."`
	To     *position `placeholder:"POSITION" help:"End with this position, or receipt (default: the newest)."`
	Follow bool      `help:"Go on with each change of the room as it is committed, until interrupted."`
}

// Help returns examples.
func (logCommand) Help() string {
	return `Examples:

    understudy log --follow
    understudy log --from 7/1042 --json
    understudy log /var/lib/understudy/kite
    understudy log /var/lib/understudy/kite --from 7/1042 --to 7/1050 --json

A line is the position, what was done, the key and the value, with --json as well; a key that ends says "until" when. Of a room
these are its committed changes, as understudy watch prints them, from the beginning. Where that is no longer at hand a line
says "gap", and the lines "state" behind it are what there was then.

Of a stopped node it is what the journal has, so there is more of it: the write's client and number or the master as "by", its ack
and its time (with --json: client, seq, master, ack and time), and lines for entries that change no key:

    7/1043 set colour blue  by=k3mf9x2p/12 ack=all at=2026-01-02T15:04:05.000Z
    8/1044 start  by=q7d2wmzn at=2026-01-02T15:04:06.000Z

A start is the first entry of a master, resolve the end of an orphan, replayed or discarded, and nothing a write that changed
nothing. The newest entries may not have been committed, and a failover may yet roll them back. What stands before a snapshot is not in the journal any more. Of a damaged copy it prints what can be read, says where
it is damaged, and ends with status 1.`
}

// Run prints the entries.
func (cmd *logCommand) Run(ctx context.Context, sh *shell) error {
	switch {
	case cmd.From != nil && cmd.To != nil && cmd.To.Compare(cmd.From.Position) < 0:
		return misused("log: --to %v is before --from %v", cmd.To.Position, cmd.From.Position)
	case cmd.Dir == "":
		return cmd.feed(ctx, sh)
	case cmd.Follow:
		return misused("--follow goes with a room, and %s is a stopped node", word(cmd.Dir))
	}
	return cmd.printStopped(sh)
}

func (cmd *logCommand) printStopped(sh *shell) error {
	c, err := readStopped(cmd.Dir)
	if err != nil {
		return onStopped("log", err)
	}
	after, to := baseOf(c.stored).Index, journal.Index(math.MaxUint64)
	if cmd.From != nil {
		if err := c.hold("--from", cmd.From); err != nil {
			return err
		}
		after = cmd.From.Index
	}
	if cmd.To != nil {
		if err := c.hold("--to", cmd.To); err != nil {
			return err
		}
		to = cmd.To.Index
	}
	if base := baseOf(c.stored); !base.IsZero() && (cmd.From == nil || after < base.Index) {
		fmt.Fprintf(sh.err, "understudy: the journal begins behind %v; what is before is in the snapshot\n", base)
	}
	for _, entries := range append([][]journal.Entry{c.stored.Entries}, c.report.Beyond...) {
		for _, e := range entries {
			if e.Position.Index <= after || e.Position.Index > to {
				continue
			}
			if err := sh.printEntry(e); err != nil {
				return err
			}
		}
	}
	sh.tellDamage(c.report.Damage)
	for _, entries := range c.report.Beyond {
		fmt.Fprintf(sh.err, "understudy: %v to %v stand behind the damage: a start does not take them\n",
			entries[0].Position, entries[len(entries)-1].Position)
	}
	return damaged("log", c)
}

// hold makes sure that a position is one of the copy's, or may be one behind
// damage.
func (c *stoppedCopy) hold(flag string, p *position) error {
	s, last := c.stored, lastOf(c.stored)
	if p.Index > last.Index && len(c.report.Beyond) > 0 {
		return nil
	}
	if p.Index > last.Index || p.Epoch.Number > last.Epoch.Number {
		return withHint(fmt.Errorf("log: %s %v: the copy ends at %v", flag, p, last), exitFailed, "")
	}
	have := journal.Position{Epoch: s.History.EpochAt(p.Index), Index: p.Index}
	if base := baseOf(s).Index; p.Index > base {
		have = s.Entries[p.Index-base-1].Position
	}
	if have.Epoch.Number != p.Epoch.Number || isOfOther(have, p.by) {
		return withHint(fmt.Errorf("log: %s %v: the copy has %v by=%v in its place", flag, p, have, have.Epoch.Master), exitFailed,
			"understudy verify says what became of a write")
	}
	return nil
}
