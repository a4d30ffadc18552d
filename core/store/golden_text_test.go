package store_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/keyspace"
	"github.com/understudy-dev/understudy/core/store"
)

// The text is written field by field: what a later version adds to a struct
// must not change what is said of an old file.

// readText is all that is to be read from a folder.
func readText(dir journal.Directory) string {
	stored, report, err := store.Inspect(dir)
	if err != nil {
		return fmt.Sprintf("refused: %v\n", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "closed %v, torn %d\n", report.Closed, report.TornBytes)
	if report.Renewed != "" {
		fmt.Fprintf(&b, "renewed, was %s incarnation %d: %s\n", report.Former.Full(), report.FormerIncarnation, report.Renewed)
	}
	for _, err := range report.Damage {
		var damage *store.DamageError
		if errors.As(err, &damage) {
			fmt.Fprintf(&b, "damage %s byte %d record %d\n", damage.File, damage.Offset, damage.Record)
		}
	}
	return b.String() + storedText(stored)
}

func archiveText(a store.Archive) string {
	return fmt.Sprintf("room %q, damaged %v\n", a.Room, a.Damaged) + storedText(a.Stored)
}

func storedText(s core.Stored) string {
	var b strings.Builder
	m := s.Meta
	fmt.Fprintf(&b, "node %s incarnation %d accepted %s\n", m.Node.Full(), m.Incarnation, epochText(m.Accepted))
	r := m.Register
	fmt.Fprintf(&b, "register %d epoch %s awaiting %v\n", r.Version, epochText(r.Epoch), r.Awaiting)
	for _, seat := range r.InSync {
		fmt.Fprintf(&b, "  in sync %s incarnation %d volatile %v\n", seat.Node.Full(), seat.Incarnation, seat.Volatile)
	}
	for _, loss := range r.Losses {
		fmt.Fprintf(&b, "  loss %s at %d, without\n", epochText(loss.Epoch), loss.At)
		for _, id := range loss.Missing {
			fmt.Fprintf(&b, "    %s\n", id.Full())
		}
	}
	if s.Snapshot != nil {
		snapshotText(&b, s)
	}
	for _, e := range s.Entries {
		fmt.Fprintf(&b, "entry %s\n", entryText(e))
	}
	for _, o := range s.Orphans {
		fmt.Fprintf(&b, "orphan acked %v final %v superseded %v: %s\n", o.Acked, o.Final, o.Superseded, entryText(o.Entry))
		if !o.Replaced.IsZero() {
			fmt.Fprintf(&b, "  replaced by %s\n", positionText(o.Replaced))
		}
		if o.HasBefore {
			fmt.Fprintf(&b, "  it met %d keys\n", len(o.Before))
		}
		for _, i := range o.Before {
			fmt.Fprintf(&b, "  %q = %q revision %d%s\n", i.Key, i.Value, i.Revision, untilText(i.Deadline))
		}
	}
	state := stateOf(s)
	fmt.Fprintf(&b, "state %s time %d hash %016x\n", positionText(state.Applied()), state.Time(), state.Hash())
	state.Scan("", "", func(i journal.Item) bool {
		fmt.Fprintf(&b, "  %q = %q revision %d%s\n", i.Key, i.Value, i.Revision, untilText(i.Deadline))
		return true
	})
	return b.String()
}

func snapshotText(b *strings.Builder, s core.Stored) {
	fmt.Fprintf(b, "snapshot %s time %d hash %016x, %d keys\n",
		positionText(s.Snapshot.At()), s.Snapshot.Time(), s.Snapshot.Hash(), s.Snapshot.Len())
	for _, start := range s.History {
		fmt.Fprintf(b, "  epoch %s from %d\n", epochText(start.Epoch), start.First)
	}
	part, _, _ := s.Snapshot.Part(keyspace.Cursor{}, 1<<30)
	for _, i := range part.Items {
		if i.Deadline != 0 { // the others stand with the state
			fmt.Fprintf(b, "  %q = %q revision %d%s\n", i.Key, i.Value, i.Revision, untilText(i.Deadline))
		}
	}
	for _, c := range part.Clients {
		fmt.Fprintf(b, "  client %s last %d floor %d done %v\n", clientText(c.Client), c.Last, c.Floor, c.Done)
		for _, k := range c.Kept {
			fmt.Fprintf(b, "    answer %d at %s results %v\n", k.Seq, positionText(k.Position), k.Results)
		}
	}
}

func entryText(e journal.Entry) string {
	text := fmt.Sprintf("%s time %d ack %v client %s seq %d floor %d results %v",
		positionText(e.Position), e.Time, e.Ack, clientText(e.Origin.Client), e.Origin.Seq, e.Origin.Floor, e.Results)
	for _, c := range e.Changes {
		if c.Deleted {
			text += fmt.Sprintf(" delete %q", c.Key)
		} else {
			text += fmt.Sprintf(" set %q %q", c.Key, c.Value) + untilText(c.Deadline)
		}
	}
	return text
}

// untilText is of a deadline. Where there is none, nothing is said: so it was
// before there were any.
func untilText(deadline journal.Instant) string {
	if deadline == 0 {
		return ""
	}
	return fmt.Sprintf(" until %d", deadline)
}

func epochText(e journal.Epoch) string { return fmt.Sprintf("%d of %s", e.Number, e.Master.Full()) }

func positionText(p journal.Position) string {
	return fmt.Sprintf("%v of %s", p, p.Epoch.Master.Full())
}

func clientText(id journal.ClientID) string { return journal.NodeID(id).Full() }
