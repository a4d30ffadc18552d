package hosttest

import (
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// Wreck is a place for a copy whose storage may end without a Close.
type Wreck struct {
	// Open opens the storage, again after each Close and Kill.
	Open func() (host.Storage, error)

	// Kill ends a storage as the end of its process would.
	Kill func(host.Storage)

	// Files is where the copy is while no storage is open.
	Files journal.Directory
}

// Survival checks what a [host.Storage] on files makes of a copy that was not
// closed, or that was damaged.
func Survival(t *testing.T, wreck func(t *testing.T) Wreck) {
	for name, check := range survivalChecks {
		t.Run(name, func(t *testing.T) {
			w := wreck(t)
			check(&ruin{shelf{t: t, open: w.Open}, w})
		})
	}
}

var survivalChecks = map[string]func(*ruin){
	"a copy that was closed is the same node's":                  closedIsTheSame,
	"a copy that was not closed comes back whole":                killedIsWhole,
	"a copy that was never closed comes back whole":              killedAgainAndAgain,
	"a copy that was killed before it was used is empty":         killedBeforeUse,
	"a changed byte takes the identity and nothing is made up":   changedByte,
	"a missing file takes the identity and nothing is made up":   missingFile,
	"a shortened file takes the identity and nothing is made up": shortenedFile,
	"a copy without its identity goes on under a new one":        goesOnAsAnother,
}

// ruin is a shelf on which a storage may be killed, and its files changed.
type ruin struct {
	shelf
	wreck Wreck
}

const ruinEntries = 200

// fill writes entries and orphans under the first identity.
func (r *ruin) fill(storage host.Storage) {
	r.t.Helper()
	write(r.t, storage, core.SaveMeta{Meta: metaOf(1)})
	for i := journal.Index(1); i <= ruinEntries; i += 10 {
		write(r.t, storage, core.Append{Entries: entries(1, i, i+9)})
	}
	write(r.t, storage, core.SaveOrphans{Orphans: orphans(1, 500, 502)}, core.SaveMeta{Meta: metaOf(2)})
}

// isWhole checks that everything fill wrote is there, the identity if it must be.
func (r *ruin) isWhole(stored core.Stored, identity bool) {
	r.t.Helper()
	want := metaOf(2)
	if !identity {
		want.Node = journal.NodeID{}
		// What else an id without a copy knew is of no use to a new one.
		want, stored.Meta = core.Meta{}, core.Meta{Node: stored.Meta.Node}
	}
	sameMeta(r.t, stored.Meta, want)
	sameEntries(r.t, stored.Entries, entries(1, 1, ruinEntries))
	sameOrphans(r.t, stored.Orphans, orphans(1, 500, 502))
}

func closedIsTheSame(r *ruin) {
	storage, _ := r.load()
	r.fill(storage)
	shut(r.t, storage)
	r.isWhole(r.read(), true)
	r.isWhole(r.read(), true)
}

func killedIsWhole(r *ruin) {
	storage, _ := r.load()
	r.fill(storage)
	r.wreck.Kill(storage)
	storage, stored := r.load()
	r.isWhole(stored, storage.Durable())
	shut(r.t, storage)
}

func killedAgainAndAgain(r *ruin) {
	var want []journal.Entry
	for i := journal.Index(1); i <= 8; i++ {
		storage, stored := r.load()
		sameEntries(r.t, stored.Entries, want)
		if stored.Meta.Node.IsZero() == storage.Durable() && i > 1 {
			r.t.Errorf("killed %d times the copy is of %v", i-1, stored.Meta.Node)
		}
		write(r.t, storage, core.SaveMeta{Meta: metaOf(journal.Incarnation(i))}, core.Append{Entries: entries(1, i, i)})
		want = append(want, entry(1, i))
		r.wreck.Kill(storage)
	}
	sameEntries(r.t, r.read().Entries, want)
}

func killedBeforeUse(r *ruin) {
	for range 3 {
		storage, stored := r.load()
		if !stored.Meta.Node.IsZero() || len(stored.Entries) > 0 || stored.Snapshot != nil {
			r.t.Errorf("a copy that was never used holds %+v", stored)
		}
		r.wreck.Kill(storage)
	}
}

// changedByte changes each of some bytes of a copy that was closed, where no
// byte may have been lost.
func changedByte(r *ruin) {
	for part := range 8 {
		r.refill()
		r.changeLargest(func(content []byte) []byte {
			return flip(content, part*(len(content)-1)/7)
		})
		r.isPrefix(r.read())
		r.clear()
	}
}

func shortenedFile(r *ruin) {
	for part := range 4 {
		r.refill()
		r.changeLargest(func(content []byte) []byte { return content[:part*len(content)/8] })
		r.isPrefix(r.read())
		r.clear()
	}
}

func missingFile(r *ruin) {
	names, err := r.filled().List()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range names {
		r.clear()
		r.refill()
		if err := r.wreck.Files.Remove(name); err != nil {
			r.t.Fatal(err)
		}
		r.isPrefix(r.read())
	}
}

func goesOnAsAnother(r *ruin) {
	r.refill()
	r.changeLargest(func(content []byte) []byte { return flip(content, len(content)/2) })
	storage, stored := r.load()
	other := metaOf(1)
	other.Node = node(7)
	n := journal.Index(len(stored.Entries))
	write(r.t, storage, core.SaveMeta{Meta: other}, core.Append{Entries: entries(1, n+1, n+5)})
	shut(r.t, storage)
	stored = r.read()
	sameMeta(r.t, stored.Meta, other)
	sameEntries(r.t, stored.Entries, entries(1, 1, n+5))
}

// refill makes a copy that was closed.
func (r *ruin) refill() {
	r.t.Helper()
	storage, _ := r.load()
	r.fill(storage)
	shut(r.t, storage)
}

func (r *ruin) filled() journal.Directory {
	r.t.Helper()
	r.refill()
	return r.wreck.Files
}

// isPrefix checks that a copy has no identity, and no entry that is not as it
// was written.
func (r *ruin) isPrefix(stored core.Stored) {
	r.t.Helper()
	if !stored.Meta.Node.IsZero() {
		r.t.Errorf("a damaged copy is of node %v", stored.Meta.Node)
	}
	n := len(stored.Entries)
	if n > ruinEntries {
		r.t.Errorf("a damaged copy has %d entries, of %d written", n, ruinEntries)
		return
	}
	sameEntries(r.t, stored.Entries, entries(1, 1, journal.Index(n)))
	for _, o := range stored.Orphans {
		if !slices.ContainsFunc(orphans(1, 500, 502), func(w journal.Orphan) bool { return equalEntries(o.Entry, w.Entry) }) {
			r.t.Errorf("a damaged copy has an orphan %v that was never written", o.Entry.Position)
		}
	}
}
