package loopback_test

import (
	"context"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/core/host/loopback"
)

// pairs is a transport whose peers come out of a channel.
type pairs chan host.Link

func (p pairs) Dial(ctx context.Context) (host.Link, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	here, peer := loopback.Pair()
	p <- peer
	return here, nil
}

func TestAPairKeepsTheContractOfTransport(t *testing.T) {
	hosttest.Transport(t, func(*testing.T) (host.Transport, func(context.Context) (host.Link, error)) {
		p := make(pairs, 1)
		return p, func(context.Context) (host.Link, error) { return <-p, nil }
	})
}
