package sitetest

import (
	"testing"

	"github.com/understudy-dev/understudy/core/host/loopback"
)

func TestAPageShowsWhatWasRolledBackAndReplaysIt(t *testing.T) {
	s, b := StartServer(t, fast), StartBrowser(t)
	first, second := openPage(t, b, s, "otter"), openPage(t, b, s, "lynx")
	shows(t, first, "one('in-sync').textContent", "2 of 2")
	first.Do(t, `
		await understudy.room.set('todo/1', 'milk')
		understudy.room.lab.cut(1500)
		write('todo/1', 'oat milk', 'async')
		write('todo/2', 'bread', 'async')`)
	shows(t, second, "one('role').dataset.role", "master")
	second.Do(t, `await understudy.room.set('todo/1', 'eggs')`)
	for _, tab := range []*Tab{first, second} {
		shows(t, tab, "all('orphan').length", "2")
		shows(t, tab, rows, "todo/1=eggs")
	}
	second.Do(t, "all('replay')[1].click()")
	shows(t, first, rows, "todo/1=eggs,todo/2=bread")
	first.Do(t, "one('replay').click()")
	shows(t, first, "one('replay').textContent + ' ' + /eggs/.test(one('orphan').textContent)", "Replay anyway true")
	first.Do(t, "one('replay').click()")
	shows(t, second, rows, "todo/1=oat milk,todo/2=bread")
	for _, tab := range []*Tab{first, second} {
		shows(t, tab, "all('orphan').length", "0")
	}
	quiet(t, first, second)
}

func TestAPageShowsUntilWhenAKeyLasts(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := openPage(t, b, s, "otter"), openPage(t, b, s, "lynx")
	first.Do(t, `
		await understudy.room.set('a', '1', { ttl: 3_600_000 })
		await understudy.room.set('b', '1', { ttl: 400 * 24 * 3_600_000 })
		await understudy.room.set('c', '1')`)
	const ends = "all('kv-until').map((end) => end.textContent && (Date.parse(end.dateTime) - Date.now()) / 3_600_000).map(Math.round).join()"
	for _, tab := range []*Tab{first, second} {
		shows(t, tab, ends, "1,9600,0")
	}
	shows(t, second, `/^until \d+ \w+ 20\d\d, \d\d:\d\d$/.test(all('kv-until')[1].textContent)`, "true")
	first.Do(t, "await understudy.room.expire('a', 7_200_000); await understudy.room.set('b', '2')")
	shows(t, second, ends, "2,0,0")
	first.Do(t, "await understudy.room.expire('a', 300)")
	shows(t, second, rows, "b=2,c=1")
	late := b.Open(t, s.URL+"/?room=kitchen&name=heron") // its rows are from a scan
	late.Do(t, "await understudy.ready; await understudy.room.set('d', '1', { ttl: 3_600_000 }); window.all = (id) => [...document.querySelectorAll('[data-testid=\"' + id + '\"]')]")
	shows(t, late, ends, "0,0,1")
	quiet(t, first, second, late)
}

func TestAPageChangesTheSettingsOfTheRoom(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := openPage(t, b, s, "otter"), openPage(t, b, s, "lynx")
	shows(t, second, "one('setting-lag-limit').value + one('settings-apply').disabled", "3true")
	const typing = `
		window.type = (id, value) => {
			one(id).value = value
			one(id).dispatchEvent(new Event('input', { bubbles: true }))
		};`
	second.Do(t, typing+"type('setting-lag-limit', '0.5'); type('setting-election', 'ring'); one('settings-apply').click()")
	shows(t, second, "one('settings-note').textContent", "The room has them now.")
	shows(t, first, "one('setting-lag-limit').value + one('setting-election').value", "0.5ring")
	shows(t, first, "all('event').some((e) => /settings changed: election ring and lag limit 500 ms/.test(e.textContent))", "true")
	first.Do(t, typing+"type('setting-lag-limit', '0.01'); one('settings-apply').click()")
	shows(t, first, "one('settings-note').dataset.tone + /100ms to 1h/.test(one('settings-note').textContent)", "badtrue")
	second.Do(t, "type('setting-min-in-sync', '2'); one('settings-apply').click()")
	shows(t, first, "understudy.room.status.settings.minInSync + one('setting-lag-limit').value", "20.01") // what was typed stays
	shows(t, second, "one('setting-volatile').value", "allow")
	second.Do(t, "type('setting-volatile', 'refuse'); one('settings-apply').click()") // its master is in memory
	shows(t, second, "one('settings-note').dataset.tone + /in memory/.test(one('settings-note').textContent)", "badtrue")
	shows(t, second, "one('setting-volatile').value + understudy.room.status.settings.volatile", "refuseallow")
	quiet(t, first, second)
}
