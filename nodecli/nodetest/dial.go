package nodetest

import (
	"context"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

// Dial joins a room without a copy, as the command line does, until the test
// ends. The client finds a relay that was started again at once.
func Dial(tb testing.TB, relay, room string) *host.Client {
	tb.Helper()
	transport, err := socket.New(relay)
	if err != nil {
		tb.Fatal(err)
	}
	client, err := host.Dial(tb.Context(), host.ClientConfig{
		Room: room, Transport: transport,
		Pause: host.Pause{First: 100 * time.Millisecond, Max: 200 * time.Millisecond},
	})
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
