package main

import (
	"fmt"
	"strings"

	"github.com/understudy-dev/understudy/core/journal"
)

type checkCommand struct {
	Dir string `arg:"" completion:"file" help:"The folder of a stopped node."`
}

// Help returns examples.
func (checkCommand) Help() string {
	return `Examples:

    understudy check /var/lib/understudy/kite
    understudy check /var/lib/understudy/kite --json

Every record of journal, snapshot and state is read and compared with its checksum, and nothing is changed. The exit status
is 0 where the copy is whole and 1 where it is not; then a line says for each place which file, byte and record it is. "start"
says what the node will do with it: go on as the same node, or under a new id, because it may have forgotten what it
promised.`
}

// Run prints what is in the folder.
func (cmd *checkCommand) Run(sh *shell) error {
	c, err := readStopped(cmd.Dir)
	if err != nil {
		return onStopped("check", err)
	}
	if _, err := keysOf(c.stored); err != nil {
		c.report.Damage = append(c.report.Damage, err)
	}
	if sh.JSON {
		err = sh.printJSON(checkedJSON(c))
	} else {
		err = sh.print("%s", checkedText(c))
	}
	if err != nil {
		return err
	}
	return damaged("check", c)
}

// damaged is the end of a command that met damage; nil where there was none.
func damaged(operation string, c *stoppedCopy) error {
	if len(c.report.Damage) == 0 {
		return nil
	}
	hint := "start its node all the same: it keeps the damaged files, and a node that was in sync with it brings it up; then look at the disk"
	if id, _ := c.identity(); c.isAlone(id) {
		hint = fmt.Sprintf("no other node was in sync with it, so what can't be read may be lost: understudy export --damaged %s FILE "+
			"keeps the rest, and understudy import --help says how a room begins again with that", word(c.dir))
	}
	return withHint(fmt.Errorf("%s: %s is damaged in %s", operation, c.dir, plural(len(c.report.Damage), "place", "places")), exitFailed, hint)
}

// isAlone reports whether the copy knows of no other one that was in sync.
func (c *stoppedCopy) isAlone(id journal.NodeID) bool {
	inSync := c.stored.Meta.Register.InSync
	return len(inSync) == 1 && inSync[0].Node == id
}

func checkedText(c *stoppedCopy) string {
	var text strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&text, "%-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	s, r := c.stored, c.report
	line("room", "%s", word(c.label.Room))
	if c.label.Node != "" {
		line("name", "%s", word(c.label.Node))
	}
	id, incarnation := c.identity()
	if !id.IsZero() {
		line("node", "%v, incarnation %d", id, incarnation)
	}
	line("accepted", "epoch %v", s.Meta.Accepted)
	if s.Snapshot != nil {
		line("snapshot", "%v, %s", s.Snapshot.At(), plural(s.Snapshot.Len(), "key", "keys"))
	}
	if n := len(s.Entries); n > 0 {
		line("entries", "%v to %v", s.Entries[0].Position, s.Entries[n-1].Position)
	} else {
		line("entries", "none")
	}
	if n := len(s.Orphans); n > 0 {
		line("orphans", "%d, of which %d are final", n, finalOf(s.Orphans))
	}
	line("files", "%d of %s", len(r.Files), plural(int(c.bytes()), "byte", "bytes"))
	for _, name := range c.keptAside() {
		line("kept", "%s, damaged earlier: nothing reads it", name)
	}
	line("closed", "%s", closedText(r.Closed))
	if r.TornBytes > 0 {
		line("torn", "%s at the end, which a start cuts off: nobody was told of them", plural(int(r.TornBytes), "byte", "bytes"))
	}
	line("start", "%s", c.startText())
	for _, err := range r.Damage {
		line("damage", "%v", err)
	}
	for _, entries := range r.Beyond {
		line("beyond", "%v to %v, which a start does not take: what is before them is missing",
			entries[0].Position, entries[len(entries)-1].Position)
	}
	if len(r.Damage) == 0 {
		line("verdict", "whole")
	} else {
		line("verdict", "damaged")
	}
	return text.String()
}

func closedText(closed bool) string {
	if closed {
		return "in good order"
	}
	return "no: its process was ended"
}

// startText says what a node will do that starts there.
func (c *stoppedCopy) startText() string {
	id, incarnation := c.identity()
	switch {
	case c.report.Renewed != "" && id.IsZero():
		return "under a new id: " + c.report.Renewed
	case c.report.Renewed != "":
		return fmt.Sprintf("under a new id, not as %v: %s", id, c.report.Renewed)
	case id.IsZero():
		return "under a new id: it has not been started yet"
	}
	if incarnation == 0 {
		return fmt.Sprintf("as %v, for the first time: it is to begin its room again", id)
	}
	return fmt.Sprintf("as %v again", id)
}

// identity returns whose copy it was when it was last used.
func (c *stoppedCopy) identity() (journal.NodeID, journal.Incarnation) {
	if c.report.Renewed != "" {
		return c.report.Former, c.report.FormerIncarnation
	}
	return c.stored.Meta.Node, c.stored.Meta.Incarnation
}

func (c *stoppedCopy) bytes() int64 {
	sum := int64(0)
	for _, file := range c.report.Files {
		sum += file.Bytes
	}
	return sum
}

// keptAside returns the names of files that were damaged at an earlier start.
func (c *stoppedCopy) keptAside() []string {
	kept := []string{}
	for _, name := range c.names {
		if strings.Contains(name, ".damaged") {
			kept = append(kept, name)
		}
	}
	return kept
}

func finalOf(orphans []journal.Orphan) int {
	n := 0
	for _, o := range orphans {
		if o.Final {
			n++
		}
	}
	return n
}
