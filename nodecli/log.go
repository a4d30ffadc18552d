package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

type logCommand struct {
	Dir    string    `arg:"" optional:"" completion:"file" help:"The folder of a stopped node, whose journal is printed (default: the room's changes are)."`
	From   *position `placeholder:"POSITION" help:"Begin behind this position (default: with the oldest that is there)."`
	To     *position `placeholder:"POSITION" help:"End with this position (default: the newest)."`
	Follow bool      `help:"Go on with each change of the room as it is committed, until interrupted."`
}

// Help returns examples.
func (logCommand) Help() string {
	return `Examples:

    understudy log --follow
    understudy log --from 7/1042 --json
    understudy log /var/lib/understudy/kite
    understudy log /var/lib/understudy/kite --from 7/1042 --to 7/1050 --json

Of a room it prints every committed change, in order, from the beginning. Where that is no longer at hand a line says "gap",
and the lines "state" behind it are what there was then. Lines are as of understudy watch.

Of a stopped node a line is the position, what was done, the key and the value; behind "by" stand the write's client and
number, its ack and its time:

    7/1043 set colour blue  by=k3mf9x2p/12 ack=all at=2026-01-02T15:04:05.000Z
    8/1044 start  by=q7d2wmzn at=2026-01-02T15:04:06.000Z

A start is the first entry of a master; expire is its removal of a key whose deadline, "until", has come. The newest entries may not have been committed, and a failover may yet roll them
back. What stands before a snapshot is not in the journal any more. Of a damaged copy it prints what can be read, says where
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
		if err := c.hold("--from", cmd.From.Position); err != nil {
			return err
		}
		after = cmd.From.Index
	}
	if cmd.To != nil {
		if err := c.hold("--to", cmd.To.Position); err != nil {
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
func (c *stoppedCopy) hold(flag string, p journal.Position) error {
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
	if have.Epoch.Number != p.Epoch.Number {
		return withHint(fmt.Errorf("log: %s %v: the copy has %v in its place", flag, p, have), exitFailed,
			"understudy verify says what became of a write")
	}
	return nil
}

func (sh *shell) printEntry(e journal.Entry) error {
	if sh.JSON {
		return sh.printEntryJSON(e)
	}
	at := timeOf(e.Time).Format(entryTime)
	if e.IsStart() {
		return sh.print("%v start  by=%v at=%s\n", e.Position, e.Position.Epoch.Master, at)
	}
	by := fmt.Sprintf("by=%v/%d ack=%v at=%s", e.Origin.Client, e.Origin.Seq, e.Ack, at)
	if e.IsExpiry() {
		by = fmt.Sprintf("by=%v at=%s", e.Position.Epoch.Master, at)
	}
	if r, ok := e.Resolves(); ok {
		if err := sh.print("%v resolve %v  %s\n", e.Position, r.Orphan, by); err != nil || len(e.Changes) == 1 {
			return err
		}
	}
	if len(e.Changes) == 0 {
		return sh.print("%v nothing  %s\n", e.Position, by)
	}
	for _, c := range e.Writes() {
		what := fmt.Sprintf("delete %s", word(c.Key))
		switch {
		case e.IsExpiry():
			what = fmt.Sprintf("expire %s", word(c.Key))
		case !c.Deleted:
			what = fmt.Sprintf("set %s %s", word(c.Key), valueText(c.Value))
		}
		by := by
		if c.Deadline != 0 {
			by += " until=" + timeOf(c.Deadline).Format(entryTime)
		}
		if err := sh.print("%v %s  %s\n", e.Position, what, by); err != nil {
			return err
		}
	}
	return nil
}

// entryTime is how a moment of logical time is printed.
const entryTime = "2006-01-02T15:04:05.000Z"

func timeOf(at journal.Instant) time.Time { return time.Unix(0, int64(at)).UTC() }

type entryChangeJSON struct {
	Type string `json:"type"`
	textKey
	textValue
	Deadline string `json:"deadline,omitempty"`
}

func (sh *shell) printEntryJSON(e journal.Entry) error {
	line := struct {
		Type     string            `json:"type"` // start, write or expiry
		Position string            `json:"position"`
		Master   string            `json:"master"`
		Time     string            `json:"time"`
		Ack      string            `json:"ack,omitempty"`
		Client   string            `json:"client,omitempty"`
		Seq      uint64            `json:"seq,omitempty"`
		Changes  []entryChangeJSON `json:"changes"`
	}{
		Type: "start", Position: e.Position.String(), Master: e.Position.Epoch.Master.String(),
		Time: timeOf(e.Time).Format(time.RFC3339Nano), Changes: []entryChangeJSON{},
	}
	switch {
	case e.IsStart():
	case e.IsExpiry():
		line.Type = "expiry"
	default:
		line.Type, line.Ack = "write", e.Ack.String()
		line.Client, line.Seq = e.Origin.Client.String(), e.Origin.Seq
	}
	for _, c := range e.Changes {
		change := entryChangeJSON{Type: "delete", textKey: keyJSON(c.Key)}
		if !c.Deleted {
			change.Type, change.textValue, change.Deadline = "set", valueJSON(c.Value), deadlineText(c.Deadline)
		}
		line.Changes = append(line.Changes, change)
	}
	return sh.printJSON(line)
}
