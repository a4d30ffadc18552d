package main

import (
	"context"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type scanCommand struct {
	Prefix string `arg:"" optional:"" help:"What the keys begin with (default: all keys)."`

	readFlags
	Keys  bool `help:"Print the keys alone."`
	Limit int  `placeholder:"N" help:"Print at most N (default: all)."`
}

// Help returns examples.
func (scanCommand) Help() string {
	return `Examples:

    understudy scan
    understudy scan user/ --keys
    understudy scan --limit 10 --json

A line is the key, a tab, and the value. What does not fit on a line is quoted as in Go.`
}

// Run prints the keys.
func (cmd *scanCommand) Run(ctx context.Context, sh *shell) error {
	if cmd.Limit < 0 {
		return misused("--limit: %d is below 0", cmd.Limit)
	}
	operation := "scan"
	if cmd.Prefix != "" {
		operation += " " + brief(cmd.Prefix)
	}
	return sh.ask(ctx, operation, func(ctx context.Context, room *host.Client) error {
		read, err := cmd.options(ctx, room)
		if err != nil {
			return err
		}
		options := host.ScanOptions{ReadOptions: read, Limit: cmd.Limit, Bare: cmd.Keys}
		for item, err := range room.Scan(ctx, cmd.Prefix, options) {
			if err != nil {
				return err
			}
			if err := cmd.print(sh, item); err != nil {
				return err
			}
		}
		return nil
	})
}

func (cmd *scanCommand) print(sh *shell, item journal.Item) error {
	switch {
	case !sh.JSON && cmd.Keys:
		return sh.print("%s\n", field(item.Key))
	case !sh.JSON:
		return sh.print("%s\t%s\n", field(item.Key), field(string(item.Value)))
	}
	line := struct {
		textKey
		textValue
		Revision journal.Index `json:"revision"`
		deadlineJSON
	}{textKey: keyJSON(item.Key), Revision: item.Revision, deadlineJSON: jsonDeadline(item.Deadline)}
	if !cmd.Keys {
		line.textValue = valueJSON(item.Value)
	}
	return sh.printJSON(line)
}
