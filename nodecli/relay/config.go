package relay

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
)

// Config says how a relay runs. Zero times and limits mean the defaults of
// package frame.
type Config struct {
	// Dir is where the registers are kept, one file per room; it is made if it
	// is not there. Empty means memory: a relay that restarts then learns the
	// registers from the nodes.
	Dir string

	// Origins are the pages that may connect besides those of the relay's own
	// host: hosts or scheme://host, with the wildcards of path.Match. What is no
	// browser sends no origin and is let in.
	Origins []string

	Site http.Handler // answers what the relay does not; nil: 404
	Log  *slog.Logger // nil: nothing is logged

	PingEvery  time.Duration // how often each node is asked for a sign of life
	DeadAfter  time.Duration // silence after which a node is given up
	HelloAfter time.Duration // how long a connection may take to say hello; 5 s

	RoomsMax      int // open at a time
	NodesMax      int // per room, clients included
	QueueMaxBytes int // waiting for one connection
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.PingEvery = cmp.Or(c.PingEvery, frame.PingEvery)
	c.DeadAfter = cmp.Or(c.DeadAfter, frame.DeadAfter)
	c.HelloAfter = cmp.Or(c.HelloAfter, 5*time.Second)
	c.RoomsMax = cmp.Or(c.RoomsMax, frame.RoomsMax)
	c.NodesMax = cmp.Or(c.NodesMax, frame.NodesPerRoomMax)
	c.QueueMaxBytes = cmp.Or(c.QueueMaxBytes, frame.QueueMaxBytes)
	return c
}

// validate checks a Config with its defaults.
func (c Config) validate() error {
	switch {
	case c.PingEvery < 0:
		return fmt.Errorf("PingEvery is %v, and can't be negative", c.PingEvery)
	case c.DeadAfter <= c.PingEvery:
		return fmt.Errorf("DeadAfter is %v, not above PingEvery %v: no node could answer in time", c.DeadAfter, c.PingEvery)
	case c.HelloAfter < 0:
		return fmt.Errorf("HelloAfter is %v, and can't be negative", c.HelloAfter)
	case c.RoomsMax < 0 || c.NodesMax < 0:
		return fmt.Errorf("RoomsMax is %d and NodesMax %d: neither can be negative", c.RoomsMax, c.NodesMax)
	case c.QueueMaxBytes < 0:
		return fmt.Errorf("QueueMaxBytes is %d, and can't be negative", c.QueueMaxBytes)
	}
	for _, origin := range c.Origins {
		if _, err := path.Match(origin, ""); err != nil {
			return fmt.Errorf("allowed origin %q: %w", origin, err)
		}
	}
	return nil
}
