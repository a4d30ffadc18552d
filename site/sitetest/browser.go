// Package sitetest drives the site in a real Chromium: what a person does and
// what a tab then is.
package sitetest

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// evalTimeout is how long one piece of script may take: longer than any of the
// SDK's own times.
const evalTimeout = 45 * time.Second

// Browser is one Chromium with a profile of its own.
type Browser struct{ ctx context.Context }

// Chromium finds the browser: by UNDERSTUDY_CHROMIUM, else on the PATH. A test
// without one fails: what only a browser can show would else go untested.
func Chromium(t testing.TB) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if name := os.Getenv("UNDERSTUDY_CHROMIUM"); name != "" {
		names = []string{name}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("no Chromium: none of %q can be run; .ci/setup installs it", names)
	return ""
}

// StartBrowser starts a Chromium that ends with the test. Flags are added to
// the usual ones; a hidden tab is throttled as in real life.
func StartBrowser(t testing.TB, flags ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(Chromium(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-popup-blocking", true),
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	// Not the test's context: that one ends before the browser may be closed in order.
	allocator, stopAllocator := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), append(options, flags...)...)
	ctx, stop := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		// It flushes its profile before it ends; killed, it would still write
		// there while the folder is removed.
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("end of Chromium: %v", err)
		}
		stop()
		stopAllocator()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Browser{ctx: ctx}
}

// Tab is one page of a browser. What it complains of on its console is kept.
type Tab struct {
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// Open opens a tab at an address and waits until it has loaded.
func (b *Browser) Open(t testing.TB, url string) *Tab {
	t.Helper()
	tab := newTab(t, b.ctx)
	tab.Go(t, url)
	return tab
}

// newTab makes a tab in the browser of a context, or takes one that is there,
// and listens to its console.
func newTab(t testing.TB, ctx context.Context, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	tab := &Tab{}
	tab.ctx, _ = chromedp.NewContext(ctx, options...) // ended by Close, or with the browser
	if err := chromedp.Do(tab.ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	messages := chromedp.Console(tab.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			tab.note(m)
		}
	}()
	return tab
}

func (tab *Tab) note(m chromedp.ConsoleMessage) {
	if m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleWarning && !m.IsException() {
		return
	}
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.complaints = append(tab.complaints, m.String())
}

// Complaints returns the errors, warnings and uncaught exceptions so far.
func (tab *Tab) Complaints() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return append([]string(nil), tab.complaints...)
}

// Context is the tab's, for actions of chromedp that have no method here.
func (tab *Tab) Context() context.Context { return tab.ctx }

// Go navigates the tab and waits until the page has loaded.
func (tab *Tab) Go(t testing.TB, url string) {
	t.Helper()
	if err := chromedp.Do(tab.ctx, chromedp.Navigate(url)); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

// Close closes the tab as a person does, and returns when it is gone.
func (tab *Tab) Close(t testing.TB) {
	t.Helper()
	if err := chromedp.Cancel(tab.ctx); err != nil {
		t.Fatalf("close the tab: %v", err)
	}
}

// Eval runs script as the body of an async function in the tab and returns
// what it returns.
func Eval[T any](t testing.TB, tab *Tab, script string) T {
	t.Helper()
	value, err := TryEval[T](tab, script)
	if err != nil {
		t.Fatalf("%v\nin: %s\nconsole: %q", err, script, tab.Complaints())
	}
	return value
}

// Do is Eval of a script whose value does not matter.
func (tab *Tab) Do(t testing.TB, script string) {
	t.Helper()
	Eval[bool](t, tab, script+"\nreturn true")
}

// TryEval is Eval with an error that the test expects.
func TryEval[T any](tab *Tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(tab.ctx, evalTimeout)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T]("(async () => {"+script+"\n})()", chromedp.EvalAwaitPromise))
}
