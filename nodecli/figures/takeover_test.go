package figures

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// succession is a room of processes of which one after the other is killed as
// master, and another one started in its place.
type succession struct {
	relay string
	asker *host.Client // which writes, and is never master
	nodes []*successor
	names int
}

type successor struct {
	id      string
	process *nodetest.Process
}

func (s *succession) start(b *testing.B) {
	b.Helper()
	s.names++
	name := fmt.Sprint("heir", s.names)
	ready := filepath.Join(b.TempDir(), name)
	process := program.Start(b, nodetest.NewLog(b, name), "node", "--relay", s.relay, "--name", name,
		"--dir", folder(b), "--ready-file", ready)
	s.nodes = append(s.nodes, &successor{nodetest.Written(b, ready), process})
}

// settle waits until every node is in sync and one of them is master, and
// returns that one's place.
func (s *succession) settle(b *testing.B) (master int) {
	b.Helper()
	nodetest.WaitFor(b, "all nodes are in sync", func() bool {
		state, err := s.asker.Status(b.Context())
		if err != nil {
			return false
		}
		master = slices.IndexFunc(s.nodes, func(n *successor) bool { return n.id == state.Register.Epoch.Master.String() })
		return master >= 0 && len(state.Register.InSync) == len(s.nodes) && len(state.Members) == len(s.nodes)+1
	})
	s.write(b, host.AckAll)
	return master
}

func (s *succession) write(b *testing.B, ack host.Ack) journal.EpochNumber {
	b.Helper()
	r, err := s.asker.Set(b.Context(), "k", []byte("v"), host.WriteOptions{Ack: ack})
	if err != nil {
		b.Fatal(err)
	}
	return r.Position.Epoch.Number
}

// takeover kills the master and returns the time from the signal to the answer
// of its successor to a write that has waited since. A write that the old
// master still answers is followed by another one.
func (s *succession) takeover(b *testing.B) time.Duration {
	b.Helper()
	master := s.settle(b)
	before := s.write(b, host.AckOne)
	victim := s.nodes[master].process
	began := time.Now()
	victim.Signal(b, os.Kill)
	for s.write(b, host.AckOne) == before {
	}
	took := time.Since(began)
	s.nodes = slices.Delete(s.nodes, master, master+1)
	return took
}

// BenchmarkTakeover kills the master of three processes, by each election: an
// iteration is one takeover. The p50 and p90 are of the time in which a write
// with ack one waits for its answer.
func BenchmarkTakeover(b *testing.B) {
	for _, e := range []register.Election{register.ElectSuccession, register.ElectBully, register.ElectRing, register.ElectVote} {
		b.Run(e.String(), func(b *testing.B) {
			s := &succession{relay: startRelay(b)}
			for range nodes {
				s.start(b)
			}
			s.asker = nodetest.Dial(b, s.relay, room)
			s.settle(b)
			if _, err := s.asker.SetSettings(b.Context(), func(set *register.Settings) { set.Election = e }); err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			b.ResetTimer()
			for range b.N {
				took = append(took, s.takeover(b))
				s.start(b)
			}
			slices.Sort(took)
			at := func(percent int) float64 {
				return float64(took[(len(took)*percent+99)/100-1]) / float64(time.Millisecond)
			}
			b.ReportMetric(0, "ns/op") // of a round, most of which is the start of a node
			b.ReportMetric(at(50), "p50-ms")
			b.ReportMetric(at(90), "p90-ms")
		})
	}
}
