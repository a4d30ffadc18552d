package host

import (
	"context"
	"slices"
	"sync"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
)

// board shows the newest status of a node to any number of goroutines.
type board struct {
	changed chan struct{} // holds one token when run has something to tell
	cut     chan struct{} // likewise, of orphans

	mu          sync.Mutex
	newest      core.Status
	alarms      []error       // not told yet
	subscribers []*subscriber // in the order in which they came
	orphans     []*orphanSubscriber
}

// subscriber is one function that follows the status, or hears the alarms.
type subscriber struct {
	tell  func(core.Status)
	alarm func(error)
}

func newBoard(first core.Status) *board {
	return &board{changed: make(chan struct{}, 1), cut: make(chan struct{}, 1), newest: first}
}

// show puts a status up. It is the loop's, and does not wait for subscribers.
func (b *board) show(s core.Status) {
	b.mu.Lock()
	same := sameStatus(s, b.newest)
	b.newest = s
	b.mu.Unlock()
	if same {
		return
	}
	select {
	case b.changed <- struct{}{}:
	default: // run will see this one instead of the one before
	}
}

func (b *board) status() core.Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.newest
}

// alarmsMax is how many alarms wait for subscribers; later ones are not told,
// only logged and counted.
const alarmsMax = 100

// alarm tells of something that is wrong. It is the loop's, as show is; nil is
// a client's board, which has no subscribers.
func (b *board) alarm(err error) {
	if b == nil {
		return
	}
	b.mu.Lock()
	if len(b.alarms) < alarmsMax {
		b.alarms = append(b.alarms, err)
	}
	b.mu.Unlock()
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *board) follow(f func(core.Status)) (stop func()) {
	return b.subscribe(&subscriber{tell: f, alarm: func(error) {}})
}

func (b *board) subscribe(s *subscriber) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subscribers = append(b.subscribers, s)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		// A new slice: run may be going through the old one.
		b.subscribers = slices.DeleteFunc(slices.Clone(b.subscribers), func(o *subscriber) bool { return o == s })
	}
}

// run tells the subscribers of changes until done is closed, and then of the
// last one.
func (b *board) run(done <-chan struct{}) {
	for {
		select {
		case <-b.changed:
			b.tellAll()
		case <-b.cut:
			b.tellAllOrphans()
		case <-done:
			select {
			case <-b.changed:
				b.tellAll()
			default:
			}
			return
		}
	}
}

func (b *board) tellAll() {
	b.mu.Lock()
	s, alarms, subscribers := b.newest, b.alarms, b.subscribers
	b.alarms = nil
	b.mu.Unlock()
	for _, sub := range subscribers {
		for _, err := range alarms {
			sub.alarm(err)
		}
		sub.tell(s)
	}
}

// await waits until the status meets a condition.
func (b *board) await(ctx context.Context, ended <-chan struct{}, met func(core.Status) bool) error {
	changed := make(chan struct{}, 1)
	stop := b.follow(func(core.Status) {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	defer stop()
	for !met(b.status()) {
		select {
		case <-changed:
		case <-ended:
			return ErrClosed
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// sameStatus compares what people can see. The slices of a status are replaced
// when they change, never written to.
func sameStatus(a, b core.Status) bool {
	return a.Node == b.Node && a.Incarnation == b.Incarnation && a.Name == b.Name &&
		a.Role == b.Role && a.Open == b.Open && a.Epoch == b.Epoch &&
		a.Last == b.Last && a.Commit == b.Commit && a.Applied == b.Applied &&
		a.Register.Version == b.Register.Version && a.Register.Epoch == b.Register.Epoch &&
		a.Seated == b.Seated && a.Connected == b.Connected && sameSlice(a.Members, b.Members) &&
		sameWaiting(a.Waiting, b.Waiting) && a.Orphans == b.Orphans && a.Pending == b.Pending &&
		a.Storage == b.Storage && a.Leaving == b.Leaving && a.Differed == b.Differed
}

func sameWaiting(a, b frame.Waiting) bool { return a.All == b.All && sameSlice(a.For, b.For) }

// sameSlice reports whether two slices are one.
func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
