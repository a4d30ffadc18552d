package sim

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/understudy-dev/understudy/core/frame"
)

// linearizeWithin is the limit of the check; it takes microseconds.
const linearizeWithin = 20 * time.Second

// checkLinearizable gives what the users saw at level latest, with the writes
// that are in the history, to Porcupine: one object per key.
//
// The committed history is the witness of what happened to each write: one
// that is not in it never happened (that it is accounted for as an orphan is
// checked elsewhere), and one that nobody answered happened before it was
// committed. So no outcome is unknown to the checker.
func (w *World) checkLinearizable() {
	if w.god.unclean > 0 {
		return // what was acknowledged may be lost, and a loss record says so
	}
	var operations []porcupine.Operation
	for i, u := range w.users {
		for k, c := range u.calls {
			operations = append(operations, w.operationsOf(i*100_000+k, c)...)
		}
	}
	operations = append(operations, w.resolutions()...)
	w.linearized = len(operations)
	if porcupine.CheckOperationsTimeout(keyModel, operations, linearizeWithin) != porcupine.Ok {
		w.failf("linearizable", "%d operations at level latest are in no order that explains them: %s", len(operations), w.culprit(operations))
	}
}

// culprit names the keys whose operations do not fit.
func (w *World) culprit(operations []porcupine.Operation) string {
	bad := ""
	for _, part := range keyModel.Partition(operations) {
		if porcupine.CheckOperationsTimeout(keyModel, part, linearizeWithin) != porcupine.Ok {
			bad += " " + part[0].Input.(keyInput).key
		}
	}
	return bad
}

// keyInput is one operation on one key; keyOutput what it saw.
type keyInput struct {
	key  string
	op   frame.Op         // nil for a read
	when *frame.Condition // held before; nil for none
}

type keyOutput struct {
	exists bool
	value  string
	number int64 // the result of an increment, delete or append
}

// operationsOf turns a call into operations of single keys. Every call counts
// as a client of its own: some overlap with others of the same user.
func (w *World) operationsOf(client int, c *call) []porcupine.Operation {
	operation := porcupine.Operation{ClientId: client, Call: int64(c.began) * 2, Return: math.MaxInt64}
	switch asked := c.asked.(type) {
	case frame.Read:
		if asked.Level != frame.LevelLatest || c.read == nil || c.read.Failure != nil || !asked.Exact || !isLasting(asked.Key) {
			return nil
		}
		out := keyOutput{}
		if len(c.read.Items) == 1 {
			out = keyOutput{exists: true, value: string(c.read.Items[0].Value)}
		}
		operation.Input, operation.Output = keyInput{key: asked.Key}, out
		operation.Return = int64(c.ended)*2 + 1
		return []porcupine.Operation{operation}
	case frame.Write:
		if c.client != c.user.client && isResolution(asked) {
			return nil // see resolutions
		}
		k := w.god.origins[origin{c.client, asked.Origin.Seq}]
		if k == nil {
			return nil
		}
		operation.Return = max(operation.Call, int64(k.committedAt)*2) + 1
		if c.written != nil && c.written.Failure == nil {
			operation.Return = min(operation.Return, int64(c.ended)*2+1)
		}
		return w.writesOf(operation, asked, k)
	}
	return nil
}

// isLasting reports whether a key never has a deadline. What time does to the
// others is checked where an entry is made, and by the position of each read.
func isLasting(key string) bool { return len(key) > 0 && key[0] == 'k' }

func isResolution(w frame.Write) bool {
	_, is := w.Ops[len(w.Ops)-1].(frame.Resolve)
	return is
}

// resolutions are the replays in the history. Many may have asked for one, and
// in more than one way: it is what its entry says, and happened after the orphan
// was made.
func (w *World) resolutions() []porcupine.Operation {
	var all []porcupine.Operation
	for i, k := range w.god.commits {
		r, is := k.entry.Resolves()
		if !is {
			continue
		}
		asked := frame.Write{}
		for _, c := range k.entry.Writes() {
			var op frame.Op = frame.Set{Key: c.Key, Value: c.Value}
			if c.Deleted {
				op = frame.Delete{Key: c.Key}
			}
			asked.Ops = append(asked.Ops, op)
		}
		operation := porcupine.Operation{
			ClientId: 1<<30 + i, Call: int64(w.god.askedAt[originOf(r.Origin())]) * 2, Return: int64(k.committedAt)*2 + 1,
		}
		all = append(all, w.writesOf(operation, asked, k)...)
	}
	return all
}

func (w *World) writesOf(operation porcupine.Operation, asked frame.Write, k *known) []porcupine.Operation {
	var all []porcupine.Operation
	for i, op := range asked.Ops {
		in, out := keyInput{op: op}, keyOutput{number: k.entry.Results[i]}
		switch op := op.(type) {
		case frame.Set:
			in.key = op.Key
		case frame.Delete:
			in.key = op.Key
		case frame.Increment:
			in.key = op.Key
		case frame.Append:
			in.key = op.Key
		case frame.Expire, frame.Resolve: // of no key that lasts
		}
		if !isLasting(in.key) {
			continue
		}
		if len(asked.Conditions) == 1 && asked.Conditions[0].Key == in.key && asked.Conditions[0].Revision == 0 {
			in.when = &asked.Conditions[0]
		}
		operation.Input, operation.Output = in, out
		all = append(all, operation)
	}
	return all
}

// keyModel is one key: absent, or a value.
var keyModel = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		var keys []string
		parts := map[string][]porcupine.Operation{}
		for _, o := range history {
			key := o.Input.(keyInput).key
			if _, found := parts[key]; !found {
				keys = append(keys, key)
			}
			parts[key] = append(parts[key], o)
		}
		slices.Sort(keys)
		all := make([][]porcupine.Operation, len(keys))
		for i, key := range keys {
			all[i] = parts[key]
		}
		return all
	},
	Init: func() any { return keyOutput{} },
	Step: func(state, input, output any) (bool, any) {
		return stepKey(state.(keyOutput), input.(keyInput), output.(keyOutput))
	},
}

func stepKey(s keyOutput, in keyInput, out keyOutput) (bool, any) {
	if c := in.when; c != nil {
		if c.Absent && s.exists || c.HasValue && (!s.exists || !bytes.Equal([]byte(s.value), c.Value)) {
			return false, s
		}
	}
	switch op := in.op.(type) {
	case frame.Set:
		return true, keyOutput{exists: true, value: string(op.Value)}
	case frame.Delete:
		return out.number == 1 == s.exists, keyOutput{}
	case frame.Increment:
		n, _ := strconv.ParseInt(s.value, 10, 64)
		n += op.By
		return out.number == n, keyOutput{exists: true, value: strconv.FormatInt(n, 10)}
	case frame.Append:
		value := s.value + string(op.Value)
		return out.number == int64(len(value)), keyOutput{exists: true, value: value}
	case frame.Expire, frame.Resolve:
	}
	return s.exists == out.exists && s.value == out.value, s
}
