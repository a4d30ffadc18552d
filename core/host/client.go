package host

import (
	"context"
	"errors"
)

// Client is in a room without a copy: it makes the requests of a [Session] and
// nothing else. It is never master and never counts for an acknowledgement.
type Client struct {
	*Session
}

// Dial joins a room without a copy and returns when the relay has welcomed it;
// the room may still have no master. If ctx ends first, the error is
// [ErrNoRelay]. A client that is welcome once reconnects by itself.
func Dial(ctx context.Context, config ClientConfig) (*Client, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	return nil, errors.ErrUnsupported
}

// Close says goodbye and returns when nothing of the client runs any more.
func (c *Client) Close(ctx context.Context) error { return c.runner.close(ctx) }
