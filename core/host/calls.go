package host

import (
	"slices"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// calls holds the requests of the application that wait for an answer. It
// belongs to the loop.
type calls struct {
	client journal.ClientID
	writes map[uint64]*call // by Origin.Seq
	others map[uint64]*call // by ID
	subs   map[uint64]*subscription

	// resolving has the writes that resolve an orphan, by the client that stands
	// for it. Those who ask for the same one share the answer.
	resolving map[journal.ClientID]*call

	seq   uint64 // of the newest write
	floor uint64 // every write below is answered
	id    uint64 // of the newest other request
}

func newCalls(client journal.ClientID) calls {
	return calls{
		client: client, floor: 1,
		writes: map[uint64]*call{}, others: map[uint64]*call{}, subs: map[uint64]*subscription{},
		resolving: map[journal.ClientID]*call{},
	}
}

// add numbers a call and keeps it. Sequence numbers are given here and nowhere
// earlier: a number below the floor of a write that overtook it would count as
// answered.
func (c *calls) add(asked *call) {
	write, ok := asked.request.(frame.Write)
	switch {
	case ok && !write.Origin.Client.IsZero():
		c.resolve(write.Origin.Client, asked)
		return
	case ok:
		c.seq++
		asked.id = c.seq
		c.writes[c.seq] = asked
		for c.writes[c.floor] == nil {
			c.floor++
		}
		write.Origin = journal.Origin{Client: c.client, Seq: c.seq, Floor: c.floor}
		asked.request = write
		return
	}
	c.id++
	asked.id = c.id
	c.others[c.id] = asked
	switch request := any(asked.request).(type) { // the other frames are no requests
	case frame.Read:
		request.ID = c.id
		asked.request = request
	case frame.Probe:
		request.ID = c.id
		asked.request = request
	case frame.Verify:
		request.ID = c.id
		asked.request = request
	case frame.Yield:
		request.ID = c.id
		asked.request = request
	case frame.Configure:
		request.Request = c.id
		asked.request = request
	case frame.TakeOver:
		request.Request = c.id
		asked.request = request
	case frame.ListOrphans:
		request.ID = c.id
		asked.request = request
	}
}

// isOrder reports whether a request is the relay's to answer.
func isOrder(request frame.Frame) bool {
	switch any(request).(type) { // the other frames are for nodes
	case frame.Configure, frame.TakeOver:
		return true
	}
	return false
}

// remove forgets a call. It reports whether the call was still waiting, and
// whether nobody waits for its answer any more.
func (c *calls) remove(asked *call) (waiting, last bool) {
	book := c.others
	if write, ok := asked.request.(frame.Write); ok {
		if !write.Origin.Client.IsZero() && write.Origin.Client != c.client {
			return c.leave(write.Origin.Client, asked)
		}
		book = c.writes
	}
	if book[asked.id] != asked {
		return false, false
	}
	delete(book, asked.id)
	return true, true
}

// take removes and returns the call an answer belongs to; nil if nobody waits.
func (c *calls) take(answer frame.Frame) *call {
	book, id := c.others, uint64(0)
	switch answer := any(answer).(type) { // the other frames are no answers
	case frame.Written:
		if answer.Client != c.client {
			asked := c.resolving[answer.Client]
			delete(c.resolving, answer.Client)
			return asked
		}
		book, id = c.writes, answer.Seq
	case frame.ReadReply:
		id = answer.ID
	case frame.Report:
		id = answer.ID
	case frame.Verified:
		id = answer.ID
	case frame.Yielded:
		id = answer.ID
	case frame.Answer:
		id = answer.Request
	case frame.OrphanList:
		id = answer.ID
	}
	asked := book[id]
	delete(book, id)
	return asked
}

func (c *calls) watch(s *subscription) {
	c.id++
	s.request.ID = c.id
	c.subs[c.id] = s
}

func (c *calls) unwatch(s *subscription) { delete(c.subs, s.request.ID) }

// own returns the waiting write with that origin, nil if it is another's.
func (c *calls) own(origin journal.Origin) *call {
	if origin.Client != c.client {
		return c.resolving[origin.Client]
	}
	return c.writes[origin.Seq]
}

// finishAll answers everything that still waits, oldest first.
func (c *calls) finishAll(why func(*call) error) {
	for orphan, asked := range c.resolving { // they wait in goroutines of their own
		asked.finish(nil, why(asked))
		delete(c.resolving, orphan)
	}
	for _, book := range []map[uint64]*call{c.writes, c.others} {
		for _, id := range sortedKeys(book) {
			book[id].finish(nil, why(book[id]))
			delete(book, id)
		}
	}
}

func sortedKeys(book map[uint64]*call) []uint64 {
	ids := make([]uint64, 0, len(book))
	for id := range book {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
