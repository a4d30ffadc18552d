package main

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

func at(number journal.EpochNumber, index journal.Index) journal.Position {
	return journal.Position{Epoch: journal.Epoch{Number: number}, Index: index}
}

func TestAPositionIsReadAsItIsPrinted(t *testing.T) {
	for _, want := range []journal.Position{at(1, 1), at(7, 1042), at(1<<64-1, 1<<64-1)} {
		if got, err := parsePosition(want.String()); got != want || err != nil {
			t.Errorf("%v: read as %v, %v", want, got, err)
		}
	}
	for _, text := range []string{"", "7", "7/", "/7", "0/1", "1/0", "-1/2", "1/+2", "1 /2", "1/2/3", "a/b", "1/18446744073709551616"} {
		if got, err := parsePosition(text); err == nil {
			t.Errorf("%q is no position, and was read as %v", text, got)
		}
	}
}

func TestAReceiptIsReadAsItIsPrinted(t *testing.T) {
	written := host.Receipt{
		Position: journal.Position{Epoch: journal.Epoch{Number: 7, Master: journal.NodeID{1, 2, 3}}, Index: 1042},
		Ack:      journal.AckAll, Copies: 3, Durable: 2,
	}
	line := printedReceipt(written)
	if want := "7/1042 by=aebagaaa ack=all copies=3 durable=2"; line != want {
		t.Errorf("printed as %q, want %q", line, want)
	}
	for _, text := range []string{line, line + "\n", "  7/1042   by=aebagaaa", "7/1042 ack=one by=aebagaaa"} {
		if got, by, err := parseReceipt(text); got != at(7, 1042) || by != "aebagaaa" || err != nil {
			t.Errorf("%q: read as %v by %q, %v", text, got, by, err)
		}
	}
	if got, by, err := parseReceipt("7/1042"); got != at(7, 1042) || by != "" || err != nil {
		t.Errorf("a position alone: read as %v by %q, %v", got, by, err)
	}
	for _, text := range []string{"", " ", "by=aebagaaa", "7/1042 by=", "7/1042 blue", "7/1042 colour=blue", "kept 7/1042",
		"7/1042 by=aebagaa!", "7/1042 by=aebagaaaaaaaaaaaaaaaaaaaaaa", "7/1042 by=AEBAGAAA", "7/1042 ack=some", "7/1042 copies=-1", "7/1042 durable=x"} {
		if got, _, err := parseReceipt(text); err == nil {
			t.Errorf("%q is no receipt, and was read as %v", text, got)
		}
	}
}

func TestAnEmptyReceiptSaysWhatIsWanted(t *testing.T) {
	_, _, err := parseReceipt("")
	if err == nil || !strings.Contains(err.Error(), "EPOCH/INDEX") {
		t.Errorf("got %v", err)
	}
}
