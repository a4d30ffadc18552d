package sim

import (
	"bytes"
	"strings"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/room"
)

// script writes what a reader of a scenario wants to see of a step: who got
// what, and below it what the node does about it. Alarms, pings and inputs that
// change nothing are left out.
type script struct {
	text text
	out  bytes.Buffer
	mute bool
}

func newScript(n *names) *script { return &script{text: text{names: n}} }

// say writes a line. Identities in the words of others get their names.
func (s *script) say(words ...string) {
	line := strings.Join(words, "")
	for _, id := range s.text.names.all {
		line = strings.ReplaceAll(line, id.String(), s.text.names.of(id))
	}
	s.out.WriteString(line)
	s.out.WriteByte('\n')
}

// take returns what was written since the last time.
func (s *script) take() string {
	said := s.out.String()
	s.out.Reset()
	return said
}

func (s *script) step(who string, in core.Input, effects []core.Effect) {
	if s.mute {
		return
	}
	var lines [][]byte
	for _, e := range effects {
		if isShown(e) {
			lines = append(lines, bytes.Clone(s.text.reset().effect(e).buf))
		}
	}
	if header := s.header(who, in, len(lines) > 0); header != "" {
		s.say(header)
	}
	for _, l := range lines {
		s.say("  ", string(bytes.ReplaceAll(l, []byte("\n"), []byte("\n  "))))
	}
}

func isShown(e core.Effect) bool {
	switch e := e.(type) {
	case core.WakeAt:
		return false
	case core.Send:
		_, pong := e.Frame.(frame.Pong)
		return !pong
	case core.Store, core.Replied, core.Orphaned, core.Refuse, core.Disconnect, core.Alarm, core.Stop, core.Gone:
	}
	return true
}

// header introduces the effects of an input. What the command itself says is
// not said again.
func (s *script) header(who string, in core.Input, acted bool) string {
	switch in := in.(type) {
	case core.Received:
		if _, ping := in.Frame.(frame.Ping); ping && !acted {
			return ""
		}
		return string(s.text.reset().say(who, " ").input(in).buf)
	case core.Wake:
		if acted {
			return who + " wakes"
		}
	case core.Persisted:
		if acted {
			return who + " has stored it"
		}
	case core.Connected, core.Disconnected:
		if acted {
			return string(s.text.reset().say(who, " ").input(in).buf)
		}
	case core.Batch, core.StoreFailed, core.Asked, core.Forget, core.Appeared, core.Leave:
	}
	return ""
}

// relayStep shows what the relay stores and refuses; what it sends is shown
// where it arrives.
func (s *script) relayStep(effects []room.Effect, names connNames) {
	if s.mute {
		return
	}
	for _, e := range effects {
		switch e := e.(type) {
		case room.Store:
			s.say("relay: ", string(s.text.reset().register(e.Register).buf))
		case room.Refuse:
			s.say("relay refuses ", names(e.Conn), ": ", e.Err.Error())
		case room.Send:
			if f, ok := e.Frame.(frame.Answer); ok && f.Code != frame.CodeOK {
				s.say("relay to ", names(e.Conn), ": ", string(s.text.reset().frame(journal.Epoch{}, f).buf))
			}
		case room.Close:
			s.say("relay closes ", names(e.Conn), ": ", e.Code.String())
		case room.Pass, room.WakeAt:
		}
	}
}
