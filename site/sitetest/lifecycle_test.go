package sitetest

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/understudy-dev/understudy/core/host/loopback"
)

// fast makes a relay give a silent node up soon.
var fast = loopback.Config{PingEvery: 100 * time.Millisecond, DeadAfter: 400 * time.Millisecond}

func isMaster(t *testing.T, tab *Tab) func() bool {
	return func() bool { return Eval[string](t, tab, "return room.status.role") == "master" }
}

func bothInSync(t *testing.T, master *Tab) func() bool {
	return func() bool { return Eval[int](t, master, `return (await room.set('k', 'v')).copies`) == 2 }
}

func TestACrashedWorkerIsReplacedAndComesBackAsANewNode(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", bothInSync(t, first))
	first.Do(t, `
		window.before = room.status.node
		window.seen = []
		room.watch('', (change) => seen.push(change.type + ' ' + change.key))
		const waiting = room.set('late', 'x', { ack: 5, timeout: 3000 }).catch((error) => error.code)
		room.lab.crash()
		window.code = await waiting`)
	got := Eval[string](t, first, `return [code, room.status.role, await room.get('k').catch((error) => error.code)].join(' ')`)
	if want := "OUTCOME_UNKNOWN offline CLOSED"; got != want {
		t.Errorf("after a crash: %s, want %s", got, want)
	}
	waitFor(t, "the other tab leads", isMaster(t, second))
	first.Do(t, `await room.lab.start(); await room.opened()`)
	second.Do(t, `await room.set('after', 'crash')`)
	waitFor(t, "the watch goes on in the new node", func() bool {
		return Eval[bool](t, first, `return seen.includes('set after') && room.status.node !== before && room.status.role === 'replica'`)
	})
}

func TestAFrozenMasterIsReplacedAndFollowsWhenItWakes(t *testing.T) {
	s, b := StartServer(t, fast), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", bothInSync(t, first))
	got := Eval[string](t, first, `
		room.lab.freeze(6000)
		const began = performance.now()
		const code = await room.set('frozen', 'x', { timeout: 1500 }).catch((error) => error.code)
		return code + (performance.now() - began < 6000 ? ' before it moves' : ' late')`)
	if want := "OUTCOME_UNKNOWN before it moves"; got != want {
		t.Errorf("a write to a worker that stands still: %s, want %s", got, want)
	}
	waitFor(t, "the other tab leads", isMaster(t, second))
	waitFor(t, "the frozen one follows", func() bool { return Eval[string](t, first, "return room.status.role") == "replica" })
	if found := Eval[bool](t, second, `return await room.get('frozen', { read: 'latest' }) !== undefined`); found {
		t.Error("a write whose time was over before its worker saw it was made")
	}
}

func TestACutNetworkIsSeenAndSurvived(t *testing.T) {
	s, b := StartServer(t, fast), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", bothInSync(t, first))
	first.Do(t, `room.lab.cut(1500)`)
	waitFor(t, "the other tab leads", isMaster(t, second))
	waitFor(t, "the cut one is back", func() bool { return Eval[string](t, first, "return room.status.role") == "replica" })
	second.Do(t, `await room.set('after', 'cut')`)
	waitFor(t, "and has what was written meanwhile", func() bool {
		return Eval[bool](t, first, `return (await room.get('after'))?.text() === 'cut'`)
	})
}

func TestAPageInTheCacheIsGoneAndComesBackAsANewNode(t *testing.T) {
	s := StartServer(t, loopback.Config{})
	// The two switches that keep a page under test out of the cache.
	b := StartBrowser(t, chromedp.Flag("enable-features", "BackForwardCache:ignore_outstanding_network_request_for_testing/true"))
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", bothInSync(t, first))
	before := Eval[string](t, first, "window.mark = 'kept'; return room.status.node")
	began := time.Now()
	first.Go(t, s.URL+BlankPath+"?away")
	waitFor(t, "the other tab leads", isMaster(t, second))
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the other tab leads %v after the page went away: no goodbye was said", took)
	}
	first.Do(t, "setTimeout(() => history.back(), 0)")
	waitFor(t, "the page is back from the cache, as a new node", func() bool {
		node, err := TryEval[string](first, "return window.mark === 'kept' && room.status.role === 'replica' ? room.status.node : ''")
		return err == nil && node != "" && node != before
	})
}

func TestAReloadKeepsTheNameAndACloneGetsItsOwn(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first := open(t, b, s, `{}`)
	name := Eval[string](t, first, "return room.status.name")
	first.Go(t, s.URL+BlankPath)
	again := Eval[string](t, first, `
		const { openRoom } = await import('/sdk/understudy.js')
		window.room = await openRoom({ room: 'kitchen' })
		return room.status.name`)
	if again != name || name == "" {
		t.Errorf("%q is %q after a reload", name, again)
	}
	clone := Eval[string](t, first, `
		const clone = window.open(location.href)
		await new Promise((resolve) => clone.addEventListener('load', resolve))
		const copied = clone.sessionStorage.getItem('understudy-name')
		const { openRoom } = await clone.eval("import('/sdk/understudy.js')")
		const other = await openRoom({ room: 'kitchen' })
		return copied + ' ' + other.status.name`)
	if clone == name+" "+name || len(clone) <= len(name) || clone[:len(name)] != name {
		t.Errorf("a clone of %s has the storage and name %q, want the storage and another name", name, clone)
	}
}

func TestAMissingWorkerOrWasmIsSaidClearly(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	tab := b.Open(t, s.URL+BlankPath)
	for options, want := range map[string]string{
		`{ wasmUrl: '/blank' }`:        "is no WebAssembly, but text/html",
		`{ wasmUrl: '/missing.wasm' }`: "was answered 404",
		`{ workerUrl: '/missing.js' }`: "is workerUrl right?",
	} {
		got := Eval[string](t, tab, `
			const { openRoom } = await import('/sdk/understudy.js')
			return openRoom({ room: 'kitchen', ...`+options+` }).then(() => 'opened', (error) => error.code + ': ' + error.message)`)
		if !contains(got, "CLOSED: ", want) {
			t.Errorf("%s: %q, want CLOSED and %q", options, got, want)
		}
	}
}
