package sitetest

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host/loopback"
)

func TestABatchIsOneWriteAndGivesOneNumberEach(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	tab := open(t, b, s, `{ name: 'otter' }`)
	got := Eval[[]string](t, tab, `
		const code = async (call) => { try { await call(); return 'done' } catch (e) { return e.code } }
		const { results, position } = await room.batch((b) => b.set('a', 'x').append('a', 'yz').increment('n', 5).delete('none').expire('a'))
		const a = await room.get('a')
		return [
			results.join(), a.text(), String(a.position === position),
			await code(() => room.batch((b) => b.set('a', 'lost').ifAbsent('a'))),
			await code(() => room.batch((b) => b.set('a', 'lost').set('b', 'lost').ifValue('n', '4'))),
			await code(() => room.batch((b) => b.set('a', 'kept').ifValue('n', '5').ifRevision('a', a.revision))),
			await code(() => room.batch(() => {})),
			(await room.get('a')).text() + String(await room.get('b')),
			String((await room.append('a', '!')).length) + String((await room.expire('b', 5)).found),
		]`)
	want := []string{"0,3,5,0,1", "xyz", "true", "CONFLICT", "CONFLICT", "done", "REFUSED", "keptundefined", "5false"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("call %d: %s, want %s", i, got[i], want[i])
		}
	}
}

func TestAKeyExpiresInEveryTab(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	second.Do(t, `
		window.seen = []
		room.watch('', (change) => seen.push(change.type + ' ' + change.key))`)
	first.Do(t, `
		await room.set('short', 'x', { ttl: 300 })
		await room.set('kept', 'x', { ttl: 300 })
		await room.expire('kept', 0)`)
	waitFor(t, "the second tab has seen the end of a key", func() bool {
		return Eval[string](t, second, "return seen.join()") == "set short,set kept,set kept,expire short"
	})
	const ends = `
		await room.set('kept', 'x', { ttl: 3_600_000 })
		const near = ({ deadline }) => Math.abs(deadline - Date.now() - 3_600_000) < 60_000
		const got = near(await room.get('kept'))
		for await (const item of room.scan('kept')) var scanned = near(item)
		await room.expire('kept', 0)
		return [got, scanned, (await room.get('kept')).deadline].join()`
	if got := Eval[string](t, first, ends); got != "true,true," {
		t.Errorf("when a key ends is told rightly by get, by scan, and after it lasts for ever: %s", got)
	}
	if got := Eval[string](t, second, "return String(await room.get('short')) + (await room.get('kept')).text()"); got != "undefinedx" {
		t.Errorf("short and kept are %s", got)
	}
}

func TestSettingsAreTheRoomsAndOnlyTheNamedOnesChange(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	got := Eval[[]string](t, second, `
		const code = async (call) => { try { return JSON.stringify(await call()) } catch (e) { return e.code + ' ' + e.message } }
		return [
			await code(() => room.settings()),
			await code(() => room.configure({ election: 'vote', ack: 1 })),
			await code(() => room.configure({ lagLimit: 200 })),
			await code(() => room.configure({ lagLimit: 50 })),
			await code(() => room.takeOver('lynx')),
			await code(() => room.takeOver('nobody')),
		]`)
	for i, want := range []string{
		`{"election":"succession","minInSync":1,"ack":"all","volatile":"allow","lagLimit":3000}`,
		`{"election":"vote","minInSync":1,"ack":"one","volatile":"allow","lagLimit":3000}`,
		`{"election":"vote","minInSync":1,"ack":"one","volatile":"allow","lagLimit":200}`,
		"REFUSED lag-limit 50ms: 100ms to 1h",
		"REFUSED ",
		`REFUSED no node here is called "nobody"`,
	} {
		if !strings.HasPrefix(got[i], want) {
			t.Errorf("call %d: %s, want %s", i, got[i], want)
		}
	}
	waitFor(t, "the other tab has the settings", func() bool {
		return Eval[string](t, first, "return room.status.settings.election + room.status.settings.lagLimit") == "vote200"
	})
	if got := Eval[string](t, first, "return (await room.set('k', 'v')).ack"); got != "one" {
		t.Errorf("a write that does not say waits for %s, want one", got)
	}
}

