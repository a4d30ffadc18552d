package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// position is an argument EPOCH/INDEX, or the line of a receipt. The epoch has no
// master in it: a line names that one, perhaps, by the beginning of its id.
type position struct {
	journal.Position
	by string // empty where the argument does not say
}

// UnmarshalText reads what journal.Position prints, or a receipt's line.
func (p *position) UnmarshalText(text []byte) error {
	at, by, err := parseReceipt(string(text))
	p.Position, p.by = at, by
	return err
}

func parsePosition(text string) (journal.Position, error) {
	first, second, found := strings.Cut(text, "/")
	number, err := strconv.ParseUint(first, 10, 64)
	index, err2 := strconv.ParseUint(second, 10, 64)
	if !found || err != nil || err2 != nil || number == 0 || index == 0 {
		return journal.Position{}, fmt.Errorf("%.40q is no position: EPOCH/INDEX, both from 1, as in 7/1042", text)
	}
	return journal.Position{
		Epoch: journal.Epoch{Number: journal.EpochNumber(number)}, Index: journal.Index(index),
	}, nil
}

// printedReceipt returns the line that a write prints and verify reads.
func printedReceipt(r host.Receipt) string {
	return fmt.Sprintf("%v by=%v ack=%v copies=%d durable=%d",
		r.Position, r.Position.Epoch.Master, r.Ack, r.Copies, r.Durable)
}

// parseReceipt reads a receipt's line. Only the position is required; by is
// empty where the line does not name the master of the epoch.
func parseReceipt(line string) (at journal.Position, by string, err error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return at, "", fmt.Errorf("%.40q is no receipt: a line as set prints it, or EPOCH/INDEX", line)
	}
	if at, err = parsePosition(words[0]); err != nil {
		return at, "", err
	}
	for _, w := range words[1:] {
		name, value, _ := strings.Cut(w, "=")
		if !inReceipt(name, value) {
			return at, "", fmt.Errorf("%.40q does not belong in a receipt", w)
		}
		if name == "by" {
			by = value
		}
	}
	return at, by, nil
}

// inReceipt reports whether a receipt can hold name=value. What only looks
// like a master's id would otherwise be judged as another master's receipt,
// and called orphaned.
func inReceipt(name, value string) bool {
	switch name {
	case "by":
		return isShownID(value)
	case "ack":
		_, err := host.ParseAck(value)
		return err == nil
	case "copies", "durable":
		_, err := strconv.ParseUint(value, 10, 32)
		return err == nil
	}
	return false
}

// isShownID reports whether text can be an id as people see it, or all of one.
func isShownID(text string) bool {
	all := len(journal.NodeID{}.Full())
	return text != "" && len(text) <= all && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// receiptJSON is a receipt as --json prints it.
type receiptJSON struct {
	Position string        `json:"position"`
	By       string        `json:"by"`
	Revision journal.Index `json:"revision"`
	Ack      string        `json:"ack"`
	Copies   uint32        `json:"copies"`
	Durable  uint32        `json:"durable"`
}

func jsonReceipt(r host.Receipt) receiptJSON {
	return receiptJSON{
		Position: r.Position.String(), By: r.Position.Epoch.Master.String(), Revision: r.Position.Index,
		Ack: r.Ack.String(), Copies: r.Copies, Durable: r.Durable,
	}
}
