package host

import (
	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// event is one thing other goroutines tell the loop. enter takes it into the
// loop's books, on the loop's goroutine, and returns what the node is told of
// it; nil if the node need not know.
type event interface{ enter(l *loop) core.Input }

// connected brings a new connection, behind all events of the one before.
type connected struct {
	conn uint64
	link Link
}

func (e connected) enter(l *loop) core.Input {
	l.conn, l.link, l.welcome = e.conn, e.link, false
	return core.Connected{Conn: e.conn}
}

// disconnected ends a connection, or an attempt to make one.
type disconnected struct {
	conn uint64
	err  error
}

func (e disconnected) enter(l *loop) core.Input {
	if l.conn <= e.conn {
		l.link, l.welcome = nil, false
	}
	l.lost = e.err
	return core.Disconnected{Conn: e.conn}
}

// received is a frame that was read from a connection.
type received struct {
	conn  uint64
	head  frame.Head
	frame frame.Frame
}

func (e received) enter(l *loop) core.Input {
	if l.link == nil || e.conn != l.conn {
		return nil // the connection was given up while this was on its way
	}
	l.see(e.frame)
	return core.Received{Conn: e.conn, Head: e.head, Frame: e.frame}
}

// told is an input that needs no books.
type told struct{ input core.Input }

func (e told) enter(*loop) core.Input { return e.input }

// call is one request of the application. The caller owns it until it is
// posted, the loop until answered is closed, then the caller again.
type call struct {
	to       journal.NodeID
	request  frame.Frame // the loop gives it an ID, or an origin
	id       uint64      // that ID, or the origin's Seq
	answer   frame.Frame
	err      error
	answered chan struct{}
	also     []*call // which wait for the same answer

	// Of a write: whether it left this node or is in its journal, and where.
	sent     bool
	position journal.Position
}

// atEnd is the answer to a call the loop did not see before it ended.
func (c *call) atEnd(r *runner) (frame.Frame, error) {
	select {
	case <-c.answered:
		return c.answer, c.err
	default:
		return nil, r.endError()
	}
}

// asked brings a call.
type asked struct{ call *call }

func (e asked) enter(l *loop) core.Input {
	l.calls.add(e.call)
	return core.Asked{To: e.call.to, Frame: e.call.request}
}

// expired says that the caller waits no longer.
type expired struct {
	call  *call
	cause error
}

func (e expired) enter(l *loop) core.Input {
	waiting, last := l.calls.remove(e.call)
	if !waiting {
		return nil // answered in the meantime
	}
	e.call.finish(nil, l.whyUnanswered(e.call, e.cause))
	if !last {
		return nil
	}
	return core.Forget{Frame: e.call.request}
}

// finish answers the caller.
func (c *call) finish(answer frame.Frame, err error) {
	c.answer, c.err = answer, err
	close(c.answered)
	for _, other := range c.also {
		other.finish(answer, err)
	}
}

// watched brings a subscription.
type watched struct{ sub *subscription }

func (e watched) enter(l *loop) core.Input {
	l.calls.watch(e.sub)
	return core.Asked{To: e.sub.to, Frame: e.sub.request}
}

// proceeded asks for the next part of what a subscription is sent in parts.
type proceeded struct{ sub *subscription }

func (e proceeded) enter(*loop) core.Input {
	return core.Asked{Frame: frame.Proceed{ID: e.sub.request.ID}}
}

// unwatched ends a subscription.
type unwatched struct{ sub *subscription }

func (e unwatched) enter(l *loop) core.Input {
	l.calls.unwatch(e.sub)
	return core.Forget{Frame: e.sub.request}
}

// aborted ends the loop at once, without a goodbye.
type aborted struct{}

func (aborted) enter(l *loop) core.Input {
	l.over = true
	return nil
}
