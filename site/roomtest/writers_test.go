package roomtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/site/sitetest"
)

var acks = []string{"async", "one", "all"}

// writeEvery is the pause of a writer, so that it leaves a machine with two
// cores to the others.
const writeEvery = 40 * time.Millisecond

// writer writes new keys with every ack until it is told to stop, and keeps
// the receipts.
type writer interface {
	// newest returns the epoch of the newest receipt of each ack, and how many
	// receipts of that epoch there are.
	newest(tb testing.TB) map[string]tally
	stop(tb testing.TB) ([]receipt, []string) // and what went wrong
}

type tally struct {
	Epoch journal.EpochNumber
	Count int
}

// receipt is one write that was acknowledged. Text is what the room's page
// takes to verify it.
type receipt struct {
	Key      string `json:"key"`
	Ack      string `json:"ack"`
	Position string `json:"position"`
	By       string `json:"by"`

	at journal.Position // of a native writer's
}

// tabWriter writes in the page, by its own API.
type tabWriter struct{ tab *sitetest.Tab }

// writeInTab starts a writer. The page must be part of its room.
func writeInTab(tb testing.TB, tab *sitetest.Tab, name string) *tabWriter {
	tb.Helper()
	tab.Do(tb, fmt.Sprintf(`
		const writer = window.writer = { stop: false, receipts: [], failures: [] }
		const pause = () => new Promise((resolve) => setTimeout(resolve, %d))
		const run = async (ack) => {
			for (let n = 0; !writer.stop; n++, await pause()) {
				const key = 'w/%s/' + ack + '/' + n
				try {
					const { position, by } = await room.set(key, key, { ack, timeout: 20000 })
					writer.receipts.push({ key, ack, position, by })
				} catch (error) {
					writer.failures.push(key + ': ' + error.code + ' ' + error.message)
				}
			}
		}
		writer.done = Promise.all(['async', 'one', 'all'].map(run))`, writeEvery.Milliseconds(), name))
	return &tabWriter{tab}
}

func (w *tabWriter) newest(tb testing.TB) map[string]tally {
	tb.Helper()
	return sitetest.Eval[map[string]tally](tb, w.tab, `
		const tallies = {}
		for (const { ack, position } of writer.receipts) {
			const epoch = Number(position.split('/')[0])
			const before = tallies[ack]
			if (!before || before.Epoch < epoch) tallies[ack] = { Epoch: epoch, Count: 1 }
			else if (before.Epoch === epoch) before.Count++
		}
		return tallies`)
}

func (w *tabWriter) stop(tb testing.TB) ([]receipt, []string) {
	tb.Helper()
	all := sitetest.Eval[struct {
		Receipts []receipt `json:"receipts"`
		Failures []string  `json:"failures"`
	}](tb, w.tab, `writer.stop = true; await writer.done; const { receipts, failures } = writer; return { receipts, failures }`)
	return all.Receipts, all.Failures
}

// nativeWriter writes from this process.
type nativeWriter struct {
	end  context.CancelFunc
	done sync.WaitGroup

	mu       sync.Mutex
	receipts []receipt
	failures []string
	tallies  map[string]tally
}

func writeHere(tb testing.TB, client *host.Client) *nativeWriter {
	ctx, end := context.WithCancel(tb.Context())
	w := &nativeWriter{end: end, tallies: map[string]tally{}}
	for _, name := range acks {
		ack, err := host.ParseAck(name)
		if err != nil {
			tb.Fatal(err)
		}
		w.done.Go(func() { w.run(ctx, client, ack) })
	}
	tb.Cleanup(func() {
		end()
		w.done.Wait()
	})
	return w
}

func (w *nativeWriter) run(ctx context.Context, client *host.Client, ack host.Ack) {
	pause := time.NewTicker(writeEvery)
	defer pause.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		key := fmt.Sprintf("w/native/%v/%d", ack, n)
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		r, err := client.Set(limited, key, []byte(key), host.WriteOptions{Ack: ack})
		cancel()
		w.note(key, ack.String(), r, err)
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
}

func (w *nativeWriter) note(key, ack string, r host.Receipt, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		var failure *frame.Failure
		errors.As(err, &failure)
		w.failures = append(w.failures, fmt.Sprintf("%s: %v %+v", key, err, failure))
		return
	}
	w.receipts = append(w.receipts, receipt{
		Key: key, Ack: ack, Position: r.Position.String(), By: r.Position.Epoch.Master.String(), at: r.Position,
	})
	t := w.tallies[ack]
	if t.Epoch < r.Position.Epoch.Number {
		t = tally{Epoch: r.Position.Epoch.Number}
	}
	t.Count++
	w.tallies[ack] = t
}

func (w *nativeWriter) newest(testing.TB) map[string]tally {
	w.mu.Lock()
	defer w.mu.Unlock()
	copied := map[string]tally{}
	for ack, t := range w.tallies {
		copied[ack] = t
	}
	return copied
}

func (w *nativeWriter) stop(testing.TB) ([]receipt, []string) {
	w.end()
	w.done.Wait()
	return w.receipts, w.failures
}
