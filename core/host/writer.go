package host

import (
	"context"
	"runtime"
	"sync"

	"github.com/understudy-dev/understudy/core"
)

// writer is the goroutine of a storage that takes time. It writes everything
// that waits in one piece: what comes while the disk is busy shares the next
// sync.
type writer struct {
	storage Storage
	runner  *runner
	filled  chan struct{} // holds one token when there is something to do

	mu       sync.Mutex
	queue    []core.Store
	finished bool // nothing is added any more
}

func newWriter(storage Storage, r *runner) *writer {
	return &writer{storage: storage, runner: r, filled: make(chan struct{}, 1)}
}

// add queues a Store. The node bounds what it has waiting here: it takes no
// more than frame.PendingWritesMax writes, and ends its mastership when the
// disk does not keep up.
func (w *writer) add(s core.Store) {
	w.mu.Lock()
	w.queue = append(w.queue, s)
	w.mu.Unlock()
	w.wake()
}

// finish lets run end once the queue is written.
func (w *writer) finish() {
	w.mu.Lock()
	w.finished = true
	w.mu.Unlock()
	w.wake()
}

func (w *writer) wake() {
	select {
	case w.filled <- struct{}{}:
	default:
	}
}

func (w *writer) take() (queue []core.Store, finished bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	queue, w.queue = w.queue, nil
	return queue, w.finished
}

func (w *writer) run() {
	for {
		queue, finished := w.take()
		if len(queue) == 0 {
			if finished {
				return
			}
			<-w.filled
			// What the same step sends leaves first: a sync keeps a thread, and
			// whoever waits for its turn on it.
			runtime.Gosched()
			continue
		}
		var records []core.Record
		for _, s := range queue {
			records = append(records, s.Records...)
		}
		if err := w.storage.Write(context.Background(), records); err != nil {
			w.runner.tell(core.StoreFailed{Err: err})
			return
		}
		w.runner.tell(core.Persisted{Seq: queue[len(queue)-1].Seq})
	}
}
