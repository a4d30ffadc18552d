package core

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
)

// errands holds the application's requests to the relay: Configure and
// TakeOver. Each is sent once, as soon as the relay has welcomed this peer, and
// answered by an Answer with the application's number. Where the connection goes
// before the relay has answered, nobody can say here whether the change was made:
// the Answer is OUTCOME_UNKNOWN. Both are made at one version of the register
// only, so to ask the same again at the same version is safe.
type errands struct{ open []*errand }

// errand is one request to the relay.
type errand struct {
	frame frame.Frame // as the application asked it
	sent  uint64      // its number at the relay; 0 while it has not been sent
}

// isErrand reports whether a request is the relay's to answer.
func isErrand(f frame.Frame) bool {
	switch f.(type) {
	case frame.Configure, frame.TakeOver:
		return true
	}
	return false
}

// numbered returns the application's number of an errand, and the frame under
// another one.
func numbered(f frame.Frame, number uint64) (own uint64, other frame.Frame) {
	switch f := f.(type) {
	case frame.Configure:
		own, f.Request = f.Request, number
		return own, f
	case frame.TakeOver:
		own, f.Request = f.Request, number
		return own, f
	}
	return 0, f
}

func (e *errands) add(f frame.Frame) { e.open = append(e.open, &errand{frame: f}) }

// due returns what is to be sent to the relay now.
func (e *errands) due(l *lobby) []frame.Frame {
	var out []frame.Frame
	for _, r := range e.open {
		if r.sent == 0 && l.welcome {
			r.sent = l.nextRequest()
			_, f := numbered(r.frame, r.sent)
			out = append(out, f)
		}
	}
	return out
}

// answer takes the relay's answer to an errand and returns what the application
// gets; nil if it answers something else.
func (e *errands) answer(f frame.Answer) []frame.Frame {
	return e.end(func(r *errand) bool { return r.sent == f.Request && r.sent != 0 }, f)
}

// lose ends what was sent by a connection that is gone.
func (e *errands) lose() []frame.Frame {
	return e.end(func(r *errand) bool { return r.sent != 0 }, frame.Answer{
		Code: frame.CodeOutcomeUnknown, Text: "the connection to the relay went before its answer came",
	})
}

// abandon ends everything: this peer goes.
func (e *errands) abandon(why string) []frame.Frame {
	answers := e.lose()
	return append(answers, e.end(func(*errand) bool { return true }, frame.Answer{Code: frame.CodeNotMaster, Text: why})...)
}

// end takes out the errands that over is true for and gives them an answer.
func (e *errands) end(over func(*errand) bool, answer frame.Answer) []frame.Frame {
	var answers []frame.Frame
	e.open = slices.DeleteFunc(e.open, func(r *errand) bool {
		if !over(r) {
			return false
		}
		answer.Request, _ = numbered(r.frame, 0)
		answers = append(answers, answer)
		return true
	})
	return answers
}

// forget drops an errand that nobody waits for. One that was sent may still be
// done.
func (e *errands) forget(f frame.Frame) {
	number, _ := numbered(f, 0)
	e.end(func(r *errand) bool {
		own, _ := numbered(r.frame, 0)
		return own == number
	}, frame.Answer{})
}

// onAnswered takes an answer of the relay: to the application, or to this node's
// own part in the room.
func (n *Node) onAnswered(f frame.Answer) {
	if answers := n.errands.answer(f); len(answers) > 0 {
		n.answerAll(answers)
		return
	}
	n.onRelayAnswer(f)
}

func (n *Node) sendErrands() {
	for _, f := range n.errands.due(&n.lobby) {
		n.send(frame.ToRelay(), f)
	}
}
