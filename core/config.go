package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Config says who a node is and in which room.
type Config struct {
	// Room is the room's name, 1 to 128 bytes.
	Room string

	// Member is how the node presents itself. Node is a fresh random identity,
	// used only where the storage holds none; Incarnation is ignored.
	Member register.Member

	// Client names this start of the process for exactly-once retries: random.
	Client journal.ClientID

	// Storage is one word for people, such as "memory".
	Storage string

	// Seed is where the chance of elections comes from, for a strategy that waits
	// at random. Another one at every node and every start.
	Seed uint64

	// KeepBytes is about how much of the journal stays at hand for replicas
	// that fall behind; older entries are reached by snapshot. Default: 32 MiB.
	KeepBytes int
}

const defaultKeepBytes = 32 << 20

func (c Config) validate() error {
	switch {
	case c.Room == "" || len(c.Room) > frame.RoomNameMaxBytes:
		return fmt.Errorf("room name %.140q: %d bytes, wanted 1 to %d", c.Room, len(c.Room), frame.RoomNameMaxBytes)
	case c.Member.Node.IsZero():
		return fmt.Errorf("no node id given")
	case c.Client.IsZero():
		return fmt.Errorf("no client id given")
	case len(c.Member.Name) > frame.NodeNameMaxBytes:
		return fmt.Errorf("node name %.70q: %d bytes, at most %d", c.Member.Name, len(c.Member.Name), frame.NodeNameMaxBytes)
	case c.KeepBytes < 0:
		return fmt.Errorf("journal bytes to keep: %d is below 0", c.KeepBytes)
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.KeepBytes == 0 {
		c.KeepBytes = defaultKeepBytes
	}
	return c
}
