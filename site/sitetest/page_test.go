package sitetest

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host/loopback"
)

// openPage opens the demo page of a room and waits until its node is part of it.
func openPage(t *testing.T, b *Browser, s *Server, name string) *Tab {
	t.Helper()
	tab := b.Open(t, s.URL+"/?room=kitchen&name="+name)
	tab.Do(t, `
		await understudy.ready
		await understudy.room.opened({ timeout: 10000 })
		window.one = (id) => document.querySelector('[data-testid="' + id + '"]')
		window.all = (id) => [...document.querySelectorAll('[data-testid="' + id + '"]')]
		window.write = (key, value, ack) => {
			one('ack-' + ack).click()
			one('new-key').value = key
			one('new-value').value = value
			one('write').click()
		}`)
	return tab
}

// shows waits until an expression in a page has a value.
func shows(t *testing.T, tab *Tab, expression, want string) {
	t.Helper()
	var got string
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s was last %q", expression, got)
		}
	})
	waitFor(t, expression+" is "+want, func() bool {
		got = Eval[string](t, tab, "return String("+expression+")")
		return got == want
	})
}

// quiet fails a test whose page complained on its console.
func quiet(t *testing.T, tabs ...*Tab) {
	t.Helper()
	for _, tab := range tabs {
		if c := tab.Complaints(); len(c) > 0 {
			t.Errorf("console: %s", strings.Join(c, "\n"))
		}
	}
}

const rows = `all('kv-row').map((row) => row.dataset.key + '=' + row.querySelector('input').value).join()`

func TestThePageShowsWhoLeadsAndFollowsAFailover(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first := openPage(t, b, s, "otter")
	shows(t, first, "one('role').dataset.role + ' ' + document.title", "master ♛ otter, master · kitchen")
	second := openPage(t, b, s, "lynx")
	shows(t, second, "one('role').textContent + ' ' + document.title", "Replica lynx, replica · kitchen")
	shows(t, second, "all('member').map((row) => row.dataset.name + ' ' + row.dataset.role + ' ' + row.dataset.inSync).sort().join()",
		"lynx replica true,otter master true")
	first.Close(t)
	shows(t, second, "one('role').dataset.role + ' ' + document.title", "master ♛ lynx, master · kitchen")
	shows(t, second, "all('event').some((e) => /lynx took over from otter.*, epoch 2\\./.test(e.textContent))", "true")
	shows(t, second, "all('event').some((e) => e.textContent.endsWith('otter closed.'))", "true")
	quiet(t, second)
}

func TestAWriteOnOnePageAppearsOnTheOtherWithAReceiptThatHolds(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := openPage(t, b, s, "otter"), openPage(t, b, s, "lynx")
	shows(t, first, "one('in-sync').textContent", "2 of 2")
	second.Do(t, "write('todo/1', 'milk', 'all')")
	for _, tab := range []*Tab{first, second} {
		shows(t, tab, rows, "todo/1=milk")
		shows(t, tab, "one('kv-row').dataset.committed", "true")
	}
	shows(t, second, "one('receipt').dataset.state", "done")
	second.Do(t, "one('verify').click()")
	shows(t, second, "one('receipt').dataset.verdict", "kept")
	shows(t, second, `/by otter.*ack all.*2 copies.*0 durable/.test(one('receipt-detail').textContent)`, "true")

	first.Do(t, `
		const input = one('kv-input')
		input.focus()
		input.value = '41'
		input.dispatchEvent(new Event('input'))
		input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))`)
	shows(t, second, rows, "todo/1=41")
	second.Do(t, "one('kv-increment').click()")
	shows(t, first, rows, "todo/1=42")
	first.Do(t, "one('kv-delete').click()")
	shows(t, second, rows, "")
	quiet(t, first, second)
}

func TestARefusedWriteIsToldInASentenceAndGivenBack(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	tab := openPage(t, b, s, "otter")
	tab.Do(t, "write('todo/1', 'milk', 'one')")
	shows(t, tab, "one('receipt').dataset.code", "NOT_ENOUGH_REPLICAS")
	shows(t, tab, "one('receipt-detail').textContent.startsWith('Not written: there are too few copies')", "true")
	shows(t, tab, "one('new-key').value + '=' + one('new-value').value + ' ' + all('kv-row').length", "todo/1=milk 0")
	quiet(t, tab)
}

func TestAnyPageCanAskForAHandOver(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	first, second := openPage(t, b, s, "otter"), openPage(t, b, s, "lynx")
	shows(t, second, "one('handover-button').disabled + ' ' + one('handover-to').textContent", "false lynx (this tab)")
	second.Do(t, "one('handover-button').click()")
	shows(t, second, "one('role').dataset.role", "master")
	shows(t, first, "one('role').dataset.role", "replica")
	quiet(t, first, second)
}

func TestAPageWithoutARelaySaysSoAndStaysReadable(t *testing.T) {
	s, b := StartServer(t, loopback.Config{}), StartBrowser(t)
	tab := openPage(t, b, s, "otter")
	tab.Do(t, "write('todo/1', 'milk', 'all')")
	shows(t, tab, rows, "todo/1=milk")
	tab.Do(t, "understudy.room.lab.cut(8000)")
	shows(t, tab, "one('role').dataset.role + ' ' + one('banner')?.dataset.id", "offline offline")
	shows(t, tab, rows, "todo/1=milk")
	shows(t, tab, "one('role').dataset.role + ' ' + all('banner').length", "master 0")
	quiet(t, tab)
}
