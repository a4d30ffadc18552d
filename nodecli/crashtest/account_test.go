//go:build !windows

package crashtest

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
	"github.com/understudy-dev/understudy/nodecli/disk"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// account is what became of every write.
type account struct {
	*ledger
	verdicts map[string]frame.Verdict            // of the acknowledged ones, by key
	state    map[string]journal.Item             // what every node has
	orphans  map[journal.Position]journal.Orphan // of all nodes

	kept, orphaned, lost                         int // acknowledged ones
	unknownKept, unknownOrphaned, unknownNowhere int

	faults int
}

// accountFor brings the room to rest, stops the nodes and accounts for every
// write. The room must be whole, and nobody may write any more.
func (r *room) accountFor(t *testing.T, l *ledger) *account {
	t.Helper()
	a := &account{ledger: l, orphans: map[journal.Position]journal.Orphan{}}
	r.settle(t, l)
	a.verify(t, r)
	a.state = r.sameEverywhere(t)
	for _, n := range r.nodes {
		n.Signal(t, syscall.SIGTERM)
		if status := n.WaitEnd(t, n.name+" leaves"); status != 0 {
			t.Errorf("%s left with status %d", n.name, status)
		}
	}
	for _, n := range r.nodes {
		a.collect(t, n)
	}
	a.judge(t)
	return a
}

// settle writes until every place that a write was ever at is taken by a
// committed entry: until then it is not decided what became of those that were
// cut.
func (r *room) settle(t *testing.T, l *ledger) {
	t.Helper()
	// A master that was killed may have had the entries of all writers more
	// than anybody knows.
	until := l.furthest() + 2*writerCount
	for n := 0; ; n++ {
		key := fmt.Sprintf("settle/%06d", n)
		receipt, err := r.client.Set(t.Context(), key, []byte(key), host.WriteOptions{Ack: host.AckAll})
		l.note(t, key, host.AckAll, receipt, err)
		if err != nil {
			t.Fatalf("a write in a room at rest: %v", err)
		}
		if receipt.Position.Index > until && n > 2*writerCount {
			return
		}
	}
}

// verify asks for every receipt what became of it.
func (a *account) verify(t *testing.T, r *room) {
	t.Helper()
	a.verdicts = map[string]frame.Verdict{}
	var mu sync.Mutex
	var asking sync.WaitGroup
	queue := make(chan write)
	for range 64 {
		asking.Go(func() {
			for w := range queue {
				verdict, _, err := r.client.Verify(t.Context(), w.receipt.Position)
				if err != nil {
					t.Errorf("verify %s at %v: %v", w.key, w.receipt.Position, err)
				}
				mu.Lock()
				a.verdicts[w.key] = verdict
				mu.Unlock()
			}
		})
	}
	for _, w := range a.writes {
		if w.outcome == acked {
			queue <- w
		}
	}
	close(queue)
	asking.Wait()
}

// sameEverywhere returns the state of the nodes once they have the same one: by
// their sums, and key by key.
func (r *room) sameEverywhere(t *testing.T) map[string]journal.Item {
	t.Helper()
	var reports []frame.Report
	nodetest.WaitFor(t, "all nodes have everything", func() bool {
		status, err := r.client.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		reports = nil
		for _, n := range status.Nodes {
			if n.Err != nil || n.Report.Commit != n.Report.Last || n.Report.Applied != n.Report.Last {
				return false
			}
			reports = append(reports, n.Report)
		}
		return len(reports) == len(r.nodes) && !slices.ContainsFunc(reports, func(o frame.Report) bool { return o.Last != reports[0].Last })
	})
	var first map[string]journal.Item
	for _, report := range reports {
		if report.Hash != reports[0].Hash || report.Keys != reports[0].Keys {
			t.Errorf("%v has %d keys with sum %x, and %v has %d with %x", report.Node, report.Keys, report.Hash,
				reports[0].Node, reports[0].Keys, reports[0].Hash)
		}
		state := r.scan(t, report.Node)
		if first == nil {
			first = state
		}
		if !maps.EqualFunc(first, state, func(x, y journal.Item) bool {
			return x.Revision == y.Revision && string(x.Value) == string(y.Value)
		}) {
			t.Errorf("%v and %v have other keys or values at %v", reports[0].Node, report.Node, report.Last)
		}
	}
	return first
}

func (r *room) scan(t *testing.T, id journal.NodeID) map[string]journal.Item {
	t.Helper()
	options := host.ScanOptions{}
	options.From, options.Level = id, frame.LevelCommitted
	state := map[string]journal.Item{}
	for item, err := range r.client.Scan(t.Context(), "", options) {
		if err != nil {
			t.Fatal(err)
		}
		state[item.Key] = item
	}
	return state
}

// inspect reads the copy of a node that does not run.
func (n *node) inspect(t *testing.T) (core.Stored, store.Report) {
	t.Helper()
	folder, err := disk.OpenFolder(n.dir)
	if err != nil {
		t.Fatal(err)
	}
	stored, report, err := store.Inspect(folder)
	if err != nil {
		t.Fatalf("the copy of %s: %v", n.name, err)
	}
	return stored, report
}

// collect takes the orphan records of a node that has left, and checks that
// nothing is wrong with its copy.
func (a *account) collect(t *testing.T, n *node) {
	t.Helper()
	stored, report := n.inspect(t)
	if stored.Meta.Node.String() != n.id || len(report.Damage) > 0 || report.TornBytes > 0 {
		t.Errorf("the copy of %s, which is %s, is of %v: %+v", n.name, n.id, stored.Meta.Node, report)
	}
	for _, o := range stored.Orphans {
		at := o.Entry.Position
		if other, found := a.orphans[at]; found && o.Superseded != other.Superseded {
			t.Errorf("the orphan at %v is %+v here and %+v at %s", at, other, o, n.name)
		}
		a.orphans[at] = o
	}
}

// sum is an account in numbers.
type sum struct {
	acked, kept, orphaned, lost                           int
	unknown, unknownKept, unknownOrphaned, unknownNowhere int
	refused                                               int
}

func (a *account) sum() sum {
	return sum{
		a.counts[acked], a.kept, a.orphaned, a.lost,
		a.counts[unknown], a.unknownKept, a.unknownOrphaned, a.unknownNowhere,
		a.counts[refused],
	}
}

func (s *sum) add(o sum) {
	s.acked, s.kept, s.orphaned, s.lost = s.acked+o.acked, s.kept+o.kept, s.orphaned+o.orphaned, s.lost+o.lost
	s.unknown, s.unknownKept = s.unknown+o.unknown, s.unknownKept+o.unknownKept
	s.unknownOrphaned, s.unknownNowhere = s.unknownOrphaned+o.unknownOrphaned, s.unknownNowhere+o.unknownNowhere
	s.refused += o.refused
}

// String is the sum in a line.
func (s sum) String() string {
	return fmt.Sprintf("%d acknowledged: %d kept, %d orphaned, %d lost; %d unknown: %d kept, %d orphaned, %d nowhere; %d refused",
		s.acked, s.kept, s.orphaned, s.lost, s.unknown, s.unknownKept, s.unknownOrphaned, s.unknownNowhere, s.refused)
}
