//go:build linux

package roomtest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
	"github.com/understudy-dev/understudy/site/sitetest"
)

// What happens to a room, and how many copies are left.
var events = []struct {
	name   string
	master string // who leads when it happens
	copies int    // in sync in the end
	do     func(t *testing.T, r *room)
}{
	{"the master's tab is closed", "otter", 4, func(t *testing.T, r *room) {
		tab := r.tabs[0]
		r.lose()
		tab.Close(t)
	}},
	{"the master's tab is reloaded", "otter", 5, func(t *testing.T, r *room) {
		if err := chromedp.Do(r.tabs[0].Context(), chromedp.Reload()); err != nil {
			t.Fatal(err)
		}
		join(t, r.tabs[0].Tab, r.name, r.tabs[0].name)
	}},
	{"the renderer of the master's tab is killed", "otter", 4, func(t *testing.T, r *room) {
		pid := rendererOf(t, r.tabs[0].Tab)
		r.lose()
		killRenderer(t, pid)
	}},
	{"the master's process is killed", "ant", 4, func(t *testing.T, r *room) {
		r.gone = append(r.gone, r.natives[0].name)
		r.natives[0].Kill(t)
		r.natives = r.natives[1:]
	}},
}

// The main promise, on real input: whoever is master may end in whatever way,
// the others go on by themselves, and what was acknowledged is kept.
func TestNothingAcknowledgedIsLostWhen(t *testing.T) {
	h := openHouse(t)
	for i, event := range events {
		t.Run(event.name, func(t *testing.T) {
			r := openRoom(t, h, fmt.Sprint("room", i), (*house).openTab)
			r.handOver(t, event.master)
			r.writeOnceAndReadEverywhere(t, "once")
			writers := r.startWriters(t, event.master)
			_, before := r.master(t)
			nodetest.WaitFor(t, "everybody writes", func() bool { return allWrite(t, writers, before) })
			event.do(t, r)
			nodetest.WaitFor(t, "there is a new master", func() bool {
				name, epoch := r.master(t)
				return epoch > before && name != "" && name != event.master
			})
			nodetest.WaitFor(t, "everybody writes on", func() bool { return allWrite(t, writers, before+1) })
			r.waitInSync(t, event.copies)
			r.check(t, stopAll(t, writers))
			r.quiet(t)
		})
	}
}

// A window that a tab opens gets a copy of that tab's session storage, and must
// be a node of its own all the same.
func TestAWindowOpenedByATabIsANodeOfItsOwn(t *testing.T) {
	r := openRoom(t, openHouse(t), "window", (*house).openTab)
	r.handOver(t, "otter")
	writers := r.startWriters(t, "otter")
	opened := r.browser.Popup(t, r.tabs[0].Tab, `
		sessionStorage.setItem('mark', 'copied')
		window.open(location.href)`)
	nodetest.WaitFor(t, "the window has loaded", func() bool {
		loaded, err := sitetest.TryEval[bool](opened, "return document.readyState === 'complete' && location.pathname.endsWith('.svg')")
		return err == nil && loaded
	})
	join(t, opened, r.name, "")
	r.tabs = append(r.tabs, &tab{opened, "the opened window"})
	r.watched = append(r.watched, r.tabs[3])
	r.waitInSync(t, 6)
	seen := map[string]bool{}
	for _, tab := range r.tabs {
		who := sitetest.Eval[[]string](t, tab.Tab, "return [room.status.node, room.status.name, sessionStorage.getItem('mark') ?? '']")
		if seen[who[0]] || seen[who[1]] {
			t.Errorf("%s is node %s and called %s, as another tab is", tab.name, who[0], who[1])
		}
		if tab.Tab == opened && who[2] != "copied" {
			t.Errorf("the window's session storage says %q: it is no copy", who[2])
		}
		seen[who[0]], seen[who[1]] = true, true
	}
	_, before := r.master(t)
	opener := r.tabs[0]
	r.lose()
	opener.Close(t)
	nodetest.WaitFor(t, "everybody writes on without the opener", func() bool { return allWrite(t, writers, before+1) })
	r.waitInSync(t, 5)
	r.check(t, stopAll(t, writers))
	r.quiet(t)
}

// The same room behind the page that people see.
func TestThePageOfTheBinaryIsANodeLikeTheOthers(t *testing.T) {
	r := openRoom(t, openHouse(t), "page", (*house).openPage)
	r.writeOnceAndReadEverywhere(t, "before")
	_, before := r.master(t)
	opener := r.tabs[0]
	r.lose()
	opener.Close(t)
	nodetest.WaitFor(t, "there is a new master", func() bool {
		name, epoch := r.master(t)
		return epoch > before && name != ""
	})
	r.waitInSync(t, 4)
	r.writeOnceAndReadEverywhere(t, "after")
	for _, tab := range r.tabs {
		nodetest.WaitFor(t, tab.name+" shows what was written", func() bool {
			return sitetest.Eval[int](t, tab.Tab, `return document.querySelectorAll('[data-testid="kv-row"][data-committed="true"]').length`) == 6
		})
	}
	r.quiet(t)
}

// startWriters lets every tab but the master write, and this process.
func (r *room) startWriters(t *testing.T, master string) []writer {
	writers := []writer{writeHere(t, r.client)}
	for _, tab := range r.tabs {
		if tab.name != master {
			writers = append(writers, writeInTab(t, tab.Tab, tab.name))
		}
	}
	return writers
}

// stopAll returns all receipts; no write may have failed.
func stopAll(t *testing.T, writers []writer) []receipt {
	t.Helper()
	var receipts []receipt
	for _, w := range writers {
		got, failures := w.stop(t)
		receipts = append(receipts, got...)
		for _, failure := range failures {
			t.Errorf("a write failed: %s", failure)
		}
	}
	return receipts
}

// allWrite reports whether each writer has some receipts of each ack of an
// epoch, or of a newer one.
func allWrite(t *testing.T, writers []writer, epoch journal.EpochNumber) bool {
	t.Helper()
	for _, w := range writers {
		newest := w.newest(t)
		for _, ack := range acks {
			if newest[ack].Epoch < epoch || newest[ack].Count < 3 {
				return false
			}
		}
	}
	return true
}
