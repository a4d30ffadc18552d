package main

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// entryTime is how a moment of logical time is printed.
const entryTime = "2006-01-02T15:04:05.000Z"

func timeOf(at journal.Instant) time.Time { return time.Unix(0, int64(at)).UTC() }

// printEntry prints the lines of one entry of a journal: those of its changes as
// watch has them, with what only the journal knows behind each.
func (sh *shell) printEntry(e journal.Entry) error {
	for _, c := range changesOf(e) {
		var err error
		switch {
		case sh.JSON:
			err = sh.printJSON(jsonEntry(e, c))
		case c.kind == "resolve":
			err = sh.print("%v %s %v  %s\n", c.at, c.kind, c.orphan, byText(e))
		case c.key == "":
			err = sh.print("%v %s  %s\n", c.at, c.kind, byText(e))
		default:
			err = sh.print("%s  %s%s\n", changeText(c.change), byText(e), untilText(" ", c.deadline))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entryLine is a change in the log of a stopped node. Its kind may also be
// start, resolve or nothing: of entries, or parts of them, that change no key.
type entryLine struct {
	change
	orphan journal.Position // with resolve
}

// changesOf returns at least one line.
func changesOf(e journal.Entry) []entryLine {
	if e.IsStart() {
		return []entryLine{{change: change{kind: "start", at: e.Position}}}
	}
	var lines []entryLine
	if r, ok := e.Resolves(); ok {
		lines = append(lines, entryLine{change{kind: "resolve", at: e.Position}, r.Orphan})
	}
	for _, c := range e.Writes() {
		lines = append(lines, entryLine{change: shown(journal.Event{
			Position: e.Position, Key: c.Key, Value: c.Value, Deleted: c.Deleted, Deadline: c.Deadline, Expired: e.IsExpiry(),
		})})
	}
	if len(lines) == 0 {
		lines = append(lines, entryLine{change: change{kind: "nothing", at: e.Position}})
	}
	return lines
}

// byText says whose entry it is.
func byText(e journal.Entry) string {
	at := timeOf(e.Time).Format(entryTime)
	if e.IsStart() || e.IsExpiry() {
		return fmt.Sprintf("by=%v at=%s", e.Position.Epoch.Master, at)
	}
	return fmt.Sprintf("by=%v/%d ack=%v at=%s", e.Origin.Client, e.Origin.Seq, e.Ack, at)
}

// entryJSON is a line of log DIR --json: a [changeJSON] and what only the
// journal knows.
type entryJSON struct {
	changeJSON
	Orphan string `json:"orphan,omitempty"` // with resolve: whose end it is
	Master string `json:"master"`
	Time   string `json:"time"`
	Ack    string `json:"ack,omitempty"` // this and the next two: of a write
	Client string `json:"client,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
}

func jsonEntry(e journal.Entry, c entryLine) entryJSON {
	line := entryJSON{
		changeJSON: jsonChange(c.change), Master: e.Position.Epoch.Master.String(),
		Time: timeOf(e.Time).Format(time.RFC3339Nano),
	}
	if c.kind == "resolve" {
		line.Orphan = c.orphan.String()
	}
	if !e.IsStart() && !e.IsExpiry() {
		line.Ack, line.Client, line.Seq = e.Ack.String(), e.Origin.Client.String(), e.Origin.Seq
	}
	return line
}