func TestAWriteThatWasRolledBackIsSeenAndReplayedFromAnyTab(t *testing.T) {
	s, b := StartServer(t, fast), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", bothInSync(t, first))
	first.Do(t, `
		window.found = []
		room.on('orphans', (orphans) => found.push(...orphans))
		await room.set('k', 'before')
		room.lab.cut(1500)
		await room.set('k', 'lost', { ack: 'async' })
		await room.set('taken', 'mine', { ack: 'async' })`)
	waitFor(t, "the other tab leads", isMaster(t, second))
	second.Do(t, `await room.set('taken', 'yours')`)
	waitFor(t, "the old master has said what was rolled back", func() bool { return Eval[int](t, first, "return found.length") == 2 })
	got := Eval[[]string](t, second, `
		const code = async (call) => { try { return (await call()) ?? 'done' } catch (e) { return e.code + ' ' + e.message } }
		const [k, taken] = await room.orphans()
		const [change] = k.changes
		const short = await code(() => room.replay(k, { ack: 9 }))
		const receipt = await room.replay(k, { ack: 9, onShort: 'degrade' })
		return [
			[k.changes.length, change.type, change.key, change.text(), change.textBefore(), k.acked, k.ack, k.superseded, k.nodes.length, k.beforeKnown].join(' '),
			(await room.get('k')).text() + ' ' + await room.verify(receipt),
			await code(() => room.replay(k)),
			await code(() => room.replay(taken)),
			(await room.get('taken')).text(),
			await code(() => room.discard(taken)),
			await code(() => room.replay(taken)),
			short + ', ' + receipt.ack,
		]`)
	for i, want := range []string{"1 set k lost before true async false 1 true", "lost kept", "REFUSED no node here keeps", "CONFLICT ", "yours", "done", "REFUSED", "NOT_ENOUGH_REPLICAS 9 replicas wanted, 1 in sync, one"} {
		if !strings.HasPrefix(got[i], want) {
			t.Errorf("call %d: %s, want %s", i, got[i], want)
		}
	}
	if text := got[3]; !contains(text, "yours") {
		t.Errorf("the conflict says %q, want the value that is there", text)
	}
	waitFor(t, "nobody keeps them any more", func() bool {
		return Eval[string](t, first, "return room.status.orphans + ' ' + (await room.orphans()).length") == "0 0"
	})
}

func TestASessionReadsWhatItHasJustWrittenOnAReplica(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", bothInSync(t, first))
	got := Eval[string](t, second, `
		for (let n = 0; n < 50; n++) {
			await room.set('n', String(n), { ack: 'async' })
			const entry = await room.get('n')
			if (entry.text() !== String(n)) return entry.text() + ' after ' + n
		}
		return room.status.role + ' at its word'`)
	if want := "replica at its word"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	position := Eval[string](t, first, `return (await room.set('n', 'far', { ack: 'async' })).position`)
	got = Eval[string](t, second, `
		const entry = await room.get('n', { read: 'local', after: '`+position+`' })
		const code = async (after) => { try { return (await room.get('n', { after, timeout: 300 })).text() } catch (e) { return e.code } }
		return [entry.text(), await code('1/9999'), await code('7/1')].join(' ')`)
	if want := "far TIMEOUT REFUSED"; got != want {
		t.Errorf("from a position: %s, want %s", got, want)
	}
}

