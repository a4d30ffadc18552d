//go:build !windows

package crashtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// room is a relay and three nodes, each a process with a folder of its own, and
// a client in this process.
type room struct {
	name    string
	relay   *relay
	nodes   []*node
	client  *host.Client
	timeout string // of the nodes that are started: when they say that they wait
}

var nodeNames = []string{"ant", "bee", "cat"}

// openRoom starts a relay, with additional flags, and nodes, and waits until
// all are in sync.
func openRoom(t *testing.T, flags ...string) *room {
	t.Helper()
	dir := t.TempDir()
	r := &room{name: "crash", relay: newRelay(t, filepath.Join(dir, "relay"), flags...), timeout: "20s"}
	r.relay.start(t)
	for _, name := range nodeNames {
		n := r.newNode(t, name, filepath.Join(dir, name))
		n.start(t, r)
		r.nodes = append(r.nodes, n)
	}
	r.client = nodetest.Dial(t, r.relay.url(), r.name)
	r.waitWhole(t)
	return r
}

// relay is the relay, through all its starts.
type relay struct {
	*nodetest.Process
	log     *nodetest.Log
	dir     string
	flags   []string
	address string // HOST:PORT, the same at every start
}

func newRelay(t *testing.T, dir string, flags ...string) *relay {
	return &relay{log: nodetest.NewLog(t, "relay"), dir: dir, flags: flags, address: "127.0.0.1:0"}
}

// start starts the relay and returns when it listens.
func (r *relay) start(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "address")
	args := append([]string{"relay", "--no-site", "--dir", r.dir, "--listen", r.address, "--addr-file", file}, r.flags...)
	// Another process may have the port for a moment, as the near end of a
	// connection of its own.
	nodetest.WaitFor(t, "the relay listens", func() bool {
		if r.Process == nil || r.HasEnded() {
			r.Process = program.Start(t, r.log, args...)
		}
		text, err := os.ReadFile(file)
		if err == nil {
			r.address = strings.TrimSpace(string(text))
		}
		return err == nil
	})
}

func (r *relay) url() string { return "ws://" + r.address + "/ws" }

// node is one node, through all its starts.
type node struct {
	*nodetest.Process
	log   *nodetest.Log
	name  string
	dir   string
	ready string // the file that says that it has joined
	id    string // as far as people see it; empty before it has joined for the first time
	begun int64  // where its log stood when it was started last
}

func (r *room) newNode(t *testing.T, name, dir string) *node {
	return &node{log: nodetest.NewLog(t, name), name: name, dir: dir, ready: filepath.Join(t.TempDir(), "ready")}
}

// start starts the node and does not wait for it.
func (n *node) start(t *testing.T, r *room) {
	t.Helper()
	if err := os.Remove(n.ready); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	n.begun = n.log.Mark()
	n.Process = program.Start(t, n.log, "node", "--relay", r.relay.url(), "--room", r.name, "--name", n.name,
		"--dir", n.dir, "--fsync", "always", "--ready-file", n.ready, "--timeout", r.timeout)
}

// waitReady waits until a node that was started has joined. A copy that has
// forgotten nothing is the same node as before.
func (n *node) waitReady(t *testing.T) {
	t.Helper()
	id := nodetest.Written(t, n.ready)
	if n.id != "" && n.id != id {
		t.Errorf("%s was node %s and is %s now", n.name, n.id, id)
	}
	n.id = id
}

// waitWhole waits until every node has joined and is in sync.
func (r *room) waitWhole(t *testing.T) {
	t.Helper()
	for _, n := range r.nodes {
		n.waitReady(t)
	}
	r.waitInSync(t, len(r.nodes))
}

// waitInSync waits until a master holds its seat and that many copies are in
// sync and present.
func (r *room) waitInSync(t *testing.T, copies int) {
	t.Helper()
	nodetest.WaitFor(t, "the nodes are in sync", func() bool {
		s := r.presence(t)
		present := 0
		for _, n := range s.Nodes {
			if n.InSync {
				present++
			}
		}
		return present == copies && len(s.Register.InSync) == copies && r.findMaster(s) != nil
	})
}

func (r *room) presence(t *testing.T) host.RoomStatus {
	t.Helper()
	s, err := r.client.Presence(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// master returns the node that the register names as master and that is
// present, nil if there is none.
func (r *room) master(t *testing.T) *node {
	t.Helper()
	return r.findMaster(r.presence(t))
}

func (r *room) findMaster(s host.RoomStatus) *node {
	for _, m := range s.Members {
		if m.Node == s.Register.Epoch.Master && len(s.Waiting.For) == 0 {
			return r.named(m.Node)
		}
	}
	return nil
}

// named returns the node with an id, nil if it is none of these.
func (r *room) named(id journal.NodeID) *node {
	for _, n := range r.nodes {
		if n.id == id.String() {
			return n
		}
	}
	return nil
}

// others returns the nodes but one.
func (r *room) others(than *node) []*node {
	var others []*node
	for _, n := range r.nodes {
		if n != than {
			others = append(others, n)
		}
	}
	return others
}

// run runs a command of understudy in the room to its end.
func (r *room) run(t *testing.T, args ...string) (stdout string, status int) {
	t.Helper()
	args = append(args, "--relay", r.relay.url(), "--room", r.name)
	cmd := exec.CommandContext(t.Context(), program.Path(t), args...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}
