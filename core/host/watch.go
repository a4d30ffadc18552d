package host

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// watchQueueMaxBytes is how much one watch keeps for a consumer that is slower
// than the room. Over it the watch is ended and begun anew where the consumer
// stands, so that memory is bounded and nothing is skipped.
const watchQueueMaxBytes = 4 << 20

// The pause before a watch that was broken off is begun anew.
const (
	rewatchFirst = 20 * time.Millisecond
	rewatchMax   = 2 * time.Second
)

// Watch follows the committed changes under a prefix: each once, in order, and
// all changes of one write together. The first Changes of a watch that begins
// now has no events and says where it begins. The watch goes on through
// failovers and a lost relay, from the position it had reached; where that is
// not possible any more, Changes.Gap says so and the state follows. A consumer
// that is slow holds nobody up. It ends with the error of ctx, when the session
// ends, or with an error that trying again would not mend.
func (s *Session) Watch(ctx context.Context, prefix string, o WatchOptions) iter.Seq2[Changes, error] {
	return func(yield func(Changes, error) bool) {
		check := checkPrefix
		if o.Exact {
			check = checkKey
		}
		err := check(prefix)
		if err == nil && !o.After.IsZero() && (o.After.Index == 0 || o.After.Epoch.Master.IsZero()) {
			err = invalid("watch after %v: a position needs its index and the master of its epoch", o.After)
		}
		if err != nil {
			yield(Changes{}, err)
			return
		}
		w := watch{session: s, prefix: prefix, options: o, pause: rewatchFirst}
		for w.follow(ctx, yield) {
			w.rest(ctx)
		}
	}
}

// watch is the consumer's side of one Watch.
type watch struct {
	session *Session
	prefix  string
	options WatchOptions // After moves on with what was yielded
	begun   bool         // the first Changes was yielded
	partial bool         // some of the state is missing
	pause   time.Duration
}

// follow watches until it breaks off, and reports whether to begin anew.
func (w *watch) follow(ctx context.Context, yield func(Changes, error) bool) bool {
	r := w.session.runner
	sub := &subscription{to: w.options.From, filled: make(chan struct{}, 1), request: w.request()}
	if err := r.post(ctx, watched{sub}); err != nil {
		yield(Changes{}, err)
		return false
	}
	defer r.tellEvent(unwatched{sub})
	for {
		next, overrun, err := sub.next(ctx, r)
		switch {
		case err != nil:
			yield(Changes{}, err)
			return false
		case overrun:
			w.pause = 0
			return true
		case next.Failure != nil && passing(next.Failure.Code):
			return true
		case next.Failure != nil:
			yield(Changes{}, next.Failure)
			return false
		}
		w.pause = rewatchFirst
		if next.More {
			r.tellEvent(proceeded{sub}) // while the consumer is busy with this part
		}
		if !w.take(next) {
			continue
		}
		if !yield(Changes{
			Events: next.Events, Through: next.Through, Gap: next.Gap, Items: next.Items, More: next.More, Ahead: next.Ahead,
		}, nil) {
			return false
		}
	}
}

// request is the watch as it goes on where the consumer stands.
func (w *watch) request() frame.Watch {
	f := frame.Watch{Prefix: w.prefix, Exact: w.options.Exact, From: w.options.After, Level: frame.LevelCommitted}
	if w.options.Local {
		f.Level = frame.LevelLocal
	}
	if w.partial {
		f.From = core.Nowhere // the rest of the state would be missing
	}
	return f
}

// take moves the watch on, and reports whether the changes are news.
func (w *watch) take(next frame.Changes) bool {
	begun := w.begun
	w.begun = true
	if next.Ahead {
		return !begun
	}
	isState := next.Gap || w.partial
	w.partial = isState && next.More
	w.options.After = next.Through
	return !begun || isState || len(next.Events) > 0
}

// rest waits a little longer each time a watch breaks off without a change.
func (w *watch) rest(ctx context.Context) {
	timer := time.NewTimer(w.pause)
	defer timer.Stop()
	w.pause = min(max(2*w.pause, rewatchFirst), rewatchMax)
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-w.session.runner.done:
	}
}

// passing reports whether a watch that ended with code may be begun anew: the
// node asked went away, or the room has no master at the moment.
func passing(code frame.Code) bool {
	return slices.Contains([]frame.Code{
		frame.CodeGone, frame.CodeNotMaster, frame.CodeTimeout, frame.CodeBusy, frame.CodeRetry, frame.CodeStale,
	}, code)
}

// subscription is the loop's side of one watch: it fills the queue, which the
// consumer empties.
type subscription struct {
	to      journal.NodeID
	request frame.Watch   // the loop sets its ID
	filled  chan struct{} // holds one token when there is something to see

	mu      sync.Mutex
	queue   []frame.Changes
	bytes   int
	overrun bool // what came after the queue was full is not in it
}

// push adds changes, unless the queue is full: then all later ones are dropped
// too, and the consumer begins anew behind what it got.
func (s *subscription) push(c frame.Changes) {
	s.mu.Lock()
	size := sizeOf(c)
	if s.overrun || (len(s.queue) > 0 && s.bytes+size > watchQueueMaxBytes) {
		s.overrun = true
	} else {
		s.queue = append(s.queue, c)
		s.bytes += size
	}
	s.mu.Unlock()
	select {
	case s.filled <- struct{}{}:
	default:
	}
}

// next waits for the next changes; overrun means that what follows was dropped.
func (s *subscription) next(ctx context.Context, r *runner) (frame.Changes, bool, error) {
	for {
		c, overrun, ok := s.pop()
		if ok || overrun {
			return c, overrun, nil
		}
		select {
		case <-s.filled:
		case <-ctx.Done():
			return frame.Changes{}, false, context.Cause(ctx)
		case <-r.done:
			return frame.Changes{}, false, r.endError()
		}
	}
}

// pop takes the oldest changes, if there are any; overrun means that there are
// none and that some were dropped.
func (s *subscription) pop() (c frame.Changes, overrun, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return c, s.overrun, false
	}
	c = s.queue[0]
	s.queue = s.queue[1:]
	s.bytes -= sizeOf(c)
	return c, false, true
}

// sizeOf estimates what changes take in memory.
func sizeOf(c frame.Changes) int {
	size := 64
	for _, e := range c.Events {
		size += len(e.Key) + len(e.Value) + 64
	}
	for _, i := range c.Items {
		size += len(i.Key) + len(i.Value) + 64
	}
	return size
}
