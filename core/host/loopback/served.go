package loopback

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/room"
	"github.com/understudy-dev/understudy/core/wire"
)

// served is one room and its alarm.
type served struct {
	room   *room.Room
	alarm  *time.Timer
	inputs []room.Input // that came up during a step
	busy   bool         // a step is under way
}

// roomOf returns a room, made now if it is new.
func (r *Relay) roomOf(name string) *served {
	if s := r.rooms[name]; s != nil {
		return s
	}
	s := &served{room: room.New(room.Config{
		Name: name, Started: r.started,
		PingEvery: r.cfg.PingEvery, DeadAfter: r.cfg.DeadAfter, OpenAfter: r.cfg.OpenAfter,
	})}
	s.alarm = time.AfterFunc(time.Hour, func() { r.wake(s) })
	s.alarm.Stop()
	r.rooms[name] = s
	return s
}

func (r *Relay) wake(s *served) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.step(s, room.Wake{})
	}
}

// step gives a room an input, and then what came up meanwhile: a connection
// that was lost because its queue is full, a register that is stored.
func (r *Relay) step(s *served, in room.Input) {
	s.inputs = append(s.inputs, in)
	if s.busy {
		return
	}
	s.busy = true
	for len(s.inputs) > 0 {
		in := s.inputs[0]
		s.inputs = s.inputs[1:]
		for _, effect := range s.room.Step(now(), in) {
			r.perform(s, effect)
		}
	}
	s.busy = false
}

func (r *Relay) perform(s *served, effect room.Effect) {
	switch effect := effect.(type) {
	case room.Send:
		message, err := wire.Encode(frame.Head{}, effect.Frame)
		if err != nil {
			panic(fmt.Sprintf("loopback: a frame of the room's own, %T: %v", effect.Frame, err))
		}
		r.push(effect.Conn, message)
	case room.Pass:
		message, _ := effect.Body.([]byte) // as handle put it there
		for _, conn := range effect.Conns {
			r.push(conn, message)
		}
	case room.Store:
		s.inputs = append(s.inputs, room.Stored{Version: effect.Register.Version})
	case room.Close:
		if l := r.conns[effect.Conn]; l != nil {
			delete(r.conns, effect.Conn)
			l.end(closedBy(effect))
		}
	case room.WakeAt:
		if effect.At == 0 {
			s.alarm.Stop()
		} else {
			s.alarm.Reset(max(effect.At.Sub(now()), 0))
		}
	case room.Refuse: // whoever is refused is told
	}
}

func closedBy(c room.Close) *host.ClosedError {
	if c.Code == frame.CodeOK {
		return &host.ClosedError{Code: host.CloseNormal, Reason: c.Text}
	}
	return &host.ClosedError{Code: host.CloseRefused + int(c.Code), Reason: c.Text}
}

// push queues a message for a connection, and ends one that is too slow.
func (r *Relay) push(conn uint64, message []byte) {
	l := r.conns[conn]
	if l != nil && !l.push(message) {
		r.drop(l, &host.ClosedError{Code: host.CloseRefused + int(frame.CodeTooSlow), Reason: "too slow"})
	}
}
