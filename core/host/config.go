package host

import (
	"errors"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// Config says how to join a room with a copy. Room and Transport are required;
// everything else has a default.
type Config struct {
	Room      string    // 1 to frame.RoomNameMaxBytes bytes
	Transport Transport // how to reach the relay
	Storage   Storage   // default: a new [Memory]; the node closes it

	Name     string        // for people, at most frame.NodeNameMaxBytes bytes; default: the node's id
	Kind     register.Kind // default: register.KindProcess
	Priority int32         // higher ones come first in elections

	// Spectator means: never master. The node holds a copy and counts for
	// acknowledgements like any other.
	Spectator bool

	// Hidden means: a tab that is off screen. [Node.Appear] changes it.
	Hidden bool

	Logger Logger // default: nothing is logged
	Pause  Pause  // between attempts to reach the relay
}

// ClientConfig says how to join a room without a copy. Room and Transport are
// required.
type ClientConfig struct {
	Room      string    // 1 to frame.RoomNameMaxBytes bytes
	Transport Transport // how to reach the relay
	Name      string    // for people, at most frame.NodeNameMaxBytes bytes; default: the client's id
	Logger    Logger    // default: nothing is logged
	Pause     Pause     // between attempts to reach the relay
}

// Pause says how long to wait before the next attempt to reach the relay: a
// random time up to a bound, which is Again right after a connection that
// worked, else First, and twice the bound before after each attempt that
// failed, at most Max. All clients of a relay that restarts would otherwise
// return at the same moment.
type Pause struct {
	Again time.Duration // default 100 ms
	First time.Duration // default 1 s
	Max   time.Duration // default 30 s
}

func (p Pause) withDefaults() Pause {
	if p.Again == 0 {
		p.Again = 100 * time.Millisecond
	}
	if p.First == 0 {
		p.First = time.Second
	}
	if p.Max == 0 {
		p.Max = 30 * time.Second
	}
	return p
}

func (c Config) withDefaults() Config {
	if c.Storage == nil {
		c.Storage = NewMemory()
	}
	if c.Kind == 0 {
		c.Kind = register.KindProcess
	}
	c.Pause = c.Pause.withDefaults()
	return c
}

func (c Config) validate() error {
	if c.Kind != 0 && c.Kind != register.KindProcess && c.Kind != register.KindTab {
		return fmt.Errorf("kind %d is none of process and tab", c.Kind)
	}
	return validate(c.Room, c.Name, c.Transport)
}

func (c ClientConfig) validate() error { return validate(c.Room, c.Name, c.Transport) }

func validate(room, name string, transport Transport) error {
	switch {
	case room == "":
		return errors.New("room is empty")
	case len(room) > frame.RoomNameMaxBytes:
		return fmt.Errorf("room is a name of %d bytes, of at most %d", len(room), frame.RoomNameMaxBytes)
	case len(name) > frame.NodeNameMaxBytes:
		return fmt.Errorf("name has %d bytes, of at most %d", len(name), frame.NodeNameMaxBytes)
	case transport == nil:
		return errors.New("transport is missing")
	}
	return nil
}
