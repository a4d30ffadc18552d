//go:build js && wasm

package main

import (
	"context"
	"strconv"
	"syscall/js"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// write makes the operations of one call as one write.
func write(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	options, err := writeOptions(m)
	if err != nil {
		return object{}, err
	}
	ops, err := opsOf(m.Get("ops"))
	if err != nil {
		return object{}, err
	}
	conditions, err := conditionsOf(m.Get("conditions"))
	if err != nil {
		return object{}, err
	}
	receipt, results, err := node.Batch(ctx, ops, conditions, options)
	return receiptOf(receipt, results), err
}

func writeOptions(m js.Value) (host.WriteOptions, error) {
	ack, err := host.ParseAck(m.Get("ack").String())
	return host.WriteOptions{Ack: ack, Degrade: m.Get("degrade").Bool()}, err
}

func opsOf(list js.Value) ([]frame.Op, error) {
	ops := make([]frame.Op, list.Length())
	for i := range ops {
		op, err := opOf(list.Index(i))
		if err != nil {
			return nil, err
		}
		ops[i] = op
	}
	return ops, nil
}

func opOf(m js.Value) (frame.Op, error) {
	key := m.Get("key").String()
	switch m.Get("op").String() {
	case "set":
		return frame.Set{Key: key, Value: bytesOf(m.Get("value")), TTL: ttlOf(m)}, nil
	case "delete":
		return frame.Delete{Key: key}, nil
	case "append":
		return frame.Append{Key: key, Value: bytesOf(m.Get("value"))}, nil
	case "expire":
		return frame.Expire{Key: key, TTL: ttlOf(m)}, nil
	}
	by, err := strconv.ParseInt(m.Get("by").String(), 10, 64)
	return frame.Increment{Key: key, By: by}, err
}

func ttlOf(m js.Value) time.Duration {
	return time.Duration(m.Get("ttl").Float() * float64(time.Millisecond))
}

func conditionsOf(list js.Value) ([]frame.Condition, error) {
	conditions := make([]frame.Condition, list.Length())
	for i := range conditions {
		m := list.Index(i)
		revision, err := strconv.ParseUint(m.Get("revision").String(), 10, 64)
		if err != nil {
			return nil, err
		}
		c := frame.Condition{Key: m.Get("key").String(), Absent: m.Get("absent").Bool(), Revision: journal.Index(revision)}
		if value := m.Get("value"); !value.IsUndefined() {
			c.HasValue, c.Value = true, bytesOf(value)
		}
		conditions[i] = c
	}
	return conditions, nil
}
