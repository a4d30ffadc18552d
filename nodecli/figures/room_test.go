package figures

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/nodecli/disk"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

const room = "main"

// nodes is how many copies of everything there are, at Redis and with us.
const nodes = 3

// startRelay runs a relay and returns its address.
func startRelay(b *testing.B) string {
	b.Helper()
	ready := filepath.Join(b.TempDir(), "addr")
	program.Start(b, nodetest.NewLog(b, "relay"), "relay", "--listen", "127.0.0.1:0", "--no-site",
		"--dir", folder(b), "--addr-file", ready)
	return "ws://" + nodetest.Written(b, ready) + "/ws"
}

// startNodes runs processes which sync every write.
func startNodes(b *testing.B, relay string, count int) {
	b.Helper()
	for i := range count {
		name := fmt.Sprint("node", i)
		ready := filepath.Join(b.TempDir(), name)
		program.Start(b, nodetest.NewLog(b, name), "node", "--relay", relay, "--name", name,
			"--dir", folder(b), "--fsync", "always", "--ready-file", ready)
		nodetest.Written(b, ready)
	}
}

// startRoom runs a relay and all nodes as processes of their own, and returns
// the relay's address once all are in sync.
func startRoom(b *testing.B) (relay string) {
	b.Helper()
	relay = startRelay(b)
	startNodes(b, relay, nodes)
	awaitSync(b, nodetest.Dial(b, relay, room).Session)
	return relay
}

// startMaster runs the master in this program, as one that embeds us does, and
// the others as processes.
func startMaster(b *testing.B) *host.Session {
	b.Helper()
	relay := startRelay(b)
	transport, err := socket.New(relay)
	if err != nil {
		b.Fatal(err)
	}
	storage, err := disk.Open(disk.Config{Dir: folder(b), Room: room})
	if err != nil {
		b.Fatal(err)
	}
	node, err := host.Open(b.Context(), host.Config{Room: room, Transport: transport, Storage: storage})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := node.Close(context.WithoutCancel(b.Context())); err != nil {
			b.Errorf("close: %v", err)
		}
	})
	startNodes(b, relay, nodes-1)
	awaitSync(b, node.Session)
	if s := node.State(); s.Register.Epoch.Master != s.Node {
		b.Fatalf("the node here is %v, and should be master", s.Role)
	}
	return node.Session
}

func awaitSync(b *testing.B, session *host.Session) {
	b.Helper()
	c := roomClient{b.Context(), session}
	nodetest.WaitFor(b, "all nodes are in sync", func() bool { return c.set("ready", []byte("yes")) == nil })
}

// roomClient writes to our room.
type roomClient struct {
	ctx     context.Context
	session *host.Session
}

// set writes a key and waits until all copies are durable.
func (c roomClient) set(key string, value []byte) error {
	r, err := c.session.Set(c.ctx, key, value, host.WriteOptions{Ack: host.AckAll})
	if err == nil && (r.Copies != nodes || r.Durable != nodes) {
		return fmt.Errorf("%d copies, %d of them durable, wanted %d", r.Copies, r.Durable, nodes)
	}
	return err
}
