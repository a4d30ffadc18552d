//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// JavaScript's numbers are exact up to 2^53 only: what has 64 bits crosses as
// decimal text, and positions in their own form.

func decimal[N ~uint64](n N) string { return strconv.FormatUint(uint64(n), 10) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// bytesOf copies a Uint8Array.
func bytesOf(array js.Value) []byte {
	b := make([]byte, array.Get("length").Int())
	js.CopyBytesToGo(b, array)
	return b
}

// receiptOf is a receipt and the numbers that its operations gave.
func receiptOf(r host.Receipt, results []int64) object {
	return newObject().text("position", r.Position.String()).text("by", masterOf(r.Position.Epoch)).
		text("revision", decimal(r.Position.Index)).text("ack", r.Ack.String()).
		int("copies", int(r.Copies)).int("durable", int(r.Durable)).
		texts("results", len(results), func(i int) string { return strconv.FormatInt(results[i], 10) })
}

// masterOf is the id of an epoch's master as people see it, or nothing.
func masterOf(e journal.Epoch) string {
	if e.Master.IsZero() {
		return ""
	}
	return e.Master.String()
}

// parsePosition reads EPOCH/INDEX, with a space and the whole id of the epoch's
// master behind it where that is known.
func parsePosition(text string) (journal.Position, error) {
	bare, master, known := strings.Cut(text, " ")
	number, index, ok := strings.Cut(bare, "/")
	n, err := strconv.ParseUint(number, 10, 64)
	i, err2 := strconv.ParseUint(index, 10, 64)
	if !ok || err != nil || err2 != nil {
		return journal.Position{}, fmt.Errorf("%.40q is no position: a position is EPOCH/INDEX", text)
	}
	p := journal.Position{Epoch: journal.Epoch{Number: journal.EpochNumber(n)}, Index: journal.Index(i)}
	if known {
		p.Epoch.Master, err = journal.ParseNodeID(master)
	}
	return p, err
}

// findMember finds a node with a copy by its name or the beginning of its id.
func findMember(members []register.Member, wanted string) (journal.NodeID, error) {
	var found []register.Member
	for _, m := range members {
		if m.HasCopy() && (m.Name == wanted || strings.HasPrefix(m.Node.Full(), wanted)) {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 1:
		return found[0].Node, nil
	case 0:
		return journal.NodeID{}, fmt.Errorf("no node here is called %.40q", wanted)
	}
	return journal.NodeID{}, fmt.Errorf("%d nodes here are called %.40q: name one by its id", len(found), wanted)
}

// answer is the message that ends a request.
func answer(id int, result object, err error) object {
	if err != nil {
		return typed("answer").int("id", id).object("error", problemOf(err))
	}
	return typed("answer").int("id", id).object("result", result)
}

// problemOf is an error as the SDK's UnderstudyError takes it. Where nothing
// was written and the reason is passing, the call may be made again.
func problemOf(err error) object {
	problem, code := newObject().text("text", err.Error()), "REFUSED"
	failure, failed := errors.AsType[*frame.Failure](err)
	switch {
	case errors.Is(err, host.ErrNoRelay):
		code = "NO_MASTER"
	case failed:
		code = failureCode(failure.Code)
		if failure.Code == frame.CodeBusy || failure.Code == frame.CodeRetry {
			problem.flag("retryable", true)
		}
		if !failure.Position.IsZero() {
			problem.text("position", failure.Position.String())
		}
	case errors.Is(err, host.ErrClosed):
		code = "CLOSED"
	case errors.Is(err, context.Canceled):
		code = "ABORTED"
	case errors.Is(err, context.DeadlineExceeded):
		code = "TIMEOUT"
	}
	return problem.text("code", code)
}

// failureCode is the word of the JavaScript API for a code. What a page can't
// act on is all one to it.
func failureCode(code frame.Code) string {
	if slices.Contains(toldCodes, code) {
		return code.String()
	}
	return "REFUSED"
}

var toldCodes = []frame.Code{
	frame.CodeNotEnoughReplicas, frame.CodeOutcomeUnknown, frame.CodeNotMaster,
	frame.CodeConflict, frame.CodeTooLarge, frame.CodeTimeout, frame.CodeSessionCut,
}
