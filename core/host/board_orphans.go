package host

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// orphanSubscriber is one function that is told of orphans.
type orphanSubscriber struct {
	tell  func([]journal.Orphan)
	begun bool // queue has what there was before it came
	queue []journal.Orphan
}

func (b *board) subscribeOrphans(f func([]journal.Orphan)) (*orphanSubscriber, func()) {
	s := &orphanSubscriber{tell: f}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.orphans = append(b.orphans, s)
	return s, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.orphans = slices.DeleteFunc(slices.Clone(b.orphans), func(o *orphanSubscriber) bool { return o == s })
	}
}

// begin gives a subscriber what there is; what comes from now on it is told by
// tellOrphans. Both are the loop's, so nothing is missed and nothing told twice.
func (b *board) begin(s *orphanSubscriber, there []journal.Orphan) {
	b.mu.Lock()
	s.begun = true
	for _, o := range there {
		if !o.Superseded {
			s.queue = append(s.queue, o)
		}
	}
	b.mu.Unlock()
	b.wakeForOrphans()
}

func (b *board) tellOrphans(fresh []journal.Orphan) {
	b.mu.Lock()
	for _, s := range b.orphans {
		if s.begun {
			s.queue = append(s.queue, fresh...)
		}
	}
	b.mu.Unlock()
	b.wakeForOrphans()
}

// wakeForOrphans lets run look at what there is to tell.
func (b *board) wakeForOrphans() {
	select {
	case b.cut <- struct{}{}:
	default:
	}
}

func (b *board) tellAllOrphans() {
	b.mu.Lock()
	subscribers := b.orphans
	b.mu.Unlock()
	for _, s := range subscribers {
		b.mu.Lock()
		queue := s.queue
		s.queue = nil
		b.mu.Unlock()
		if len(queue) > 0 {
			s.tell(queue)
		}
	}
}
