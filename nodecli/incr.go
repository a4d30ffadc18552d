package main

import (
	"context"

	"github.com/understudy-dev/understudy/core/host"
)

type incrCommand struct {
	Key string `arg:"" help:"The key of a decimal number; one that is not there counts as 0."`
	By  int64  `arg:"" optional:"" default:"1" help:"What to add, also below 0 (default ${default})."`
	ackFlag
}

// Help returns examples.
func (incrCommand) Help() string {
	return `Examples:

    understudy incr hits
    understudy incr hits 10
    understudy incr hits -5`
}

// Run adds to the number.
func (cmd *incrCommand) Run(ctx context.Context, sh *shell) error {
	return sh.ask(ctx, "incr "+brief(cmd.Key), func(ctx context.Context, room *host.Client) error {
		sum, receipt, err := room.Increment(ctx, cmd.Key, cmd.By, cmd.options())
		if err != nil {
			return writeError(err)
		}
		if sh.JSON {
			return sh.printJSON(struct {
				Value int64 `json:"value"`
				receiptJSON
			}{sum, jsonReceipt(receipt)})
		}
		return sh.print("%d\n", sum)
	})
}
