//go:build js && wasm

package main

import (
	"context"
	"errors"
	"strings"
	"syscall/js"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// operations are the requests of the page, by the name it gives them.
var operations = map[string]func(ctx context.Context, node *host.Node, m js.Value) (object, error){
	"write":     write,
	"get":       get,
	"scan":      scan,
	"verify":    verify,
	"handover":  handOver,
	"takeover":  takeOver,
	"settings":  settings,
	"configure": configure,
	"orphans":   orphans,
	"replay":    replay,
	"discard":   discard,
	"close":     leave,
}

func get(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	options, err := readOptions(ctx, node, m)
	if err != nil {
		return object{}, err
	}
	item, err := node.Get(ctx, m.Get("key").String(), options)
	if errors.Is(err, host.ErrNoKey) {
		return newObject().flag("found", false), nil
	}
	return newObject().flag("found", true).bytes("value", item.Value).
		text("revision", decimal(item.Revision)).text("position", item.Position.String()).flag("dirty", item.Dirty).
		deadline(item.Deadline), err
}

// pageMaxBytes bounds one answer to a scan, beyond the first item: it crosses
// to the page in one piece.
const pageMaxBytes = frame.ReplyMaxBytes

func scan(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	options, err := readOptions(ctx, node, m)
	if err != nil {
		return object{}, err
	}
	limit := m.Get("limit").Int()
	var items []journal.Item
	size, more := 0, false
	for item, err := range node.Scan(ctx, m.Get("key").String(), host.ScanOptions{
		ReadOptions: options, After: m.Get("behind").String(), Limit: limit,
	}) {
		if err != nil {
			return object{}, err
		}
		items = append(items, item)
		size += len(item.Key) + len(item.Value)
		if size > pageMaxBytes || len(items) == limit {
			more = true // perhaps: the next page may be empty
			break
		}
	}
	return newObject().flag("more", more).list("items", len(items), func(i int) object { return itemOf(items[i]) }), nil
}

func itemOf(i journal.Item) object {
	return newObject().text("key", i.Key).bytes("value", i.Value).text("revision", decimal(i.Revision)).deadline(i.Deadline)
}

func readOptions(ctx context.Context, node *host.Node, m js.Value) (host.ReadOptions, error) {
	least, err := resolve(ctx, node, m.Get("least").String())
	return host.ReadOptions{Level: levelOf(m), Least: least}, err
}

func levelOf(m js.Value) frame.Level {
	level, ok := frame.ParseLevel(m.Get("level").String())
	if !ok {
		return frame.LevelCommitted
	}
	return level
}

// verify answers orphaned where what is kept at the position is of another
// master than the receipt names: what the receipt is about is not there.
func verify(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	at, err := parsePosition(m.Get("position").String())
	if err != nil {
		return object{}, err
	}
	verdict, found, err := node.Verify(ctx, at)
	by := m.Get("by").String()
	if verdict == frame.VerdictKept && !strings.HasPrefix(found.Epoch.Master.Full(), by) {
		verdict = frame.VerdictOrphaned
	}
	return newObject().text("verdict", verdict.String()), err
}

func handOver(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	var successor journal.NodeID
	if wanted := m.Get("node").String(); wanted != "" {
		found, err := findMember(node.State().Members, wanted)
		if err != nil {
			return object{}, err
		}
		successor = found
	}
	_, err := node.HandOver(ctx, successor)
	return newObject(), err
}

func leave(ctx context.Context, node *host.Node, _ js.Value) (object, error) {
	return newObject(), node.Close(ctx)
}
