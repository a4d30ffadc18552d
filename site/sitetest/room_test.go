package sitetest

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host/loopback"
)

// open starts a room in a blank page as window.room.
func open(t *testing.T, b *Browser, s *Server, options string) *Tab {
	t.Helper()
	tab := b.Open(t, s.URL+BlankPath)
	tab.Do(t, `
		const { openRoom } = await import('/sdk/understudy.js')
		window.room = await openRoom({ room: 'kitchen', ...`+options+` })
		await room.opened({ timeout: 10000 })`)
	return tab
}

func TestATabBecomesMasterOfANewRoomAndKeepsWhatIsWritten(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	tab := open(t, b, s, `{ name: 'otter' }`)
	got := Eval[string](t, tab, `
		const receipt = await room.set('todo/1', 'milk')
		const entry = await room.get('todo/1')
		return [room.status.role, room.status.name, room.status.health, entry.text(), receipt.ack, receipt.copies,
			receipt.position === entry.position, receipt.revision === entry.revision, await room.verify(receipt)].join(' ')`)
	if want := "master otter green milk all 1 true true kept"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if c := tab.Complaints(); len(c) > 0 {
		t.Errorf("console: %s", strings.Join(c, "\n"))
	}
}

func TestWritesReachTheOtherTabAndOutliveTheMaster(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first := open(t, b, s, `{ name: 'otter' }`)
	second := open(t, b, s, `{ name: 'lynx' }`)
	second.Do(t, `
		window.seen = []
		window.roles = []
		room.on('role', (role) => roles.push(role))
		room.watch('todo/', (change) => seen.push(change.type + ' ' + change.key + ' ' + (change.text?.() ?? '')))`)
	first.Do(t, `
		await room.set('todo/1', 'milk', { ack: 'all' })
		await room.setJSON('other', { not: 'watched' })
		await room.delete('todo/1')
		await room.set('todo/2', new TextEncoder().encode('bread'))`)
	waitFor(t, "the second tab has seen three changes", func() bool { return Eval[int](t, second, "return seen.length") == 3 })
	if got, want := Eval[string](t, second, "return seen.join()"), "set todo/1 milk,delete todo/1 ,set todo/2 bread"; got != want {
		t.Errorf("seen %s, want %s", got, want)
	}
	if got := Eval[string](t, second, "return room.status.role + ' ' + room.status.health"); got != "replica green" {
		t.Errorf("the second tab is %s", got)
	}
	first.Close(t)
	waitFor(t, "the second tab leads", func() bool { return Eval[string](t, second, "return room.status.role") == "master" })
	got := Eval[string](t, second, `
		const { position } = await room.set('todo/3', 'eggs')
		const keys = []
		for await (const item of room.scan('todo/')) keys.push(item.key + '=' + item.text())
		return position.split('/')[0] + ' ' + keys.join()`)
	if want := "2 todo/2=bread,todo/3=eggs"; got != want {
		t.Errorf("after the takeover: %s, want %s", got, want)
	}
	if c := second.Complaints(); len(c) > 0 {
		t.Errorf("console: %s", strings.Join(c, "\n"))
	}
}

func TestEveryCallEndsWithAResultOrACode(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	tab := open(t, b, s, `{ name: 'otter' }`)
	got := Eval[[]string](t, tab, `
		const code = async (call) => { try { const r = await call(); return r === undefined ? 'undefined' : 'done' } catch (e) { return e.code + (e.retryable ? '+' : '') } }
		const { revision } = await room.set('k', 'v')
		return [
			await code(() => room.get('nothing')),
			await code(() => room.set('k', 'w', { ifAbsent: true })),
			await code(() => room.set('k', 'w', { ifRevision: revision + 1n })),
			await code(() => room.set('k', 'w', { ifRevision: revision })),
			await code(() => room.set('k', 'w', { ack: 2 })),
			await code(() => room.set('x'.repeat(1025), 'v')),
			await code(() => room.set('', 'v')),
			await code(() => room.set('k', 7)),
			await code(() => room.increment('k')),
			await code(() => room.handOver('nobody')),
			await code(() => room.set('k', 'v', { signal: AbortSignal.abort() })),
			await code(() => room.verify({ position: '1/9999' })),
			String((await room.increment('n', 9007199254740993n)).value),
			String((await room.increment('n', -1)).value),
			String((await room.delete('n')).deleted) + String((await room.delete('n')).deleted),
		]`)
	want := []string{
		"undefined", "CONFLICT", "CONFLICT", "done", "NOT_ENOUGH_REPLICAS+", "TOO_LARGE", "REFUSED", "REFUSED", "CONFLICT",
		"REFUSED", "ABORTED", "done", "9007199254740993", "9007199254740992", "truefalse",
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("call %d: %s, want %s", i, got[i], want[i])
		}
	}
}

func TestARoomWithoutARelayIsOfflineAndNoError(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	tab := b.Open(t, s.URL+BlankPath)
	got := Eval[string](t, tab, `
		const { openRoom } = await import('/sdk/understudy.js')
		const room = await openRoom({ room: 'kitchen', relay: 'ws://127.0.0.1:1/ws' })
		const code = async (call) => { try { await call() } catch (e) { return e.code } }
		const opened = await code(() => room.opened({ timeout: 300 }))
		const set = await code(() => room.set('a', 'b', { timeout: 300 }))
		const { role, health } = room.status
		await room.close()
		return [role, health, opened, set, await code(() => room.set('a', 'b')), room.status.role].join(' ')`)
	if want := "offline red NO_MASTER NO_MASTER CLOSED offline"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAClosedRoomHandsOver(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := open(t, b, s, `{ name: 'otter' }`), open(t, b, s, `{ name: 'lynx' }`)
	waitFor(t, "both are in sync", func() bool {
		return Eval[int](t, first, `return (await room.set('k', 'v')).copies`) == 2
	})
	first.Do(t, "await room.close()")
	waitFor(t, "the other tab is master", func() bool {
		return Eval[string](t, second, "return room.status.role") == "master"
	})
}

func TestMembersAndFramesShowTheRoom(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first := open(t, b, s, `{ name: 'otter' }`)
	first.Do(t, `
		window.frames_ = []
		room.on('members', () => {})
		room.on('frames', (seen) => frames_.push(...seen))`)
	second := open(t, b, s, `{ name: 'lynx' }`)
	first.Do(t, `await room.set('k', 'v')`)
	waitFor(t, "each member has answered with one hash", func() bool {
		return Eval[string](t, first, `return room.members.map((m) =>
			[m.name, m.kind, m.role, m.inSync, m.self, m.storage, m.hash === room.members[0].hash && m.hash.length].join()).sort().join(' ')`) ==
			"lynx,tab,replica,true,false,memory,16 otter,tab,master,true,true,memory,16"
	})
	waitFor(t, "frames to and from the replica were seen", func() bool {
		return Eval[bool](t, first, `
			const lynx = room.members.find((m) => m.name === 'lynx').node
			return frames_.some((f) => f.out && f.kind === 'replicate') && frames_.some((f) => !f.out && f.kind === 'ack' && f.peer === lynx)`)
	})
	second.Do(t, `await room.handOver('lynx')`)
	waitFor(t, "the mastership has passed", func() bool {
		return Eval[string](t, first, "return room.status.role") == "replica" && Eval[string](t, second, "return room.status.role") == "master"
	})
}
