package sitetest

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// popupAfter is how long a window may take to appear.
const popupAfter = 20 * time.Second

// Popup runs a script that opens a window from a tab, and returns the window.
func (b *Browser) Popup(t testing.TB, opener *Tab, script string) *Tab {
	t.Helper()
	opened := chromedp.WaitNewTarget(opener.ctx, func(info *target.Info) bool { return info.Type == "page" })
	opener.Do(t, script)
	select {
	case id, ok := <-opened:
		if !ok {
			t.Fatal("the tab is no page that could open a window")
		}
		return newTab(t, b.ctx, chromedp.WithTargetID(id))
	case <-time.After(popupAfter):
		t.Fatalf("no window within %v of: %s", popupAfter, script)
		return nil
	}
}
