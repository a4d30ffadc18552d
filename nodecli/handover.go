package main

import (
	"context"
	"errors"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type handoverCommand struct {
	Node string `arg:"" optional:"" help:"The new master: its name, or the beginning of its id (default: the first in succession)."`
}

// Help returns examples.
func (handoverCommand) Help() string {
	return `Examples:

    understudy handover
    understudy handover brisk-otter

The master stops taking writes, waits until its successor has all of them, and steps down. Writes wait meanwhile.`
}

// Run asks the master to hand over and prints who is master then.
func (cmd *handoverCommand) Run(ctx context.Context, sh *shell) error {
	return sh.ask(ctx, "handover", func(ctx context.Context, room *host.Client) error {
		var successor memberName
		if cmd.Node != "" {
			var err error
			if successor, err = findSuccessor(ctx, room, cmd.Node); err != nil {
				return err
			}
		}
		epoch, err := room.HandOver(ctx, successor.Node)
		if err != nil {
			return handoverError(err)
		}
		return cmd.print(ctx, sh, room, epoch)
	})
}

func (cmd *handoverCommand) print(ctx context.Context, sh *shell, room *host.Client, epoch journal.Epoch) error {
	master := memberName{Node: epoch.Master}
	status, err := room.Presence(ctx)
	if err != nil {
		return err
	}
	for _, m := range status.Members {
		if m.Node == epoch.Master {
			master.Name = m.Name
		}
	}
	if sh.JSON {
		return sh.printJSON(struct {
			Master string              `json:"master"`
			Name   string              `json:"name"`
			Epoch  journal.EpochNumber `json:"epoch"`
		}{epoch.Master.String(), master.Name, epoch.Number})
	}
	return sh.print("%v is master of epoch %v\n", master, epoch)
}

// handoverError gives the failures of a handover that mean something else for
// a write their own status.
func handoverError(err error) error {
	var failure *frame.Failure
	switch {
	case !errors.As(err, &failure):
	case failure.Code == frame.CodeNotEnoughReplicas:
		return withHint(err, exitRefused, "start another node: understudy node")
	case failure.Code == frame.CodeGone:
		return withHint(err, exitRefused, "understudy status lists the nodes")
	case failure.Code == frame.CodeNotAllowed:
		return withHint(err, exitRefused, "understudy status shows who may be master")
	case failure.Code == frame.CodeNotInSync:
		return withHint(err, exitRefused, "understudy status shows how far each node is")
	case failure.Code == frame.CodeTimeout:
		return withHint(err, exitFailed, "understudy status shows how far each node is")
	}
	return err
}
