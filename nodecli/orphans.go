package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// orphansCommand is about the writes that a failover rolled back.
type orphansCommand struct {
	List    orphansListCommand    `cmd:"" help:"List what nodes keep of writes that were rolled back."`
	Show    orphansShowCommand    `cmd:"" help:"Show what a write has changed, what was there before, and what is there now."`
	Replay  orphansReplayCommand  `cmd:"" help:"Make rolled back writes again, where nothing newer is in their place."`
	Discard orphansDiscardCommand `cmd:"" help:"Forget rolled back writes, everywhere."`
}

// Help returns examples.
func (orphansCommand) Help() string {
	return `Examples:

    understudy orphans list
    understudy orphans show 7/1042
    understudy orphans replay 7/1042
    understudy orphans discard 7/1042

A failover may roll back writes that were acknowledged by fewer than all in-sync nodes. The nodes that had them keep them
until somebody replays or discards them.`
}

// named is an orphan as the user names it: a position, and where its epoch's
// number is not enough the beginning of the master's id.
type named struct {
	at journal.Position
	by string
}

// String returns the name as the user may write it.
func (n named) String() string {
	if n.by == "" {
		return n.at.String()
	}
	return fmt.Sprintf("%v by=%s", n.at, n.by)
}

// parseNamed reads positions, each with by= behind it or not, and so also whole
// receipts.
func parseNamed(args []string) ([]named, error) {
	var lines [][]string
	for _, w := range strings.Fields(strings.Join(args, " ")) {
		if !strings.Contains(w, "=") || len(lines) == 0 {
			lines = append(lines, nil)
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], w)
	}
	var all []named
	for _, words := range lines {
		at, by, err := parseReceipt(strings.Join(words, " "))
		if err != nil {
			return nil, err
		}
		all = append(all, named{at, by})
	}
	if len(all) == 0 {
		return nil, errors.New("which orphan? a position EPOCH/INDEX, as in 7/1042")
	}
	return all, nil
}

// find returns the one orphan that a name means, of those that present nodes keep.
func (n named) find(ctx context.Context, room *host.Client, all bool) (host.Orphan, error) {
	list, err := room.Orphans(ctx, host.OrphanOptions{At: n.at, All: all})
	list = slices.DeleteFunc(list, func(o host.Orphan) bool {
		return !strings.HasPrefix(o.Entry.Position.Epoch.Master.Full(), n.by)
	})
	switch {
	case len(list) == 1:
		return list[0], nil // a silent node does not matter then
	case len(list) > 1:
		return host.Orphan{}, &exitError{status: exitMisuse, hint: "give the whole name",
			err: fmt.Errorf("%v means %d orphans: %s", n, len(list), namesOf(list))}
	case err != nil:
		return host.Orphan{}, err
	}
	return host.Orphan{}, withHint(fmt.Errorf("no node here keeps an orphan %v", n), exitFailed,
		"understudy orphans list shows them; one that was replayed or discarded is gone")
}

func namesOf(list []host.Orphan) string {
	names := make([]string, len(list))
	for i, o := range list {
		names[i] = nameOfOrphan(o).String()
	}
	return strings.Join(names, ", ")
}

func nameOfOrphan(o host.Orphan) named {
	p := o.Entry.Position
	return named{p, p.Epoch.Master.String()}
}

// keepers names the nodes that keep an orphan.
func keepers(o host.Orphan, members []register.Member) string {
	names := make([]string, len(o.Nodes))
	for i, id := range o.Nodes {
		names[i] = id.String()
		for _, m := range members {
			if m.Node == id && m.Name != "" {
				names[i] = word(m.Name)
			}
		}
	}
	return strings.Join(names, ",")
}
