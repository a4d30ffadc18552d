package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// eventsMax is how many events wait for the loop, and the most it takes into
// one step. Whoever brings more waits, a connection's reader included.
const eventsMax = 1024

// leaveGrace is how long an end waits for the last word of the node after the
// caller's context has ended.
const leaveGrace = time.Second

// machine is what a runner runs: a node or a client.
type machine interface {
	Step(now journal.Instant, in core.Input) []core.Effect
	Status() core.Status
}

// runnerConfig is what a runner needs. A client has neither board nor storage.
type runnerConfig struct {
	machine   machine
	client    journal.ClientID
	board     *board
	storage   Storage
	transport Transport
	log       Logger
	pause     Pause
}

// runner owns the goroutines of one node or client: the loop, which alone
// touches the machine, and those that wait for others: the connection, the
// storage and the callbacks.
type runner struct {
	config runnerConfig
	events chan event
	hasted chan struct{} // holds one token when the pause before an attempt is to end

	stop    context.CancelFunc // ends the connection
	welcome chan struct{}      // closed with the first Welcome
	done    chan struct{}      // closed when the loop has ended: nothing is taken any more
	ended   chan struct{}      // closed when nothing runs any more

	// Written by the loop before done is closed, and by its end before ended is.
	cause    error // why the node stopped; nil when it was wanted
	gone     bool  // it had said goodbye
	err      error // what Err says
	closeErr error // of the storage

	leaving sync.Once
}

func newRunner(config runnerConfig) *runner {
	return &runner{
		config: config, events: make(chan event, eventsMax), hasted: make(chan struct{}, 1),
		welcome: make(chan struct{}), done: make(chan struct{}), ended: make(chan struct{}),
	}
}

// start sets everything going.
func (r *runner) start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	l := newLoop(r)
	var workers sync.WaitGroup
	if l.writer != nil {
		workers.Go(l.writer.run)
	}
	if r.config.board != nil {
		workers.Go(func() { r.config.board.run(r.done) })
	}
	workers.Go(func() { newConnector(r).run(ctx) })
	go func() {
		defer close(r.ended)
		l.run()
		cancel()
		l.answerAll()
		close(r.done)
		if l.writer != nil {
			l.writer.finish()
		}
		workers.Wait()
		if r.config.storage != nil {
			r.closeErr = r.config.storage.Close()
		}
		r.err = errors.Join(r.cause, r.closeErr)
	}()
}

// post gives the loop an event, unless ctx or the loop ends first.
func (r *runner) post(ctx context.Context, e event) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	select {
	case r.events <- e:
		return nil
	case <-r.done:
		return r.endError()
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrBusy, context.Cause(ctx))
	}
}

// tellEvent gives the loop an event unless it has ended.
func (r *runner) tellEvent(e event) {
	select {
	case r.events <- e:
	case <-r.done:
	}
}

func (r *runner) tell(in core.Input) { r.tellEvent(told{in}) }

// hurry ends the connector's pause.
func (r *runner) hurry() {
	select {
	case r.hasted <- struct{}{}:
	default:
	}
}

// endError is the error of a request after the loop has ended.
func (r *runner) endError() error {
	<-r.done
	return r.whyEnded()
}

// whyEnded is endError for the loop itself.
func (r *runner) whyEnded() error {
	if r.cause == nil {
		return ErrClosed
	}
	return fmt.Errorf("%w: %w", ErrClosed, r.cause)
}

// joined waits for the first Welcome of the relay.
func (r *runner) joined(ctx context.Context) error {
	select {
	case <-r.welcome:
		return nil
	case <-r.done:
		return r.endError()
	case <-ctx.Done():
		return r.whyAlone(context.Cause(ctx))
	}
}

// whyAlone asks the loop why there is no relay.
func (r *runner) whyAlone(cause error) error {
	q := question{answer: make(chan error, 1), cause: cause}
	r.tellEvent(q)
	select {
	case err := <-q.answer:
		return err
	case <-r.done:
		return r.endError()
	}
}

// view asks the loop for the machine's status.
func (r *runner) view(ctx context.Context) (core.Status, error) {
	answer := make(chan core.Status, 1)
	if err := r.post(ctx, look(func(m machine) { answer <- m.Status() })); err != nil {
		return core.Status{}, err
	}
	select {
	case s := <-answer:
		return s, nil
	case <-r.done:
		return core.Status{}, r.endError()
	}
}

// look lets a function see the machine between two steps, behind everything that
// came before it. It must not wait.
type look func(machine)

func (see look) enter(l *loop) core.Input {
	l.looks = append(l.looks, see)
	return nil
}

// question asks the loop what stands in the way of a request.
type question struct {
	cause  error
	answer chan error
}

func (q question) enter(l *loop) core.Input {
	q.answer <- l.whyUnanswered(&call{request: frame.Probe{}}, q.cause)
	return nil
}

// leave ends the node in good order: at once when ctx ends.
func (r *runner) leave(ctx context.Context) error {
	r.leaving.Do(func() { r.tell(core.Leave{Now: ctx.Err() != nil}) })
	select {
	case <-r.ended:
		return nil
	case <-ctx.Done():
	}
	r.tell(core.Leave{Now: true})
	grace := time.NewTimer(leaveGrace)
	defer grace.Stop()
	select {
	case <-r.ended:
	case <-grace.C:
		r.abort()
	}
	return context.Cause(ctx)
}

// close is leave, and reports the storage's error alone: that the mastership
// could not be passed on is nothing the caller of Close can mend.
func (r *runner) close(ctx context.Context) error {
	_ = r.leave(ctx) // what it says is that ctx ended, which the caller knows
	<-r.ended
	return r.closeErr
}

// abort ends everything without a goodbye and waits until nothing runs.
func (r *runner) abort() {
	r.tellEvent(aborted{})
	<-r.ended
}
