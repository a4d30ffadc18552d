package roomtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
	"github.com/understudy-dev/understudy/site/sitetest"
)

// turns is how many writes are made before the other way has its turn: whatever
// else the machine does meanwhile is shared by both.
const turns = 50

// BenchmarkWriteFromTabToTab measures a write with ack all of one tab while
// another one is master, both the only copies, and what four messages of the
// same sizes cost between two tabs with nothing but a forwarder: to the master,
// to the copy, its ack, and the answer. Both run in a worker, and are timed on
// the page.
func BenchmarkWriteFromTabToTab(b *testing.B) {
	h := openHouse(b)
	h.openTab(b, "write", "otter")
	writer := h.openTab(b, "write", "lynx")
	nodetest.WaitFor(b, "both are in sync", func() bool {
		return sitetest.Eval[int](b, writer, "return (await room.set('k', 'v')).copies") == 2
	})
	sizes := writeSizes(b, writer)
	bare := openForwarded(b, h, sizes)
	var wrote, forwarded []time.Duration
	for done := 0; done < b.N; done += turns {
		wrote = append(wrote, timed(b, writer, "await room.set('k', 'v', { ack: 'all' })")...)
		forwarded = append(forwarded, timed(b, bare, "await carry()")...)
	}
	report(b, "write-", wrote)
	report(b, "bare-", forwarded)
	middle := func(took []time.Duration) float64 { return float64(took[len(took)/2]) }
	b.ReportMetric(middle(wrote)/middle(forwarded), "write/bare")
}

// writeSizes returns the bytes of the frames that one write waits for, in order.
func writeSizes(b *testing.B, writer *sitetest.Tab) []int {
	b.Helper()
	sizes := sitetest.Eval[map[string]int](b, writer, `
		const sizes = {}
		const stop = room.on('frames', (frames) => {
			for (const { kind, bytes } of frames) sizes[kind] = Math.max(sizes[kind] ?? 0, bytes)
		})
		for (let n = 0; n < 20; n++) await room.set('k', 'v', { ack: 'all' })
		await new Promise((resolve) => setTimeout(resolve, 100))
		stop()
		return sizes`)
	var ordered []int
	for _, kind := range []string{"write", "replicate", "ack", "written"} {
		if sizes[kind] == 0 {
			b.Fatalf("no frame of kind %s was seen: %v", kind, sizes)
		}
		ordered = append(ordered, sizes[kind])
	}
	return ordered
}

// openForwarded opens two tabs with a forwarder between them and returns the
// one that asks, whose page has a function carry.
func openForwarded(b *testing.B, h *house, sizes []int) *sitetest.Tab {
	b.Helper()
	page := startForwarder(b)
	socket := "ws" + strings.TrimPrefix(page[:strings.Index(page, "/testdata")], "http") + "/ws"
	open := func(asks bool, sizes ...int) *sitetest.Tab {
		tab := h.browser.Open(b, page)
		tab.Do(b, fmt.Sprintf(`
			const worker = new Worker('worker.js', { type: 'module' })
			const next = () => new Promise((resolve) => (worker.onmessage = resolve))
			window.carry = () => {
				worker.postMessage({})
				return next()
			}
			worker.postMessage({ url: %q, asks: %v, sizes: [%d, %d] })
			await next()`, socket, asks, sizes[0], sizes[1]))
		return tab
	}
	open(false, sizes[1], sizes[3])
	return open(true, sizes[0], sizes[2])
}

// timed runs a script again and again in a tab and returns how long each took.
func timed(b *testing.B, tab *sitetest.Tab, script string) []time.Duration {
	b.Helper()
	times := sitetest.Eval[[]float64](b, tab, fmt.Sprintf(`
		const took = []
		for (let n = 0; n < %d; n++) {
			const began = performance.now()
			%s
			took.push(performance.now() - began)
		}
		return took`, turns, script))
	var took []time.Duration
	for _, ms := range times {
		took = append(took, time.Duration(ms*float64(time.Millisecond)))
	}
	return took
}

// BenchmarkPageLoad measures from the start of a navigation to the page until
// its node is a replica. The browser has the wasm in its cache, as after a first
// visit.
func BenchmarkPageLoad(b *testing.B) {
	h := openHouse(b)
	h.startNode(b, "load", "ant")
	var took []time.Duration
	for i := range b.N + 1 {
		tab := h.openPage(b, "load", fmt.Sprint("visitor", i))
		ms := sitetest.Eval[float64](b, tab, "return performance.now()")
		if i > 0 {
			took = append(took, time.Duration(ms*float64(time.Millisecond)))
		}
		tab.Close(b)
	}
	report(b, "", took)
}

// report says where the middle, the slow end and the worst of some times are,
// and puts them in order.
func report(b *testing.B, what string, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	at := func(part float64) float64 {
		i := min(int(part*float64(len(took))), len(took)-1)
		return float64(took[i].Microseconds()) / 1000
	}
	b.ReportMetric(0, "ns/op") // it is of the preparations, too
	b.ReportMetric(at(0.5), what+"p50-ms")
	b.ReportMetric(at(0.99), what+"p99-ms")
	b.ReportMetric(at(1), what+"max-ms")
}
