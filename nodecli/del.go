package main

import (
	"context"
	"strings"

	"github.com/understudy-dev/understudy/core/host"
)

type delCommand struct {
	Keys []string `arg:"" name:"key" help:"The keys, removed at one moment."`
	ackFlag
}

// Help returns examples.
func (delCommand) Help() string {
	return `Examples:

    understudy del colour
    understudy del a b c --ack one`
}

// Run removes the keys.
func (cmd *delCommand) Run(ctx context.Context, sh *shell) error {
	words := make([]string, len(cmd.Keys))
	for i, key := range cmd.Keys {
		words[i] = brief(key)
	}
	return sh.ask(ctx, "del "+strings.Join(words, " "), func(ctx context.Context, room *host.Client) error {
		removed, receipt, err := room.Delete(ctx, cmd.options(), cmd.Keys...)
		if err != nil {
			return writeError(err)
		}
		if sh.JSON {
			return sh.printJSON(struct {
				Deleted int `json:"deleted"`
				receiptJSON
			}{removed, jsonReceipt(receipt)})
		}
		return sh.print("%d\n", removed)
	})
}
