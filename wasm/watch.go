//go:build js && wasm

package main

import (
	"context"
	"errors"
	"syscall/js"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// watch begins a watch of the page; one with the same id ends.
func (t *tab) watch(m js.Value) {
	id := m.Get("id").Int()
	ctx, cancel := context.WithCancel(context.Background())
	t.begin(watchKey+id, cancel)
	go func() {
		err := t.follow(ctx, id, m.Get("prefix").String(), m.Get("from").String())
		if err != nil && ctx.Err() == nil && !errors.Is(err, host.ErrClosed) {
			t.post(typed("changes").int("id", id).object("error", problemOf(err)))
		}
	}()
}

// follow posts changes until the watch ends.
func (t *tab) follow(ctx context.Context, id int, prefix, from string) error {
	after, err := t.resolve(ctx, from)
	if err != nil {
		return err
	}
	for changes, err := range t.node.Watch(ctx, prefix, host.WatchOptions{After: after}) {
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

// resolve reads the position a watch goes on from. One without the epoch's
// master is looked up, since two relays may have granted the same number.
func (t *tab) resolve(ctx context.Context, from string) (journal.Position, error) {
	if from == "" || from == "0" {
		return journal.Position{}, nil
	}
	at, err := parsePosition(from)
	if err != nil || !at.Epoch.Master.IsZero() {
		return at, err
	}
	_, at, err = t.node.Verify(ctx, at)
	return at, err
}

func changesOf(id int, c host.Changes) object {
	by := ""
	if master := c.Through.Epoch.Master; !master.IsZero() {
		by = master.Full()
	}
	return typed("changes").int("id", id).flag("gap", c.Gap).text("through", c.Through.String()).text("by", by).
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
	return change.text("key", e.Key).text("revision", decimal(e.Position.Index)).text("position", e.Position.String())
}
