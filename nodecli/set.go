package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type setCommand struct {
	Key   string  `arg:"" help:"The key: 1 byte to 1 KiB."`
	Value *string `arg:"" optional:"" help:"The value, at most 1 MiB; - or nothing reads it from standard input, as it is."`

	ackFlag
	TTL        *time.Duration `name:"ttl" placeholder:"TIME" help:"Let the key end after this time, such as 30s or 12h (default: it lasts for ever)."`
	IfRevision *uint64        `placeholder:"R" xor:"condition" help:"Only if the key is at this revision: the number behind the slash of its last receipt."`
	IfAbsent   bool           `xor:"condition" help:"Only if there is no such key."`
}

// Help returns examples.
func (setCommand) Help() string {
	return `Examples:

    understudy set colour blue
    understudy set colour blue --ack one
    understudy set lock me --if-absent --ttl 30s
    understudy set photo - < photo.jpg

It prints the receipt, which "understudy verify" checks later:

    7/1042 by=k3mf9x2p ack=all copies=3 durable=3

--ack all means every node that is in sync at that moment: with one node left in sync that is one copy, unless the room's
min-in-sync asks for more. With --on-short degrade the receipt names the ack the write got.`
}

// Run stores the value.
func (cmd *setCommand) Run(ctx context.Context, sh *shell) error {
	options := cmd.options()
	options.IfAbsent = cmd.IfAbsent
	if cmd.TTL != nil {
		if *cmd.TTL == 0 {
			return misused("--ttl: a key that lasts for no time is not set at all; understudy del removes one")
		}
		options.TTL = *cmd.TTL
	}
	if cmd.IfRevision != nil {
		if *cmd.IfRevision == 0 {
			return misused("--if-revision: the first revision is 1; --if-absent is for a key that is not there")
		}
		options.IfRevision = journal.Index(*cmd.IfRevision)
	}
	value, err := cmd.value(sh.in)
	if err != nil {
		return err
	}
	operation := "set " + brief(cmd.Key)
	return sh.ask(ctx, operation, func(ctx context.Context, room *host.Client) error {
		receipt, err := room.Set(ctx, cmd.Key, value, options)
		if err != nil {
			return writeError(err)
		}
		return sh.printReceipt(receipt)
	})
}

// value returns the argument, or what standard input holds.
func (cmd *setCommand) value(in *os.File) ([]byte, error) {
	if cmd.Value != nil && *cmd.Value != "-" {
		return []byte(*cmd.Value), nil
	}
	if info, err := in.Stat(); cmd.Value == nil && (err != nil || info.Mode()&os.ModeCharDevice != 0) {
		return nil, misused("set %s: no value is given, and none comes from standard input", brief(cmd.Key))
	}
	value, err := io.ReadAll(io.LimitReader(in, frame.ValueMaxBytes+1))
	if err == nil && len(value) > frame.ValueMaxBytes {
		// Count the rest without keeping it: both numbers belong to the error.
		var rest int64
		rest, err = io.Copy(io.Discard, in)
		if err == nil {
			return nil, withHint(fmt.Errorf("set %s: the value has %d bytes, of at most %d",
				brief(cmd.Key), int64(len(value))+rest, frame.ValueMaxBytes), exitRefused, "")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return value, nil
}

// printReceipt prints what a write got.
func (sh *shell) printReceipt(r host.Receipt) error {
	if sh.JSON {
		return sh.printJSON(jsonReceipt(r))
	}
	return sh.print("%s\n", printedReceipt(r))
}

// writeError tells how to ask later for a write whose outcome is not known.
func writeError(err error) error {
	var failure *frame.Failure
	if !errors.Is(err, host.ErrOutcomeUnknown) || !errors.As(err, &failure) || failure.Position.IsZero() {
		return err
	}
	at := failure.Position
	return withHint(err, exitUnknown, fmt.Sprintf("ask later: understudy verify '%v by=%v'", at, at.Epoch.Master))
}
