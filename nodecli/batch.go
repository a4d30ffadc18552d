package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

type batchCommand struct {
	File string `arg:"" completion:"file" help:"The file with the operations; - is standard input."`
	ackFlag
}

// Help returns the form of the lines.
func (batchCommand) Help() string {
	return `Examples:

    understudy batch changes.txt --ack one
    printf 'if-absent seat/1\nset seat/1 otter\nincr taken\n' | understudy batch -

All operations are made at one moment, as one write, or none of them. One stands on each line:

    set KEY VALUE [TTL]      del KEY             incr KEY [BY]
    append KEY VALUE         expire KEY TTL      persist KEY

and so do conditions, which must all hold before the first operation:

    if-absent KEY            if-value KEY VALUE  if-revision KEY REVISION

Words are parted by blanks. One that has blanks in it, or is empty, stands in quotes: "as in Go, with \n and \x00" or 'as it is'.
Empty lines and those that begin with # count for nothing. A line may be JSON instead, with value and key also as base64:

    {"op":"set","key":"colour","value":"dark blue","ttl":"30s"}
    {"op":"incr","key":"hits","by":5}
    {"op":"if-value","key":"photo","valueBase64":"/9j/4A=="}

It prints the receipt, and for each operation what came of it: for incr the sum, for append the length, for del, expire and
persist 1 if there was such a key and else 0. A batch has at most 1,000 operations and writes at most 1 MiB of keys and values,
where append and expire write the whole value again.`
}

// batchMaxBytes is how long the text of a batch may be. What fits into a write
// is far below, however it is quoted.
const batchMaxBytes = 32 << 20

// Run makes the batch.
func (cmd *batchCommand) Run(ctx context.Context, sh *shell) error {
	text, err := cmd.read(sh.in)
	if err != nil {
		return fmt.Errorf("batch: %w", err)
	}
	b, err := parseBatch(text)
	if err != nil {
		var at *lineError
		if errors.As(err, &at) && cmd.File != "-" {
			err = fmt.Errorf("%s: %w", cmd.File, err)
		}
		return withHint(fmt.Errorf("batch: %w", err), exitMisuse, "understudy batch --help says what a line is; nothing was written")
	}
	return sh.ask(ctx, "batch", func(ctx context.Context, room *host.Client) error {
		receipt, results, err := room.Batch(ctx, b.ops, b.conditions, cmd.options())
		if err != nil {
			return writeError(err)
		}
		return sh.printBatch(b.ops, receipt, results)
	})
}

// read returns the text of the batch.
func (cmd *batchCommand) read(in *os.File) ([]byte, error) {
	if cmd.File != "-" {
		file, err := os.Open(cmd.File)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // nothing was written to it
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, batchMaxBytes+1))
	if err == nil && len(text) > batchMaxBytes {
		return nil, withHint(fmt.Errorf("the text has more than %d bytes, the limit", batchMaxBytes), exitRefused, "")
	}
	return text, err
}

type batchResultJSON struct {
	Op string `json:"op"`
	textKey
	Result int64 `json:"result"`
}

// printBatch prints what a batch got, and each of its operations.
func (sh *shell) printBatch(ops []frame.Op, receipt host.Receipt, results []int64) error {
	if sh.JSON {
		all := make([]batchResultJSON, len(ops))
		for i, op := range ops {
			name, key := opName(op)
			all[i] = batchResultJSON{name, keyJSON(key), results[i]}
		}
		return sh.printJSON(struct {
			receiptJSON
			Results []batchResultJSON `json:"results"`
		}{jsonReceipt(receipt), all})
	}
	if err := sh.printReceipt(receipt); err != nil {
		return err
	}
	for i, op := range ops {
		name, key := opName(op)
		result := fmt.Sprint(results[i])
		if name == "set" {
			result = "ok"
		}
		if err := sh.print("%s %s %s\n", name, word(key), result); err != nil {
			return err
		}
	}
	return nil
}

// opName returns the word with which a batch asks for an operation, and its key.
func opName(op frame.Op) (name, key string) {
	switch op := op.(type) {
	case frame.Set:
		return "set", op.Key
	case frame.Delete:
		return "del", op.Key
	case frame.Increment:
		return "incr", op.Key
	case frame.Append:
		return "append", op.Key
	case frame.Expire:
		if op.TTL == 0 {
			return "persist", op.Key
		}
		return "expire", op.Key
	case frame.Resolve: // of orphans only
	}
	return "", ""
}
