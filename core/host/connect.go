package host

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/wire"
)

// dialTimeout is how long one attempt to reach the relay may take.
const dialTimeout = 10 * time.Second

// connector is the goroutine that keeps a connection to the relay: it dials,
// reads until the connection ends, rests, and dials again.
type connector struct {
	runner   *runner
	conn     uint64 // number of the newest attempt
	failures int    // attempts in a row without a welcome
}

func newConnector(r *runner) *connector { return &connector{runner: r} }

func (c *connector) run(ctx context.Context) {
	for ctx.Err() == nil {
		c.conn++
		welcomed, err := c.connect(ctx)
		if ctx.Err() != nil {
			return
		}
		if welcomed {
			c.failures = 0
		} else {
			c.failures++
		}
		c.runner.tellEvent(disconnected{conn: c.conn, err: err})
		c.rest(ctx, err)
	}
}

// connect makes one connection and reads it to its end. It reports whether the
// relay welcomed us.
func (c *connector) connect(ctx context.Context) (welcomed bool, err error) {
	dialing, cancel := context.WithTimeout(ctx, dialTimeout)
	link, err := c.runner.config.transport.Dial(dialing)
	cancel()
	if err != nil {
		return false, err
	}
	c.runner.tellEvent(connected{conn: c.conn, link: link})
	for {
		message, err := link.Receive(ctx)
		if err != nil {
			_ = link.Close(CloseNormal, "") // Receive may have given up for ctx alone
			return welcomed, err
		}
		e, err := c.read(message)
		if err != nil {
			_ = link.Close(CloseNormal, "a message that can't be read")
			drain(ctx, link)
			return welcomed, err
		}
		if r, ok := e.(received); ok {
			if _, ok := r.frame.(frame.Welcome); ok {
				welcomed = true
			}
		}
		c.runner.tellEvent(e)
	}
}

// drain waits for the end of a link that was closed.
func drain(ctx context.Context, link Link) {
	for {
		if _, err := link.Receive(ctx); err != nil {
			return
		}
	}
}

// read makes an event of a message. Only an envelope that can't be read is an
// error: that is the relay's doing. Payloads are a peer's, and a bad one must
// not cost us the relay.
func (c *connector) read(message []byte) (event, error) {
	envelope, err := wire.DecodeEnvelope(message)
	if unknown, ok := errors.AsType[*wire.UnknownKindError](err); ok {
		return unreadable{core.Refuse{From: envelope.Head.From, Err: unknown}}, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := wire.DecodePayload(envelope)
	if err != nil {
		return unreadable{core.Refuse{From: envelope.Head.From, Err: err}}, nil
	}
	return received{conn: c.conn, head: envelope.Head, frame: f}, nil
}

// unreadable is a frame that was dropped before the node saw it.
type unreadable struct{ refuse core.Refuse }

func (e unreadable) enter(l *loop) core.Input {
	l.refuse(e.refuse)
	return nil
}

// rest waits before the next attempt.
func (c *connector) rest(ctx context.Context, err error) {
	pause := c.pause()
	level := LogDebug
	if c.failures <= 1 {
		level = LogWarn // the first of a row; the others say nothing new
	}
	c.runner.config.log.say(level, "no relay", keyError, err, keyAttempt, c.failures, keyPause, pause)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.runner.hasted:
	case <-ctx.Done():
	}
}

// pause chooses the length of a rest: see [Pause].
func (c *connector) pause() time.Duration {
	p := c.runner.config.pause
	bound := p.Again
	if c.failures > 0 {
		bound = p.First
		for i := 1; i < c.failures && bound < p.Max; i++ {
			bound *= 2
		}
		bound = min(bound, p.Max)
	}
	if bound <= 0 {
		return 0
	}
	return rand.N(bound)
}
