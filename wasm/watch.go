//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// watch begins a watch of the page; one with the same id ends.
func (t *tab) watch(m js.Value) {
	id := m.Get("id").Int()
	ctx, cancel := context.WithCancel(context.Background())
	t.begin(watchKey+id, cancel)
	go func() {
		err := t.follow(ctx, id, m)
		if err != nil && ctx.Err() == nil && !errors.Is(err, host.ErrClosed) {
			t.post(typed("changes").int("id", id).object("error", problemOf(err)))
		}
	}()
}

// follow posts changes until the watch ends.
func (t *tab) follow(ctx context.Context, id int, m js.Value) error {
	after, err := resolve(ctx, t.node, m.Get("from").String())
	if err != nil {
		return err
	}
	if m.Get("from").String() == "0" {
		after = core.Nowhere // before everything, and not from now on
	}
	options := host.WatchOptions{After: after, Local: m.Get("level").String() == "local"}
	for changes, err := range t.node.Watch(ctx, m.Get("prefix").String(), options) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		t.post(changesOf(id, changes))
	}
	return nil
}

// resolve reads the position a watch goes on from, or that a read must cover.
// One without the epoch's master is looked up, since two relays may have granted
// the same number.
func resolve(ctx context.Context, node *host.Node, from string) (journal.Position, error) {
	if from == "" || from == "0" {
		return journal.Position{}, nil
	}
	at, err := parsePosition(from)
	if err != nil || !at.Epoch.Master.IsZero() {
		return at, err
	}
	_, found, err := node.Verify(ctx, at)
	if err == nil && found.Epoch.Master.IsZero() {
		err = fmt.Errorf("nobody here knows a master of epoch %v, which %v is of", at.Epoch, at)
	}
	return found, err
}

func changesOf(id int, c host.Changes) object {
	by := ""
	if master := c.Through.Epoch.Master; !master.IsZero() {
		by = master.Full()
	}
	return typed("changes").int("id", id).flag("gap", c.Gap).flag("ahead", c.Ahead).flag("more", c.More).
		text("through", c.Through.String()).text("by", by).
		list("items", len(c.Items), func(i int) object { return itemOf(c.Items[i]) }).
		list("events", len(c.Events), func(i int) object { return changeOf(c.Events[i]) })
}

func changeOf(e journal.Event) object {
	var change object
	switch {
	case e.Retracted:
		change = typed("retract")
	case e.Expired:
		change = typed("expire")
	case e.Deleted:
		change = typed("delete")
	default:
		change = typed("set")
	}
	if !e.Deleted {
		change.bytes("value", e.Value)
	}
	return change.text("key", e.Key).text("revision", decimal(e.Position.Index)).text("position", e.Position.String()).
		deadline(e.Deadline)
}
