package sim

import (
	"bytes"
	"hash"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/room"
)

// trace writes every input and effect as a line, hashes the lines, and keeps
// the newest ones for the report of a failure.
type trace struct {
	text   text
	digest hash.Hash64
	tail   [][]byte // a ring
	next   int      // where the next line goes
	began  journal.Instant
	out    io.Writer // gets every line; nil for none
	script *script   // of a scenario; nil in a run
}

// tailLines is how many lines a failure shows.
const tailLines = 150

func newTrace(n *names, began journal.Instant, out io.Writer) *trace {
	return &trace{
		text:   text{names: n, full: true},
		digest: fnv.New64a(),
		tail:   make([][]byte, tailLines),
		began:  began,
		out:    out,
	}
}

// line begins a line about who at a moment.
func (t *trace) line(at journal.Instant, who string) *text {
	t.text.reset().int(int64(at.Sub(t.began)/time.Microsecond)).say(" ", who, " ")
	return &t.text
}

// end puts the line away.
func (t *trace) end() {
	t.text.buf = append(t.text.buf, '\n')
	_, _ = t.digest.Write(t.text.buf)
	t.tail[t.next] = append(t.tail[t.next][:0], t.text.buf...)
	t.next = (t.next + 1) % len(t.tail)
	if t.out != nil {
		_, _ = t.out.Write(t.text.buf)
	}
}

// note writes a line that is no input of anybody: a fault, a change of phase.
func (t *trace) note(at journal.Instant, who string, words ...string) {
	if t.script != nil && who == "god" {
		t.script.say(words...)
	}
	t.line(at, who).say(words...)
	t.end()
}

// tell is a note that a scenario shows too.
func (t *trace) tell(at journal.Instant, who string, words ...string) {
	if t.script != nil {
		t.script.say(who, " ", strings.Join(words, ""))
	}
	t.note(at, who, words...)
}

// step writes an input and its effects.
func (t *trace) step(at journal.Instant, who string, in core.Input, effects []core.Effect) {
	if t.script != nil {
		t.script.step(who, in, effects)
	}
	t.line(at, who).input(in)
	t.end()
	for _, e := range effects {
		t.text.reset().say("  ").effect(e)
		t.end()
	}
}

// newest returns the last lines, oldest first.
func (t *trace) newest() []string {
	var lines []string
	for _, l := range slices.Concat(t.tail[t.next:], t.tail[:t.next]) {
		if len(l) > 0 {
			lines = append(lines, string(bytes.TrimRight(l, "\n")))
		}
	}
	return lines
}

// relayStep writes an input and the effects of the relay.
func (t *trace) relayStep(at journal.Instant, in room.Input, effects []room.Effect, names connNames) {
	if t.script != nil {
		t.script.relayStep(effects, names)
	}
	t.line(at, "relay").roomInput(in, names)
	t.end()
	for _, e := range effects {
		t.text.reset().say("  ").roomEffect(e, names)
		t.end()
	}
}
