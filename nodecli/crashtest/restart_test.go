//go:build !windows

package crashtest

import (
	"testing"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

func TestEverythingKilledComesBackInAnotherOrder(t *testing.T) {
	t.Parallel()
	random := chance(t, 0)
	r := openRoom(t)
	w := startWriters(t, r, newLedger())
	for range 3 {
		w.ledger.waitMore(t, 200)
		before := w.ledger.newest()
		for _, n := range r.nodes {
			n.Kill(t)
		}
		r.relay.Kill(t)
		// One after the other: each has started before the next one does.
		relayAt := random.IntN(len(r.nodes))
		for i, which := range random.Perm(len(r.nodes)) {
			if i == relayAt {
				r.relay.start(t)
			}
			n := r.nodes[which]
			n.start(t, r)
			nodetest.WaitFor(t, n.name+" has begun", func() bool {
				return n.log.Says(n.begun, "joining") || n.log.Says(n.begun, "no relay")
			})
		}
		nodetest.WaitFor(t, "there is a master again", func() bool { return w.ledger.newest() > before })
	}
	endOf(t, r, w) // waits for every node under its old id
}
