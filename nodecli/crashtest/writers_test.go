//go:build !windows

package crashtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// Writers write one after the other, each with a pause, so that a machine with
// two cores has time for the nodes.
const (
	writerCount  = 24
	clientCount  = 4
	writerPause  = 20 * time.Millisecond
	longPatience = 20 * time.Second

	// shortPatience is often shorter than a takeover that waits for a process: the
	// outcomes of such writes become unknown.
	shortPatience = 80 * time.Millisecond
)

var acks = []host.Ack{host.AckAsync, host.AckOne, host.AckAll}

// writers write new keys with every ack until they are told to stop.
type writers struct {
	ledger *ledger
	ctx    context.Context // ends when they are told to stop
	end    context.CancelFunc
	done   sync.WaitGroup
}

// startWriters lets clients of the test's own write.
func startWriters(t *testing.T, r *room, l *ledger) *writers {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	w := &writers{ledger: l, ctx: ctx, end: end}
	var clients []*host.Client
	for range clientCount {
		clients = append(clients, nodetest.Dial(t, r.relay.url(), r.name))
	}
	for i := range writerCount {
		ack, patience := acks[i%len(acks)], longPatience
		if i/len(acks)%4 == 0 {
			patience = shortPatience
		}
		w.done.Go(func() { w.run(t, clients[i%clientCount], fmt.Sprintf("w/%02d", i), ack, patience) })
	}
	t.Cleanup(w.stop)
	return w
}

func (w *writers) run(t *testing.T, client *host.Client, name string, ack host.Ack, patience time.Duration) {
	pause := time.NewTicker(writerPause)
	defer pause.Stop()
	for n := 0; w.ctx.Err() == nil; n++ {
		key := fmt.Sprintf("%s/%06d", name, n)
		limited, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), patience)
		receipt, err := client.Set(limited, key, []byte(key), host.WriteOptions{Ack: ack})
		cancel()
		w.ledger.note(t, key, ack, receipt, err)
		select {
		case <-pause.C:
		case <-w.ctx.Done():
		}
	}
}

// stop lets each writer end the write it is at.
func (w *writers) stop() {
	w.end()
	w.done.Wait()
}

// ballastPrefix is of keys that are there to fill disks: nobody keeps account of
// them.
const ballastPrefix = "ballast/"

const ballastBytes = 256 << 10

// ballast writes big values over a few keys, one at each call. That a write
// fails is no matter.
type ballast struct {
	client *host.Client
	value  []byte
	n      int
}

func newBallast(client *host.Client) *ballast {
	return &ballast{client: client, value: make([]byte, ballastBytes)}
}

func (b *ballast) write(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	b.n++
	b.value[0] = byte(b.n)
	_, _ = b.client.Set(ctx, ballastPrefix+string(rune('a'+b.n%8)), b.value, host.WriteOptions{Ack: host.AckOne})
}

// addBallast writes ballast until there is enough.
func (r *room) addBallast(t *testing.T, enough func() bool) {
	t.Helper()
	b := newBallast(r.client)
	nodetest.WaitFor(t, "there is ballast enough", func() bool {
		for range 4 {
			b.write(t.Context())
		}
		return enough()
	})
}

// ballastPause is between two writes of a ballast that goes on.
const ballastPause = 50 * time.Millisecond

// startBallast lets one more write ballast, so that kills meet nodes that begin
// new files, write snapshots and remove what these have replaced.
func (w *writers) startBallast(t *testing.T, r *room) {
	t.Helper()
	b := newBallast(nodetest.Dial(t, r.relay.url(), r.name))
	w.done.Go(func() {
		pause := time.NewTicker(ballastPause)
		defer pause.Stop()
		for w.ctx.Err() == nil {
			b.write(context.WithoutCancel(w.ctx))
			select {
			case <-pause.C:
			case <-w.ctx.Done():
			}
		}
	})
}
