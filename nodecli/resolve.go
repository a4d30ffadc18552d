package main

import (
	"context"
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// nobody stands for the master of an epoch that left nothing in the history.
var nobody = journal.NodeID{0xff}

// resolve completes a position with the master of its epoch, which the room
// knows by the epoch's number. An epoch that came to nothing is nobody's: its
// positions lead nowhere, as all that were rolled back.
func (p *position) resolve(ctx context.Context, room *host.Client, flag string) (journal.Position, error) {
	at, _, err := p.verify(ctx, room, flag)
	return at, err
}

// verify is resolve that also says what became of the position.
func (p *position) verify(ctx context.Context, room *host.Client, flag string) (journal.Position, frame.Verdict, error) {
	verdict, at, err := room.Verify(ctx, p.Position)
	switch {
	case err != nil || !at.Epoch.Master.IsZero():
	case verdict == frame.VerdictOrphaned:
		at.Epoch.Master = nobody
	default:
		err = withHint(fmt.Errorf("%s %v: no entry of epoch %v is in the room's history", flag, p, p.Epoch),
			exitFailed, "understudy status shows how far the room is")
	}
	return at, verdict, err
}
