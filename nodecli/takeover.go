package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

type takeoverCommand struct {
	Node string `arg:"" help:"The new master: its name, or the beginning of its id."`
	Yes  bool   `help:"Do it. Without it the command says what would be lost, and does nothing."`
}

// Help returns examples.
func (takeoverCommand) Help() string {
	return `Examples:

    understudy takeover brisk-otter
    understudy takeover brisk-otter --yes

For a room that waits for nodes that will not come back: it goes on with the copy of that node, and the best of the other
copies that are there. What only the missing ones had is lost to the room. Its register records who they were (understudy
status), and one that comes back after all keeps what it had as orphans.`
}

// Run says what a takeover would lose, or asks the relay for it.
func (cmd *takeoverCommand) Run(ctx context.Context, sh *shell) error {
	return sh.ask(ctx, "takeover", func(ctx context.Context, room *host.Client) error {
		successor, err := findSuccessor(ctx, room, cmd.Node)
		if err != nil {
			return err
		}
		status, err := room.Presence(ctx)
		if err != nil {
			return err
		}
		missing, err := wouldMiss(status, successor.Node)
		if err != nil {
			return takeoverError(err)
		}
		if !cmd.Yes {
			return &exitError{status: exitMisuse, hint: "add --yes to do it",
				err: fmt.Errorf("%v would be master%s", successor, costs(missing))}
		}
		epoch, err := room.TakeOver(ctx, successor.Node)
		if err != nil {
			return takeoverError(err)
		}
		if sh.JSON {
			return sh.printJSON(struct {
				Master  string              `json:"master"`
				Name    string              `json:"name"`
				Epoch   journal.EpochNumber `json:"epoch"`
				Missing []string            `json:"missing"`
			}{epoch.Master.String(), successor.Name, epoch.Number, idTexts(missing)})
		}
		without := ""
		if len(missing) > 0 {
			without = ", without " + strings.Join(idTexts(missing), ", ")
		}
		return sh.print("%v is master of epoch %v%s\n", successor, epoch, without)
	})
}

// wouldMiss asks the rule that the relay goes by who would be missing.
func wouldMiss(s host.RoomStatus, successor journal.NodeID) ([]journal.NodeID, error) {
	scene := register.Scene{Present: s.Members, Held: s.Seated}
	next, err := register.TakeOver(s.Register, scene, s.Register.Version, successor)
	if err != nil {
		return nil, err
	}
	if n := len(next.Losses); n > 0 && next.Losses[n-1].Epoch == next.Epoch {
		return next.Losses[n-1].Missing, nil
	}
	return nil, nil
}

func costs(missing []journal.NodeID) string {
	if len(missing) == 0 {
		return "; every node in sync is there, so nothing would be lost"
	}
	they := "they have"
	if len(missing) == 1 {
		they = "it has"
	}
	return fmt.Sprintf(" without %s: what only %s would be lost to the room", strings.Join(idTexts(missing), ", "), they)
}

// takeoverError gives a refusal, be it foreseen or the relay's, its status and a
// way on.
func takeoverError(err error) error {
	var refusal *register.Refusal
	var failure *frame.Failure
	switch {
	case errors.As(err, &refusal):
	case errors.As(err, &failure):
		refusal = &register.Refusal{Reason: reasons[failure.Code]}
	default:
		return err
	}
	switch refusal.Reason {
	case register.MasterHere:
		return withHint(err, exitRefused, "understudy handover NODE passes the mastership on, and nothing is lost")
	case register.InSyncHere:
		return withHint(err, exitRefused, "nothing need be lost: understudy status says whom the room waits for; take over with one of those, or stop them first")
	case register.NotAllowed, register.Outdated:
		return withHint(err, exitRefused, "understudy status shows the room")
	case register.Stale, register.Gone:
		return withHint(err, exitRefused, "understudy status shows the room as it is now")
	case register.NotInSync, register.NotYet, register.StillAwaits, register.OutOfRange: // of other rules
	}
	return err
}

// reasons are those of the relay's refusals of a takeover, by their codes.
var reasons = map[frame.Code]register.Reason{
	frame.CodeMasterHere: register.MasterHere,
	frame.CodeInSyncHere: register.InSyncHere,
	frame.CodeNotAllowed: register.NotAllowed,
	frame.CodeOutdated:   register.Outdated,
	frame.CodeStale:      register.Stale,
	frame.CodeGone:       register.Gone,
}
