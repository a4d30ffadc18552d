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
// knows by the epoch's number. An epoch that came to nothing is nobody's, and so
// is one of another master than the room's of that number: their positions lead
// nowhere, as all that were rolled back.
func (p *position) resolve(ctx context.Context, room *host.Client, flag string) (journal.Position, error) {
	at, _, err := p.verify(ctx, room, flag)
	return at, err
}

// verify is resolve that also says what became of the position.
func (p *position) verify(ctx context.Context, room *host.Client, flag string) (journal.Position, frame.Verdict, error) {
	verdict, at, err := room.Verify(ctx, p.Position)
	switch {
	case err != nil:
	case isOfOther(at, p.by):
		at.Epoch.Master, verdict = nobody, frame.VerdictOrphaned
	case !at.Epoch.Master.IsZero():
		if p.by == "" {
			err = unambiguous(ctx, room, flag, at)
		}
	case verdict == frame.VerdictOrphaned:
		at.Epoch.Master = nobody
	default:
		err = p.notYet(ctx, room, flag)
	}
	return at, verdict, err
}

// unambiguous makes sure that a position which was given by its epoch's number
// alone is not also one that was rolled back, of another master. The nodes that
// keep what was rolled back know.
func unambiguous(ctx context.Context, room *host.Client, flag string, at journal.Position) error {
	survey, cancel := context.WithTimeout(ctx, surveyTimeout)
	defer cancel()
	named := at
	named.Epoch.Master = journal.NodeID{}
	// One that does not answer in time may know of one: that is no reason to wait.
	kept, _ := room.Orphans(survey, host.OrphanOptions{At: named, All: true})
	for _, o := range kept {
		if other := o.Entry.Position.Epoch.Master; other != at.Epoch.Master {
			return withHint(
				fmt.Errorf("%s %v is a position of two masters: by=%v, in the room's history, and by=%v, rolled back", flag, at, at.Epoch.Master, other),
				exitMisuse, fmt.Sprintf("give the line that the write printed, or say by whom: %s '%v by=%v'", flag, at, other))
		}
	}
	return nil
}

// notYet says of a position in an epoch that nobody knows how far the room is.
func (p *position) notYet(ctx context.Context, room *host.Client, flag string) error {
	survey, cancel := context.WithTimeout(ctx, surveyTimeout)
	defer cancel()
	err := fmt.Errorf("%s %v: no entry of epoch %v is in the room's history", flag, p, p.Epoch)
	status, silent := room.Status(survey)
	var end journal.Position
	for _, n := range status.Nodes {
		if n.Err == nil && n.Report.Commit.Compare(end) > 0 {
			end = n.Report.Commit
		}
	}
	if silent != nil || end.IsZero() {
		return withHint(err, exitFailed, "understudy status shows how far the room is")
	}
	return withHint(fmt.Errorf("%w; the room is at %v", err, end), exitFailed, "")
}
