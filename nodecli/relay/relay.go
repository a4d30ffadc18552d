package relay

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// Relay is one server. It is running from [New] to [Relay.Close].
type Relay struct {
	cfg       Config
	registers registers
	counts    counts
	mux       *http.ServeMux

	idleAfter time.Duration // how long a room without connections stays open

	began    time.Time // with its monotonic reading: the clock never falls
	lastConn atomic.Uint64

	mu      sync.Mutex
	rooms   map[string]*owner // the open ones
	conns   map[*conn]bool    // all, those without a room included
	closing bool

	running sync.WaitGroup // the goroutines of connections and rooms
}

// New starts a relay. It serves whoever comes to its [Relay.Handler].
func New(cfg Config) (*Relay, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	r := &Relay{cfg: cfg, began: time.Now(), idleAfter: max(time.Minute, cfg.DeadAfter), rooms: map[string]*owner{}, conns: map[*conn]bool{}}
	r.registers = newMemory(cfg.RoomsMax)
	if cfg.Dir != "" {
		kept, err := openFolder(cfg.Dir)
		if err != nil {
			return nil, err
		}
		r.registers = kept
	}
	r.mux = r.routes()
	return r, nil
}

// Handler answers /ws, /healthz, /readyz, /metrics and /rooms/NAME, and leaves
// everything else to the site.
func (r *Relay) Handler() http.Handler { return r.mux }

// Run waits for ctx and then closes the relay. It is for a server that others
// run; [Relay.Serve] runs one.
func (r *Relay) Run(ctx context.Context) error {
	<-ctx.Done()
	r.Close()
	return nil
}

// Serve answers on a listener until ctx is done, and then closes relay and
// listener. The error is nil at a clean end.
func (r *Relay) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: r.mux, ReadHeaderTimeout: r.cfg.HelloAfter}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	r.Close()
	if err != nil {
		return err
	}
	// What is left are answers of moments.
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeGrace)
	defer cancel()
	if err := server.Shutdown(within); err != nil {
		server.Close() //nolint:errcheck // the listener is closed already, and nothing is owed to who is left
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close tells everybody that the relay goes down, closes all connections,
// waits until every register is on disk and every goroutine has ended. It may
// be called twice.
func (r *Relay) Close() {
	r.mu.Lock()
	r.closing = true
	for _, o := range r.rooms { // order does not matter: rooms know nothing of each other
		o.stop()
	}
	for c := range r.conns { // order does not matter: these have said no hello
		if c.owner == nil {
			c.shut(closeShutdown)
		}
	}
	r.mu.Unlock()
	r.running.Wait()
	if err := r.registers.close(); err != nil {
		r.cfg.Log.Warn("close the registers", keyErr, err)
	}
}

func (r *Relay) now() journal.Instant { return r.instant(time.Now()) }

// instant keeps what the wall clock said at the start and adds what the
// monotonic one has counted since.
func (r *Relay) instant(t time.Time) journal.Instant {
	return journal.Instant(r.began.UnixNano()).Add(t.Sub(r.began))
}
