package roomtest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
	"github.com/understudy-dev/understudy/site/sitetest"
)

// check holds every receipt against the room.
func (r *room) check(t *testing.T, receipts []receipt) {
	t.Helper()
	// Once this one is everywhere, it is decided what became of those before.
	if _, err := r.client.Set(t.Context(), "last", nil, host.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(receipts)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := sitetest.Eval[[]string](t, r.tabs[len(r.tabs)-1].Tab,
		"return Promise.all("+string(text)+".map((receipt) => room.verify(receipt, { timeout: 20000 })))")
	counts := map[string]int{}
	var kept []string
	for i, receipt := range receipts {
		counts[receipt.Ack+" "+verdicts[i]]++
		if verdicts[i] == "kept" {
			kept = append(kept, receipt.Key)
		}
		if verdicts[i] != "kept" && (receipt.Ack != "async" || verdicts[i] != "orphaned") {
			t.Errorf("%+v is %s", receipt, verdicts[i])
		}
		r.checkHere(t, receipt, verdicts[i])
	}
	t.Logf("receipts: %v", counts)
	for _, ack := range acks {
		i := slices.IndexFunc(receipts, func(r receipt) bool { return r.Ack == ack && r.at.Index > 0 })
		r.checkByCommand(t, receipts[i], verdicts[i])
	}
	r.checkCopies(t, kept)
}

// checkHere asks for a native writer's receipt from this process, too: it has
// the epoch's master in full.
func (r *room) checkHere(t *testing.T, receipt receipt, want string) {
	t.Helper()
	if receipt.at.Index == 0 {
		return
	}
	if verdict, _, err := r.client.Verify(t.Context(), receipt.at); err != nil || verdict.String() != want {
		t.Errorf("%+v is %v, %v for a process and %s for a tab", receipt, verdict, err, want)
	}
}

func (r *room) checkByCommand(t *testing.T, receipt receipt, want string) {
	t.Helper()
	if want != frame.VerdictKept.String() {
		return // the command then ends with a status
	}
	got := r.run(t, r.name, "verify", receipt.Position+" by="+receipt.By)
	if !strings.HasPrefix(got, want+" "+receipt.Position) {
		t.Errorf("understudy verify: %q, want %s", got, want)
	}
}

// checkCopies looks for the keys in every copy there is.
func (r *room) checkCopies(t *testing.T, keys []string) {
	t.Helper()
	slices.Sort(keys)
	for _, tab := range r.tabs {
		nodetest.WaitFor(t, tab.name+" has every key that was kept", func() bool {
			return len(missing(keys, sitetest.Eval[[]string](t, tab.Tab, `
				const keys = []
				for await (const { key } of room.scan('w/')) keys.push(key)
				return keys`))) == 0
		})
	}
	for _, n := range r.natives {
		id, found := member(t, r.client, n.name)
		if !found {
			t.Errorf("%s is not in the room", n.name)
			continue
		}
		nodetest.WaitFor(t, n.name+" has every key that was kept", func() bool {
			options := host.ScanOptions{Bare: true}
			options.From, options.Level = id, frame.LevelCommitted
			var have []string
			for item, err := range r.client.Scan(t.Context(), "w/", options) {
				if err != nil {
					t.Fatal(err)
				}
				have = append(have, item.Key)
			}
			return len(missing(keys, have)) == 0
		})
	}
	for _, name := range r.gone {
		if _, found := member(t, r.client, name); found {
			t.Errorf("%s is still in the room", name)
		}
	}
}

// missing returns the keys of want that are not in have, both in order.
func missing(want, have []string) []string {
	var lost []string
	for _, key := range want {
		if _, found := slices.BinarySearch(have, key); !found {
			lost = append(lost, key)
		}
	}
	return lost
}
