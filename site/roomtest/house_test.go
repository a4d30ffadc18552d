package roomtest

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
	"github.com/understudy-dev/understudy/site/sitetest"
)

// begin starts understudy. It ends with the test, which shows what it said if
// it fails.
func begin(tb testing.TB, args ...string) *nodetest.Process {
	tb.Helper()
	return program.Start(tb, nodetest.NewLog(tb, "understudy "+args[0]), args...)
}

// house is a relay in a process of its own and a browser.
type house struct {
	address string // HOST:PORT
	browser *sitetest.Browser
}

func openHouse(tb testing.TB) *house {
	tb.Helper()
	dir := tb.TempDir()
	file := filepath.Join(dir, "address")
	begin(tb, "relay", "--dir", filepath.Join(dir, "relay"), "--listen", "127.0.0.1:0", "--addr-file", file)
	return &house{address: nodetest.Written(tb, file), browser: sitetest.StartBrowser(tb)}
}

func (h *house) relay() string { return "ws://" + h.address + "/ws" }

// native is a node in a process of its own.
type native struct {
	*nodetest.Process
	name string
	id   string // as far as it is shown
}

func (h *house) startNode(tb testing.TB, room, name string) *native {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "ready")
	p := begin(tb, "node", "--relay", h.relay(), "--room", room, "--name", name, "--memory", "--ready-file", file)
	return &native{Process: p, name: name, id: nodetest.Written(tb, file)}
}

// dial joins a room without a copy, as the command line does.
func (h *house) dial(tb testing.TB, room string) *host.Client {
	tb.Helper()
	return nodetest.Dial(tb, h.relay(), room)
}

// run runs understudy to its end, for a room, and returns what it prints.
func (h *house) run(tb testing.TB, room string, args ...string) string {
	tb.Helper()
	args = append(args, "--relay", h.relay(), "--room", room, "--timeout", "20s")
	out, err := exec.CommandContext(tb.Context(), program.Path(tb), args...).CombinedOutput()
	if err != nil {
		tb.Fatalf("understudy %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// openTab opens a tab with a node and nothing else: a page that draws would take
// the time of a small machine from the nodes.
func (h *house) openTab(tb testing.TB, room, name string) *sitetest.Tab {
	tb.Helper()
	tab := h.browser.Open(tb, h.bare())
	join(tb, tab, room, name)
	return tab
}

// bare is an address of the relay's site where nothing happens by itself.
func (h *house) bare() string { return "http://" + h.address + "/page/icons/icon.svg" }

// join makes the tab a node, as window.room, and waits until it is part of its
// room. Without a name it chooses one.
func join(tb testing.TB, tab *sitetest.Tab, room, name string) {
	tb.Helper()
	tab.Do(tb, fmt.Sprintf(`
		const { openRoom } = await import('/sdk/understudy.js')
		window.room = await openRoom({ room: %q, name: %q || undefined })
		await room.opened({ timeout: 20000 })`, room, name))
}

// openPage opens the page of the demo and waits until its node is part of the
// room.
func (h *house) openPage(tb testing.TB, room, name string) *sitetest.Tab {
	tb.Helper()
	tab := h.browser.Open(tb, "http://"+h.address+"/?room="+room+"&name="+name)
	tab.Do(tb, `
		await understudy.ready
		window.room = understudy.room
		await room.opened({ timeout: 20000 })`)
	return tab
}

// member finds a node by its name, among those present.
func member(tb testing.TB, client *host.Client, name string) (journal.NodeID, bool) {
	tb.Helper()
	status, err := client.Presence(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	for _, m := range status.Members {
		if m.Name == name {
			return m.Node, true
		}
	}
	return journal.NodeID{}, false
}
