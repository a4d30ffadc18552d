package relay

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/room"
)

func (r *Relay) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/ws", r.accept)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", r.ready)
	mux.HandleFunc("GET /metrics", r.metrics)
	mux.HandleFunc("GET /rooms/{name...}", r.show)
	if r.cfg.Site != nil {
		mux.Handle("/", r.cfg.Site)
	}
	return mux
}

// ready is false as soon as the relay begins to go down.
func (r *Relay) ready(w http.ResponseWriter, _ *http.Request) {
	r.mu.Lock()
	closing := r.closing
	r.mu.Unlock()
	if closing {
		http.Error(w, "going down", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (r *Relay) metrics(w http.ResponseWriter, _ *http.Request) {
	r.mu.Lock()
	rooms := len(r.rooms)
	r.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	r.counts.write(w, rooms)
}

// show answers /rooms/NAME: the register, and who is connected.
func (r *Relay) show(w http.ResponseWriter, request *http.Request) {
	name := request.PathValue("name")
	if name == "" || len(name) > frame.RoomNameMaxBytes {
		http.Error(w, fmt.Sprintf("a room's name has 1 to %d bytes, this one %d", frame.RoomNameMaxBytes, len(name)), http.StatusBadRequest)
		return
	}
	shown, err := r.look(name)
	switch {
	case err != nil:
		r.cfg.Log.Error("a room can't be shown", keyRoom, name, keyErr, err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	case shown.Register.Version == 0 && len(shown.Nodes) == 0:
		http.Error(w, fmt.Sprintf("there is no room %q", name), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := json.NewEncoder(w).Encode(shown); err != nil {
		r.cfg.Log.Debug("a room could not be sent", keyRoom, name, keyErr, err)
	}
}

// look asks the owner of an open room; of any other it reads the register.
func (r *Relay) look(name string) (roomJSON, error) {
	r.mu.Lock()
	o := r.rooms[name]
	r.mu.Unlock()
	if o != nil {
		answer := make(chan roomJSON, 1)
		o.put(event{ask: func(room *room.Room) {
			answer <- showRoom(name, room)
		}})
		select {
		case shown := <-answer:
			return shown, nil
		case <-o.done:
		}
	}
	value, err := r.registers.load(name)
	if err != nil {
		return roomJSON{}, err
	}
	return showRoom(name, room.New(room.Config{Name: name, Register: value})), nil
}
