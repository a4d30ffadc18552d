package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

type orphansListCommand struct {
	From string `placeholder:"NODE" help:"Only what this node keeps: its name, or the beginning of its id (default: all nodes)."`
	All  bool   `help:"Also those whose write was applied after all, by a retry."`
}

// Help returns examples.
func (orphansListCommand) Help() string {
	return `Examples:

    understudy orphans list
    understudy orphans list --from brisk-otter --json

A row is a write that was rolled back: its receipt, whether it had been answered, when and by which client it was
written, the keys it changed, the position of what is in its place, and which nodes keep it.`
}

// Run prints a row for each orphan.
func (cmd *orphansListCommand) Run(ctx context.Context, sh *shell) error {
	return sh.ask(ctx, "orphans list", func(ctx context.Context, room *host.Client) error {
		options := host.OrphanOptions{All: cmd.All}
		if cmd.From != "" {
			node, err := findNode(ctx, room, cmd.From)
			if err != nil {
				return err
			}
			options.Node = node.Node
		}
		status, err := room.Presence(ctx)
		if err != nil {
			return err
		}
		if len(status.Nodes) == 0 {
			return withHint(errors.New("no node is here"), exitNobody, "understudy node starts one")
		}
		list, silent := room.Orphans(ctx, options)
		if err := cmd.print(sh, list, status.Members); err != nil {
			return err
		}
		if silent != nil {
			return withHint(silent, exitFailed, "what the others keep is listed")
		}
		return nil
	})
}

func (cmd *orphansListCommand) print(sh *shell, list []host.Orphan, members []register.Member) error {
	if sh.JSON {
		for _, o := range list {
			if err := sh.printJSON(jsonOrphan(o)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(list) == 0 {
		return sh.print("no orphans\n")
	}
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "POSITION\tBY\tACK\tANSWERED\tTIME\tCLIENT\tKEYS\tREPLACED BY\tKEPT BY")
	for _, o := range list {
		e := o.Entry
		fmt.Fprintf(table, "%v\t%v\t%v\t%s\t%s\t%v\t%s\t%s\t%s\n", e.Position, e.Position.Epoch.Master, e.Ack, answeredText(o),
			timeOf(e.Time).Format(entryTime), e.Origin.Client, keysText(e), replacedText(o), keepers(o, members))
	}
	_ = table.Flush() // into memory
	return sh.print("%s", text.String())
}

func answeredText(o host.Orphan) string {
	switch {
	case o.Superseded:
		return "retried"
	case o.Acked:
		return "yes"
	}
	return "no"
}

func replacedText(o host.Orphan) string {
	if o.Replaced.IsZero() {
		return "?"
	}
	return o.Replaced.String()
}

// keysShown is how many keys of a batch a row names.
const keysShown = 3

func keysText(e journal.Entry) string {
	changes := e.Writes()
	var keys []string
	for i, c := range changes {
		if i == keysShown {
			keys = append(keys, fmt.Sprintf("+%d", len(changes)-i))
			break
		}
		keys = append(keys, word(c.Key))
	}
	text := strings.Join(keys, " ")
	if r, ok := e.Resolves(); ok {
		text = strings.TrimSpace(fmt.Sprintf("%s (resolves %v)", text, r.Orphan))
	}
	return cmp.Or(text, "-") // a write may change nothing
}

// orphanJSON is an orphan as --json prints it.
type orphanJSON struct {
	Position   string    `json:"position"`
	By         string    `json:"by"`
	Ack        string    `json:"ack"`
	Answered   bool      `json:"answered"`
	Superseded bool      `json:"superseded"`
	Time       string    `json:"time"`
	Client     string    `json:"client"`
	Keys       []textKey `json:"keys"`
	Resolves   string    `json:"resolves,omitempty"` // the orphan whose replay it was
	ReplacedBy string    `json:"replacedBy,omitempty"`
	KeptBy     []string  `json:"keptBy"`
}

func jsonOrphan(o host.Orphan) orphanJSON {
	e := o.Entry
	line := orphanJSON{
		Position: e.Position.String(), By: e.Position.Epoch.Master.String(), Ack: e.Ack.String(),
		Answered: o.Acked, Superseded: o.Superseded, Time: timeOf(e.Time).Format(entryTime),
		Client: e.Origin.Client.String(), Keys: []textKey{}, KeptBy: idTexts(o.Nodes),
	}
	for _, c := range e.Writes() {
		line.Keys = append(line.Keys, keyJSON(c.Key))
	}
	if r, ok := e.Resolves(); ok {
		line.Resolves = r.Orphan.String()
	}
	if !o.Replaced.IsZero() {
		line.ReplacedBy = o.Replaced.String()
	}
	return line
}
