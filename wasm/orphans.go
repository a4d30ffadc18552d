//go:build js && wasm

package main

import (
	"context"
	"fmt"
	"strings"
	"syscall/js"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// orphans lists what the nodes keep that answer in time: one that stands still
// must not hide the others' from the page.
func orphans(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	found, err := node.Session.Orphans(ctx, host.OrphanOptions{All: m.Get("all").Bool()})
	if len(found) == 0 && err != nil {
		return object{}, err
	}
	return newObject().list("orphans", len(found), func(i int) object { return orphanOf(found[i]) }), nil
}

func replay(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	ack, err := host.ParseAck(m.Get("ack").String())
	if err != nil {
		return object{}, err
	}
	orphan, err := findOrphan(ctx, node, m)
	if err != nil {
		return object{}, err
	}
	receipt, err := node.Replay(ctx, orphan, host.ReplayOptions{
		Force: m.Get("force").Bool(), Ack: ack, Degrade: m.Get("degrade").Bool(),
	})
	return receiptOf(receipt, nil), err
}

func discard(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	orphan, err := findOrphan(ctx, node, m)
	if err != nil {
		return object{}, err
	}
	return newObject(), node.Discard(ctx, orphan)
}

// findOrphan looks for the orphan that the page names by its position and the
// beginning of the id of that epoch's master.
func findOrphan(ctx context.Context, node *host.Node, m js.Value) (journal.Orphan, error) {
	at, err := parsePosition(m.Get("position").String())
	if err != nil {
		return journal.Orphan{}, err
	}
	found, err := node.Session.Orphans(ctx, host.OrphanOptions{At: at, All: true})
	by := m.Get("by").String()
	for _, o := range found {
		if strings.HasPrefix(o.Entry.Position.Epoch.Master.Full(), by) {
			return o.Orphan, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("no node here keeps an orphan at %v: it was replayed or discarded, or who keeps it is away", at)
	}
	return journal.Orphan{}, err
}

// orphanOf is an orphan as understudy.d.ts has it.
func orphanOf(o host.Orphan) object {
	e, replaced := o.Entry, ""
	if !o.Replaced.IsZero() {
		replaced = o.Replaced.String()
	}
	return newObject().text("position", e.Position.String()).text("by", masterOf(e.Position.Epoch)).
		text("ack", e.Ack.String()).flag("acked", o.Acked).flag("superseded", o.Superseded).text("replaced", replaced).flag("beforeKnown", o.HasBefore).
		int("at", int(time.Duration(e.Time)/time.Millisecond)).
		texts("nodes", len(o.Nodes), func(i int) string { return o.Nodes[i].String() }).
		list("changes", len(e.Changes), func(i int) object { return orphanChangeOf(o, e.Changes[i]) })
}

func orphanChangeOf(o host.Orphan, c journal.Change) object {
	change := typed("delete")
	if !c.Deleted {
		change = typed("set").bytes("value", c.Value)
	}
	for _, before := range o.Before {
		if before.Key == c.Key {
			change.bytes("before", before.Value)
		}
	}
	return change.text("key", c.Key)
}

// tellOrphans posts what was just found to be rolled back and is kept here.
func (t *tab) tellOrphans(found []journal.Orphan) {
	keeper := []journal.NodeID{t.node.State().Node}
	t.post(typed("orphans").list("orphans", len(found), func(i int) object {
		return orphanOf(host.Orphan{Orphan: found[i], Nodes: keeper})
	}))
}
