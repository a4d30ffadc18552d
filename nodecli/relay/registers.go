package relay

import (
	"fmt"
	"sync"

	"github.com/understudy-dev/understudy/core/register"
)

// registers keeps one register per room. The calls of one room come one after
// the other, those of different rooms at the same time.
type registers interface {
	// load returns what was saved last, and the zero Register for a room of
	// which nothing was. Damage is an error that names the place.
	load(room string) (register.Register, error)

	// save returns when the value is as safe as it gets. After an error, load
	// returns this value or the one before.
	save(room string, value register.Register) error

	// close frees what is held. Nothing is loaded or saved afterwards.
	close() error
}

// memory keeps registers until the process ends.
type memory struct {
	max    int
	mu     sync.Mutex
	values map[string]register.Register
}

var _ registers = (*memory)(nil)

func newMemory(roomsMax int) *memory {
	return &memory{max: roomsMax, values: map[string]register.Register{}}
}

func (m *memory) load(room string) (register.Register, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[room], nil
}

// save refuses a room beyond the limit: closed rooms are kept here, too.
func (m *memory) save(room string, value register.Register) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.values[room]; !known && len(m.values) >= m.max {
		return fmt.Errorf("%d registers are in memory, of at most %d", len(m.values), m.max)
	}
	m.values[room] = value
	return nil
}

func (m *memory) close() error { return nil }
