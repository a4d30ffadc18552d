package room

import (
	"cmp"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Config says what a room starts from. Zero times and limits mean the defaults
// of package frame.
type Config struct {
	Name     string            // as in Hello
	Register register.Register // as it was stored; zero in a new room

	// Started is when the relay started, not the room: a volatile node that the
	// relay has not seen since has ReturnAfter from here to come back.
	Started journal.Instant

	PingEvery   time.Duration
	DeadAfter   time.Duration
	OpenAfter   time.Duration
	ReturnAfter time.Duration

	NodesMax int // connections, clients included
}

func (c Config) withDefaults() Config {
	c.PingEvery = cmp.Or(c.PingEvery, frame.PingEvery)
	c.DeadAfter = cmp.Or(c.DeadAfter, frame.DeadAfter)
	c.OpenAfter = cmp.Or(c.OpenAfter, frame.OpenAfter)
	c.ReturnAfter = cmp.Or(c.ReturnAfter, frame.ReturnAfter)
	c.NodesMax = cmp.Or(c.NodesMax, frame.NodesPerRoomMax)
	return c
}

// requestsMax is how many register requests of one connection may wait for an
// earlier one to be stored. A node has one open at a time.
const requestsMax = 16
