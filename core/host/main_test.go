package host_test

import (
	"context"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/core/host/loopback"
)

// TestMain fails if a goroutine of ours still runs after all tests.
func TestMain(m *testing.M) { hosttest.Main(m) }

var waitFor = hosttest.WaitFor

const room = "kitchen"

// within returns a context that ends long after any test should have.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// newRelay returns a relay that opens a new room at once, closed by the test's end.
func newRelay(t testing.TB) *loopback.Relay {
	t.Helper()
	relay := loopback.New(loopback.Config{OpenAfter: time.Millisecond})
	t.Cleanup(relay.Close)
	return relay
}

// open starts a node with memory and closes it at the end of the test.
func open(t testing.TB, relay host.Transport, name string) *host.Node {
	t.Helper()
	return openWith(t, host.Config{Room: room, Transport: relay, Name: name})
}

func openWith(t testing.TB, config host.Config) *host.Node {
	t.Helper()
	config.Pause = shortPause
	n, err := host.Open(within(t), config)
	if err != nil {
		t.Fatalf("open %s: %v", config.Name, err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close %s: %v", config.Name, err)
		}
	})
	return n
}

// shortPause keeps tests of reconnecting short.
var shortPause = host.Pause{Again: time.Millisecond, First: 5 * time.Millisecond, Max: 20 * time.Millisecond}
