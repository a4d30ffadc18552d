//go:build js && wasm

package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"syscall/js"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// operations are the requests of the page, by the name it gives them.
var operations = map[string]func(ctx context.Context, node *host.Node, m js.Value) (map[string]any, error){
	"set":       set,
	"delete":    remove,
	"increment": increment,
	"get":       get,
	"scan":      scan,
	"verify":    verify,
	"handover":  handOver,
	"close":     leave,
}

func set(ctx context.Context, node *host.Node, m js.Value) (map[string]any, error) {
	options, err := writeOptions(m)
	if err != nil {
		return nil, err
	}
	receipt, err := node.Set(ctx, m.Get("key").String(), bytesOf(m.Get("value")), options)
	return receiptOf(receipt, 0), err
}

func remove(ctx context.Context, node *host.Node, m js.Value) (map[string]any, error) {
	options, err := writeOptions(m)
	if err != nil {
		return nil, err
	}
	n, receipt, err := node.Delete(ctx, options, m.Get("key").String())
	return receiptOf(receipt, int64(n)), err
}

func increment(ctx context.Context, node *host.Node, m js.Value) (map[string]any, error) {
	options, err := writeOptions(m)
	if err != nil {
		return nil, err
	}
	by, err := strconv.ParseInt(m.Get("by").String(), 10, 64)
	if err != nil {
		return nil, err
	}
	sum, receipt, err := node.Increment(ctx, m.Get("key").String(), by, options)
	return receiptOf(receipt, sum), err
}

func writeOptions(m js.Value) (host.WriteOptions, error) {
	ack, err := host.ParseAck(m.Get("ack").String())
	if err != nil {
		return host.WriteOptions{}, err
	}
	revision, err := strconv.ParseUint(m.Get("ifRevision").String(), 10, 64)
	return host.WriteOptions{
		Ack: ack, IfRevision: journal.Index(revision), IfAbsent: m.Get("ifAbsent").Bool(),
	}, err
}

func get(ctx context.Context, node *host.Node, m js.Value) (map[string]any, error) {
	item, err := node.Get(ctx, m.Get("key").String(), host.ReadOptions{Level: levelOf(m)})
	if errors.Is(err, host.ErrNoKey) {
		return map[string]any{"found": false}, nil
	}
	return map[string]any{
		"found": true, "value": bytesTo(item.Value), "revision": decimal(item.Revision), "position": item.Position.String(),
	}, err
}

// pageMaxBytes bounds one answer to a scan, beyond the first item: it crosses
// to the page in one piece.
const pageMaxBytes = frame.ReplyMaxBytes

func scan(ctx context.Context, node *host.Node, m js.Value) (map[string]any, error) {
	limit := m.Get("limit").Int()
	items, size, more := []any{}, 0, false
	for item, err := range node.Scan(ctx, m.Get("key").String(), host.ScanOptions{
		ReadOptions: host.ReadOptions{Level: levelOf(m)}, After: m.Get("after").String(), Limit: limit,
	}) {
		if err != nil {
			return nil, err
		}
		items = append(items, map[string]any{
			"key": item.Key, "value": bytesTo(item.Value), "revision": decimal(item.Revision),
		})
		size += len(item.Key) + len(item.Value)
		if size > pageMaxBytes || len(items) == limit {
			more = true // perhaps: the next page may be empty
			break
		}
	}
	return map[string]any{"items": items, "more": more}, nil
}

func levelOf(m js.Value) frame.Level {
	switch m.Get("level").String() {
	case "local":
		return frame.LevelLocal
	case "latest":
		return frame.LevelLatest
	}
	return frame.LevelCommitted
}

// verify answers unknown where the epoch of that number is another master's
// than the receipt names: a receipt of another history says nothing here.
func verify(ctx context.Context, node *host.Node, m js.Value) (map[string]any, error) {
	at, err := parsePosition(m.Get("position").String())
	if err != nil {
		return nil, err
	}
	verdict, found, err := node.Verify(ctx, at)
	by := m.Get("by").String()
	if master := found.Epoch.Master; by != "" && !master.IsZero() && !strings.HasPrefix(master.Full(), by) {
		verdict = frame.VerdictUnknown
	}
	return map[string]any{"verdict": verdict.String()}, err
}

func handOver(ctx context.Context, node *host.Node, m js.Value) (map[string]any, error) {
	var successor journal.NodeID
	if wanted := m.Get("node").String(); wanted != "" {
		found, err := findMember(node.State().Members, wanted)
		if err != nil {
			return nil, err
		}
		successor = found
	}
	_, err := node.HandOver(ctx, successor)
	return map[string]any{}, err
}

func leave(ctx context.Context, node *host.Node, _ js.Value) (map[string]any, error) {
	return map[string]any{}, node.Close(ctx)
}
