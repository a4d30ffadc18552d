package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

type orphansShowCommand struct {
	Position []string `arg:"" help:"Which one: EPOCH/INDEX, or its receipt."`
}

// Help returns examples.
func (orphansShowCommand) Help() string {
	return `Examples:

    understudy orphans show 7/1042
    understudy orphans show 7/1042 by=k3mf9x2p --json

For each key it prints what was there before the write, what the write made of it, and what is there now;
behind "until" stands when it was to end, if it was.`
}

// keyOfOrphan is one key of an orphan at three moments. Nil values: it was not
// there.
type keyOfOrphan struct {
	key                   string
	before, orphaned, now *journal.Item
	beforeKnown, nowKnown bool
}

// Run prints the orphan's receipt and its keys.
func (cmd *orphansShowCommand) Run(ctx context.Context, sh *shell) error {
	which, err := parseNamed(cmd.Position)
	if err != nil || len(which) != 1 {
		return misused("orphans show: %w", errors.Join(err, oneOnly(which)))
	}
	return sh.ask(ctx, "orphans show "+which[0].String(), func(ctx context.Context, room *host.Client) error {
		o, err := which[0].find(ctx, room, true)
		if err != nil {
			return err
		}
		keys := keysOfOrphan(o)
		for i := range keys {
			item, err := room.Get(ctx, keys[i].key, host.ReadOptions{Level: frame.LevelLatest})
			switch {
			case err == nil:
				keys[i].now, keys[i].nowKnown = &item.Item, true
			case errors.Is(err, host.ErrNoKey):
				keys[i].nowKnown = true
			default:
				return err
			}
		}
		return cmd.print(ctx, sh, room, o, keys)
	})
}

func oneOnly(which []named) error {
	if len(which) > 1 {
		return fmt.Errorf("one position, not %d", len(which))
	}
	return nil
}

// keysOfOrphan lists the keys that an orphan changed, each as its last change left it.
func keysOfOrphan(o host.Orphan) []keyOfOrphan {
	var keys []keyOfOrphan
	at := map[string]int{}
	for _, c := range o.Entry.Writes() {
		i, again := at[c.Key]
		if !again {
			i = len(keys)
			at[c.Key] = i
			keys = append(keys, keyOfOrphan{key: c.Key, beforeKnown: o.HasBefore})
		}
		keys[i].orphaned = nil
		if !c.Deleted {
			keys[i].orphaned = &journal.Item{Key: c.Key, Value: c.Value, Deadline: c.Deadline}
		}
	}
	for i := range o.Before {
		if k, touched := at[o.Before[i].Key]; touched {
			keys[k].before = &o.Before[i]
		}
	}
	return keys
}

func (cmd *orphansShowCommand) print(ctx context.Context, sh *shell, room *host.Client, o host.Orphan, keys []keyOfOrphan) error {
	if sh.JSON {
		line := shownJSON{orphanJSON: jsonOrphan(o), Changes: []shownKeyJSON{}}
		for _, k := range keys {
			line.Changes = append(line.Changes, shownKeyJSON{
				keyJSON(k.key), itemJSON(k.before), itemJSON(k.orphaned), itemJSON(k.now), k.beforeKnown,
			})
		}
		return sh.printJSON(line)
	}
	status, err := room.Presence(ctx)
	if err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%v ack=%v answered=%s client=%v at=%s replaced-by=%s kept-by=%s\n", nameOfOrphan(o), o.Entry.Ack, answeredText(o),
		o.Entry.Origin.Client, timeOf(o.Entry.Time).Format(entryTime), replacedText(o), keepers(o, status.Members))
	if r, ok := o.Entry.Resolves(); ok {
		fmt.Fprintf(&text, "it was to resolve %v\n", r.Orphan)
	}
	for _, k := range keys {
		fmt.Fprintf(&text, "%s\n  before    %s\n  orphaned  %s\n  now       %s\n", word(k.key),
			itemText(k.before, k.beforeKnown), itemText(k.orphaned, true), itemText(k.now, k.nowKnown))
	}
	return sh.print("%s", text.String())
}

// itemText is a value on a line of its own. Words in brackets are no value: one
// that looks like them is quoted.
func itemText(item *journal.Item, known bool) string {
	switch {
	case !known:
		return "(not known)"
	case item == nil:
		return "(not there)"
	}
	text := valueText(item.Value)
	if strings.HasPrefix(text, "(") {
		text = fmt.Sprintf("%q", text)
	}
	if at := deadlineText(item.Deadline); at != "" {
		text += "  until=" + at
	}
	return text
}

// shownJSON is an orphan with its keys.
type shownJSON struct {
	orphanJSON
	Changes []shownKeyJSON `json:"changes"`
}

// shownKeyJSON is one key; what was not there is null.
type shownKeyJSON struct {
	textKey
	Before      *shownItemJSON `json:"before"`
	Orphaned    *shownItemJSON `json:"orphaned"`
	Now         *shownItemJSON `json:"now"`
	BeforeKnown bool           `json:"beforeKnown"`
}

// shownItemJSON is a value, and the moment at which the key ends if it does.
type shownItemJSON struct {
	textValue
	Deadline string `json:"deadline,omitempty"`
}

func itemJSON(item *journal.Item) *shownItemJSON {
	if item == nil {
		return nil
	}
	return &shownItemJSON{valueJSON(item.Value), deadlineText(item.Deadline)}
}
