package host

import (
	"context"
	"errors"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
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
	id, name := randomID(), config.Name
	if name == "" {
		name = id.String()
	}
	origin := journal.ClientID(randomID())
	machine, err := core.NewClient(core.Config{
		Member: register.Member{Node: id, Name: name, Kind: register.KindClient, Visible: true},
		Room:   config.Room, Client: origin,
	})
	if err != nil {
		return nil, err
	}
	r := newRunner(runnerConfig{
		machine: machine, client: origin, transport: config.Transport,
		log: config.Logger, pause: config.Pause.withDefaults(),
	})
	r.start()
	if err := r.joined(ctx); err != nil {
		return nil, errors.Join(err, r.close(ctx))
	}
	return &Client{Session: &Session{room: config.Room, runner: r}}, nil
}

// Close says goodbye and returns when nothing of the client runs any more. It
// does not wait for requests: those without an answer end with [ErrClosed], or
// [ErrOutcomeUnknown] where a write was sent.
func (c *Client) Close(ctx context.Context) error { return c.runner.close(ctx) }
