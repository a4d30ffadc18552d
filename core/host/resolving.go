package host

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// resolve keeps a call that resolves an orphan. Who asks for one that is being
// resolved already waits for the same answer: the room makes only one of them.
func (c *calls) resolve(orphan journal.ClientID, asked *call) {
	if first := c.resolving[orphan]; first != nil {
		first.also = append(first.also, asked)
		return
	}
	c.resolving[orphan] = asked
}

// leave takes one of those who resolve an orphan out. See [calls.remove].
func (c *calls) leave(orphan journal.ClientID, asked *call) (waiting, last bool) {
	first := c.resolving[orphan]
	if first == nil {
		return false, false
	}
	if first != asked {
		i := slices.Index(first.also, asked)
		if i < 0 {
			return false, false
		}
		first.also = slices.Delete(first.also, i, i+1)
		asked.sent, asked.position = first.sent, first.position
		return true, false
	}
	if len(first.also) == 0 {
		delete(c.resolving, orphan)
		return true, true
	}
	next := first.also[0]
	next.also, first.also = first.also[1:], nil
	next.sent, next.position = first.sent, first.position
	c.resolving[orphan] = next
	return true, false
}
