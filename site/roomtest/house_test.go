package roomtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/socket"
	"github.com/understudy-dev/understudy/site/sitetest"
)

// patience is longer than anything waited for takes, on a slow machine.
const patience = 30 * time.Second

// waitFor waits until a claim holds. It is the one place that sleeps.
func waitFor(tb testing.TB, claim string, holds func() bool) {
	tb.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("not within %v: %s", patience, claim)
		}
	}
}

// process is a program that runs beside the test.
type process struct {
	cmd *exec.Cmd

	mu   sync.Mutex
	said bytes.Buffer
}

// Write keeps what the program says.
func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(text)
}

// begin starts understudy. It ends with the test, which shows what it said if
// it fails.
func begin(tb testing.TB, args ...string) *process {
	tb.Helper()
	p := &process{cmd: exec.Command(understudy(tb), args...)}
	p.cmd.Stdout, p.cmd.Stderr = p, p
	p.cmd.Env = []string{"HOME=" + tb.TempDir()}
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.kill(tb)
		if tb.Failed() {
			tb.Logf("understudy %s:\n%s", strings.Join(args, " "), p.said.String())
		}
	})
	return p
}

// kill ends the process as kill -9 does, and returns when it is gone.
func (p *process) kill(tb testing.TB) {
	tb.Helper()
	if p.cmd.ProcessState != nil {
		return
	}
	if err := p.cmd.Process.Kill(); err != nil {
		tb.Errorf("kill %d: %v", p.cmd.Process.Pid, err)
	}
	_ = p.cmd.Wait() // it was killed, and says so
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
	return &house{address: written(tb, file), browser: sitetest.StartBrowser(tb)}
}

// written waits for what a process writes to a file once it is ready.
func written(tb testing.TB, file string) string {
	tb.Helper()
	var text []byte
	waitFor(tb, file+" is written", func() bool {
		text, _ = os.ReadFile(file) // nothing is there yet, or what is wanted
		return len(text) > 0
	})
	return strings.TrimSpace(string(text))
}

func (h *house) relay() string { return "ws://" + h.address + "/ws" }

// native is a node in a process of its own.
type native struct {
	*process
	name string
	id   string // as far as it is shown
}

func (h *house) startNode(tb testing.TB, room, name string) *native {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "ready")
	p := begin(tb, "node", "--relay", h.relay(), "--room", room, "--name", name, "--ready-file", file)
	return &native{process: p, name: name, id: written(tb, file)}
}

// dial joins a room without a copy, as the command line does.
func (h *house) dial(tb testing.TB, room string) *host.Client {
	tb.Helper()
	transport, err := socket.New(h.relay())
	if err != nil {
		tb.Fatal(err)
	}
	client, err := host.Dial(tb.Context(), host.ClientConfig{Room: room, Transport: transport})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := client.Close(context.WithoutCancel(tb.Context())); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return client
}

// run runs understudy to its end, for a room, and returns what it prints.
func (h *house) run(tb testing.TB, room string, args ...string) string {
	tb.Helper()
	args = append(args, "--relay", h.relay(), "--room", room, "--timeout", "20s")
	out, err := exec.CommandContext(tb.Context(), understudy(tb), args...).CombinedOutput()
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
