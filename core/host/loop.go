package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// loop is the goroutine that owns the machine, and everything only it touches.
type loop struct {
	runner  *runner
	machine machine
	clock   *clock
	log     Logger

	calls  calls
	inputs []core.Input // of the step that is being gathered
	looks  []look       // to be let in after it
	over   bool         // no step follows

	timer  *time.Timer
	wakeAt journal.Instant // zero: no wake was asked for

	// The newest connection.
	conn      uint64
	link      Link       // nil without one
	welcome   bool       // the relay has welcomed us on it
	greetings []greeting // wait for that
	lost      error
	known     register.Register // the newest value the relay has told

	writer  *writer // nil for memory, and for a client
	memory  *Memory // nil unless the storage is one
	stored  uint64  // the newest Store that memory has taken and the machine has not been told of
	refused refusals
	shown   core.Status // the newest that others have seen
}

func newLoop(r *runner) *loop {
	l := &loop{
		runner: r, machine: r.config.machine, clock: newClock(), log: r.config.log,
		calls: newCalls(r.config.client), timer: time.NewTimer(time.Hour), refused: refusals{},
	}
	l.timer.Stop()
	switch storage := r.config.storage.(type) {
	case nil:
	case *Memory:
		l.memory = storage
	default:
		l.writer = newWriter(storage, r)
	}
	return l
}

// run steps the machine until it is over: each time with everything that waits,
// so that a burst of writes becomes one append and one frame.
func (l *loop) run() {
	defer l.timer.Stop()
	for !l.over {
		select {
		case e := <-l.runner.events:
			l.enter(e)
		case <-l.timer.C:
		}
		l.drain()
		l.step()
		l.answerLooks()
	}
	l.closeLink("left")
	last := l.machine.Status()
	last.Role, last.Open, last.Connected, last.Seated = frame.RoleOffline, false, false, false
	l.show(last)
}

// drain takes what waits already, up to eventsMax inputs in all.
func (l *loop) drain() {
	for len(l.inputs) < eventsMax && !l.over {
		select {
		case e := <-l.runner.events:
			l.enter(e)
		default:
			return
		}
	}
}

// answerLooks lets in who asked to see the machine while the step was gathered: what
// came before the question must be in what they see.
func (l *loop) answerLooks() {
	for _, see := range l.looks {
		see(l.machine)
	}
	clear(l.looks)
	l.looks = l.looks[:0]
}

func (l *loop) enter(e event) {
	if in := e.enter(l); in != nil {
		l.inputs = append(l.inputs, in)
	}
}

// step gives the machine what was gathered.
func (l *loop) step() {
	if l.over {
		return
	}
	now := l.clock.now()
	if l.wakeAt != 0 {
		if now >= l.wakeAt {
			l.wakeAt = 0
			l.inputs = append(l.inputs, core.Wake{})
		} else if len(l.inputs) == 0 {
			l.timer.Reset(l.wakeAt.Sub(now)) // fired by a clock that runs ahead of ours
		}
	}
	switch len(l.inputs) {
	case 0:
		return
	case 1:
		l.perform(l.machine.Step(now, l.inputs[0]))
	default:
		l.perform(l.machine.Step(now, core.Batch{Inputs: l.inputs}))
	}
	clear(l.inputs)
	l.inputs = l.inputs[:0]
	// Memory has stored already: no need to wait for the next turn.
	for l.stored != 0 && !l.over {
		seq := l.stored
		l.stored = 0
		l.perform(l.machine.Step(now, core.Persisted{Seq: seq}))
	}
	l.show(l.machine.Status())
}

// show puts the status up for others, and tells the log of a new role.
func (l *loop) show(s core.Status) {
	if l.runner.config.board == nil {
		return
	}
	l.runner.config.board.show(s)
	if s.Role != l.shown.Role || s.Epoch != l.shown.Epoch {
		l.log.say(LogInfo, "role", keyNode, s.Node, keyRole, s.Role, keyEpoch, s.Epoch)
	}
	l.shown = s
}

// see keeps what the loop must know of the relay to explain failures.
func (l *loop) see(f frame.Frame) {
	switch f := any(f).(type) { // the other frames are the machine's alone
	case frame.Welcome:
		l.welcome, l.known = true, f.Register
		l.greet()
		select {
		case <-l.runner.welcome:
		default:
			close(l.runner.welcome)
		}
	case frame.Changed:
		l.known = f.Register
	case frame.Refused:
		l.lost = &frame.Failure{Code: f.Code, Text: f.Text}
	case frame.Joined:
		l.log.say(passage(f.Member), "joined", keyNode, f.Member.Node, keyName, f.Member.Name)
	case frame.Left:
		for _, m := range l.machine.Status().Members {
			if m.Node == f.Node {
				l.log.say(passage(m), "left", keyNode, f.Node, keyReason, f.Reason)
			}
		}
	}
}

// passage is how loud a coming or going is: each command of the command line is
// a client for a moment.
func passage(m register.Member) LogLevel {
	if m.HasCopy() {
		return LogInfo
	}
	return LogDebug
}

// whyUnanswered says how a request ended that nobody answered in time.
func (l *loop) whyUnanswered(c *call, cause error) error {
	_, isWrite := c.request.(frame.Write)
	switch {
	case l.welcome && isOrder(c.request):
		// It was sent as soon as there was a relay.
		return fmt.Errorf("%w: %w", &frame.Failure{
			Code: frame.CodeOutcomeUnknown, Text: "the relay was asked, and its answer did not come",
		}, cause)
	case isWrite && c.sent:
		return fmt.Errorf("%w: %w", &frame.Failure{
			Code: frame.CodeOutcomeUnknown, Position: c.position,
			Text: "the write was sent, and its acknowledgement did not come",
		}, cause)
	case !l.welcome && l.lost != nil:
		return fmt.Errorf("%w: %w (%w)", ErrNoRelay, l.lost, cause)
	case !l.welcome:
		return fmt.Errorf("%w: %w", ErrNoRelay, cause)
	case l.known.Epoch.Master.IsZero() || l.whyNoMaster() != "":
		return fmt.Errorf("%w: %w", l.withMissing(noMaster), cause)
	case isWrite:
		return fmt.Errorf("%w that takes writes: %w", ErrNoMaster, cause)
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrTimeout, cause)
	}
	return cause
}

// answerAll ends every request after the last step.
func (l *loop) answerAll() {
	l.calls.finishAll(func(c *call) error {
		if c.sent {
			return l.whyUnanswered(c, l.runner.whyEnded())
		}
		return l.runner.whyEnded()
	})
}