func TestASessionWhoseWriteWasRolledBackIsToldOnce(t *testing.T) {
	s, b := StartServer(t, fast), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", bothInSync(t, first))
	first.Do(t, `
		window.seen = []
		room.watch('', (change) => seen.push(change.type + ' ' + change.key + ' ' + (change.text?.() ?? '')), { level: 'local' })
		await room.set('k', 'before')
		room.lab.cut(1500)
		await room.set('k', 'lost', { ack: 'async' })`)
	waitFor(t, "the other tab leads", isMaster(t, second))
	second.Do(t, `await room.set('other', 'x')`)
	waitFor(t, "the old master follows", func() bool { return Eval[string](t, first, "return room.status.role") == "replica" })
	waitFor(t, "and has what was written", func() bool {
		return Eval[bool](t, first, "return await room.get('other', { read: 'committed' }) !== undefined")
	})
	got := Eval[string](t, first, `
		const read = async () => { try { return (await room.get('k')).text() } catch (e) { return e.code + (e.position ? '' : ' nowhere') + (e.retryable ? '+' : '') } }
		return [await read(), await read(), await read()].join(' ')`)
	if want := "SESSION_CUT+ before before"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := Eval[string](t, first, "return seen.join()"), "set k before,set k lost,retract k before,set other x"; got != want {
		t.Errorf("a local watch saw %s, want %s", got, want)
	}
}

func TestAWatchFromAnOtherHistoryGetsAGapAndTheState(t *testing.T) {
	s, b := StartServer(t, fast), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", bothInSync(t, first))
	lost := Eval[string](t, first, `
		room.lab.cut(1500)
		return (await room.set('k', 'lost', { ack: 'async' })).position`)
	waitFor(t, "the other tab leads", isMaster(t, second))
	second.Do(t, `
		window.seen = []
		await room.set('todo/1', 'milk')
		room.watch('', (c) => seen.push([c.type, c.key ?? (c.items ?? []).map((i) => i.key + '=' + i.text()), c.more].join(' ').trim()), { from: '`+lost+`' })`)
	waitFor(t, "the state is told", func() bool { return Eval[int](t, second, "return seen.length") == 2 })
	second.Do(t, `window.last = (await room.set('todo/2', 'bread')).position`)
	waitFor(t, "the watch goes on", func() bool { return Eval[int](t, second, "return seen.length") == 3 })
	if got, want := Eval[string](t, second, "return seen.join(', ')"), "gap, state k=v,todo/1=milk false, set todo/2"; got != want {
		t.Errorf("seen %s, want %s", got, want)
	}
	state := Eval[string](t, second, `
		const told = Promise.withResolvers()
		room.watch('todo/', (c) => c.type === 'state' && told.resolve(c.items.map((i) => i.key).join()), { from: '0' })
		return told.promise`)
	if want := "todo/1,todo/2"; state != want {
		t.Errorf("from before the first entry: %s, want %s", state, want)
	}
	position := Eval[string](t, second, `
		const told = Promise.withResolvers()
		room.watch('', (c) => told.resolve(c.type + ' ' + (c.position === last)), { from: '2/9999' })
		return told.promise`)
	if want := "ahead true"; position != want {
		t.Errorf("from a future position: %s, want %s", position, want)
	}
}

func TestAWriteMayMakeDoWithTheCopiesThereAre(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	tab := open(t, b, s, `{ name: 'otter' }`)
	got := Eval[string](t, tab, `
		const { ack, copies } = await room.set('k', 'v', { ack: 2, onShort: 'degrade' })
		const code = await room.set('k', 'w', { ack: 2 }).catch((error) => error.code)
		return [ack, copies, code, (await room.get('k')).text()].join(' ')`)
	if want := "async 1 NOT_ENOUGH_REPLICAS v"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestARoomThatBeganAgainSaysWhoWasMissing(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first := open(t, b, s, `{ name: 'otter' }`)
	lost := Eval[string](t, first, `await room.set('k', 'v'); return room.status.node`)
	spare := b.Open(t, s.URL+BlankPath) // the browser must outlive the first tab
	first.Close(t)
	spare.Do(t, `
		const { openRoom } = await import('/sdk/understudy.js')
		window.room = await openRoom({ room: 'kitchen', name: 'lynx' })
		await room.opened({ timeout: 15000 })`)
	got := Eval[string](t, spare, `
		const [loss] = room.status.losses
		return [room.status.losses.length, loss.epoch === room.status.epoch, loss.taken, loss.missing.join(), Math.abs(Date.now() - loss.at) < 60000].join(' ')`)
	if want := "1 true false " + lost + " true"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
