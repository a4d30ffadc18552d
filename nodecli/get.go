package main

import (
	"context"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type getCommand struct {
	Key string `arg:"" help:"The key."`

	readFlags
	After *position `placeholder:"POSITION" help:"Wait until the copy has this position, or receipt: what was written there, or later, is seen."`
	Raw   bool      `help:"Print the bytes alone, without a newline."`
}

// Help returns examples.
func (getCommand) Help() string {
	return `Examples:

    understudy get colour
    understudy get colour --read local --from replica
    understudy get colour --read session --from brisk-otter --after 7/1042
    understudy get photo --raw > photo.jpg

With --json "dirty" says that a failover may yet roll back what was read, and "position" is where the copy was. A position
that was rolled back itself is never waited for.`
}

// Run prints the value.
func (cmd *getCommand) Run(ctx context.Context, sh *shell) error {
	if cmd.Raw && sh.JSON {
		return misused("--raw and --json can't be used together")
	}
	return sh.ask(ctx, "get "+brief(cmd.Key), func(ctx context.Context, room *host.Client) error {
		options, err := cmd.options(ctx, room)
		if err == nil && cmd.After != nil {
			options.Least, err = cmd.After.resolve(ctx, room, "--after")
		}
		if err != nil {
			return err
		}
		item, err := room.Get(ctx, cmd.Key, options)
		switch {
		case err != nil:
			return err
		case sh.JSON:
			return sh.printJSON(struct {
				textKey
				textValue
				Revision journal.Index `json:"revision"`
				Position string        `json:"position"`
				Dirty    bool          `json:"dirty"`
				deadlineJSON
			}{keyJSON(cmd.Key), valueJSON(item.Value), item.Revision, item.Position.String(), item.Dirty, jsonDeadline(item.Deadline)})
		case cmd.Raw:
			return sh.print("%s", item.Value)
		}
		return sh.print("%s\n", item.Value)
	})
}
