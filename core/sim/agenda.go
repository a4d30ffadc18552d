package sim

import (
	"cmp"

	"github.com/understudy-dev/understudy/core/journal"
)

// event is something that will happen. Ties of time are broken by stream and
// then by the order in which the events were planned, so that a run does not
// depend on the shape of the heap.
type event struct {
	at     journal.Instant
	stream int
	seq    uint64
	do     func()
}

func (e *event) before(other *event) bool {
	return cmp.Or(
		cmp.Compare(e.at, other.at),
		cmp.Compare(e.stream, other.stream),
		cmp.Compare(e.seq, other.seq),
	) < 0
}

// The streams, in the order in which things of one moment happen.
const (
	streamNemesis = iota
	streamDisk
	streamNet
	streamWake
	streamWork
)

// agenda is the heap of coming events, the earliest on top.
type agenda struct {
	events []event
	seq    uint64
}

func (a *agenda) add(at journal.Instant, stream int, do func()) {
	a.seq++
	a.events = append(a.events, event{at: at, stream: stream, seq: a.seq, do: do})
	for i := len(a.events) - 1; i > 0; {
		up := (i - 1) / 2
		if !a.events[i].before(&a.events[up]) {
			break
		}
		a.events[i], a.events[up] = a.events[up], a.events[i]
		i = up
	}
}

// next takes the earliest event out. There must be one.
func (a *agenda) next() event {
	top := a.events[0]
	end := len(a.events) - 1
	a.events[0] = a.events[end]
	a.events[end] = event{}
	a.events = a.events[:end]
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < end && a.events[down].before(&a.events[least]) {
				least = down
			}
		}
		if least == i {
			return top
		}
		a.events[i], a.events[least] = a.events[least], a.events[i]
		i = least
	}
}
