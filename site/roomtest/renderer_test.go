//go:build linux

package roomtest

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"

	"github.com/understudy-dev/understudy/site/sitetest"
)

// ballastBytes is far more than a renderer takes by itself in a moment.
const ballastBytes = 128 << 20

// rendererOf returns the process that draws a tab. Chromium keeps spare ones,
// and does not say which is whose; so the tab takes a lot of memory, and it is
// the one process that grew by as much.
func rendererOf(tb testing.TB, tab *sitetest.Tab) int {
	tb.Helper()
	before := renderers(tb, tab)
	tab.Do(tb, fmt.Sprintf("window.ballast = new Uint8Array(%d).fill(1)", ballastBytes))
	after := renderers(tb, tab)
	tab.Do(tb, "delete window.ballast")
	var grown []int
	for pid, bytes := range after {
		if old, there := before[pid]; there && bytes-old > ballastBytes*3/4 {
			grown = append(grown, pid)
		}
	}
	if len(grown) != 1 {
		tb.Fatalf("the tab took %d bytes and processes %v grew: %v before, %v after", ballastBytes, grown, before, after)
	}
	return grown[0]
}

// renderers returns the memory of each renderer of a tab's browser.
func renderers(tb testing.TB, tab *sitetest.Tab) map[int]int {
	tb.Helper()
	all, err := chromedp.CallBrowser(tab.Context(), systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		tb.Fatal(err)
	}
	found := map[int]int{}
	for _, p := range all.ProcessInfo {
		if p.Type != "renderer" {
			continue
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.ID))
		if err != nil {
			continue // it has ended
		}
		var total, resident int
		if _, err := fmt.Sscan(string(text), &total, &resident); err != nil {
			tb.Fatalf("memory of %d: %v", p.ID, err)
		}
		found[int(p.ID)] = resident * os.Getpagesize()
	}
	return found
}

// killRenderer kills a tab's process, which rendererOf has found, as kill -9.
func killRenderer(tb testing.TB, pid int) {
	tb.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		tb.Fatalf("kill renderer %d: %v", pid, err)
	}
}
