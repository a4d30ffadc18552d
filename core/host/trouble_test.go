package host_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

// stalling is a Memory whose writes can come to a halt.
type stalling struct {
	host.Storage
	mu   sync.Mutex
	halt chan struct{} // nil: it goes on
}

func (s *stalling) stall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.halt = make(chan struct{})
}

func (s *stalling) goOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.halt)
	s.halt = nil
}

func (s *stalling) Write(ctx context.Context, records []core.Record) error {
	s.mu.Lock()
	halt := s.halt
	s.mu.Unlock()
	if halt != nil {
		<-halt
	}
	return s.Storage.Write(ctx, records)
}

func TestAMasterWhoseDiskStallsIsFollowedAndItsWriteIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		relay, d := newRelay(t), &stalling{Storage: host.NewMemory()}
		a := openWith(t, host.Config{Room: room, Transport: relay, Name: "a", Storage: d})
		b := open(t, relay, "b")
		time.Sleep(time.Second)
		if a.State().Role != frame.RoleMaster || len(a.State().Register.InSync) != 2 {
			t.Fatalf("a is %v of %v", a.State().Role, a.State().Register.InSync)
		}
		d.stall()
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		_, err := a.Set(ctx, "k", []byte("v"), host.WriteOptions{Ack: host.AckAsync})
		var failure *frame.Failure
		if !errors.Is(err, host.ErrOutcomeUnknown) || !errors.As(err, &failure) || failure.Position.IsZero() {
			t.Fatalf("the write that the disk did not take: %v", err)
		}
		if b.State().Role != frame.RoleMaster {
			t.Fatalf("b is %v", b.State().Role)
		}
		verdict, _, err := b.Verify(t.Context(), failure.Position)
		if err != nil || verdict != frame.VerdictKept {
			t.Errorf("what became of the write: %v, %v", verdict, err)
		}
		d.goOn()
		time.Sleep(10 * time.Second)
		if a.State().Role != frame.RoleReplica || len(b.State().Register.InSync) != 2 {
			t.Errorf("a is %v, in sync are %v", a.State().Role, b.State().Register.InSync)
		}
	})
}

// altering is a Memory that gives back other values than it was given.
type altering struct{ host.Storage }

func (s altering) Load(ctx context.Context) (core.Stored, error) {
	stored, err := s.Storage.Load(ctx)
	for i := range stored.Entries {
		e := &stored.Entries[i]
		e.Changes = slices.Clone(e.Changes)
		for k := range e.Changes {
			e.Changes[k].Value = []byte("another")
		}
	}
	return stored, err
}

func TestACopyThatDiffersIsToldOfAndMadeAnew(t *testing.T) {
	relay, memory := newRelay(t), host.NewMemory()
	a := open(t, relay, "a")
	b, err := host.Open(within(t), host.Config{Room: room, Transport: relay, Name: "b", Storage: memory})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Set(within(t), "k", []byte("v"), host.WriteOptions{Ack: host.AckAll}); err != nil {
		t.Fatal(err)
	}
	if !waitFor(func() bool { return b.State().Commit == a.State().Commit }) {
		t.Fatal("b has not heard that the write is committed")
	}
	if err := b.Close(within(t)); err != nil {
		t.Fatal(err)
	}

	alarms, said := make(chan error, 2), make(chan string, 10)
	logger := func(level host.LogLevel, text string, _ ...any) {
		if level == host.LogError {
			said <- text
		}
	}
	defer a.OnAlarm(func(err error) { alarms <- err })()
	b = openWith(t, host.Config{Room: room, Transport: relay, Name: "b", Storage: altering{memory}, Logger: logger})
	var differ *core.DifferError
	if err := <-alarms; !errors.As(err, &differ) || differ.Node != b.State().Node {
		t.Errorf("a is told %v", err)
	}
	if text := <-said; text != "copies differ" {
		t.Errorf("the log of b says %q", text)
	}
	if got := b.State().Differed; got != 1 {
		t.Errorf("b counts %d differences", got)
	}
	if !waitFor(func() bool { return has(t.Context(), b.Session, "k", "v") }) {
		t.Error("b has not been made anew")
	}
	status, err := a.Status(within(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range status.Nodes {
		if n.Report.Differed != 1 {
			t.Errorf("%s reports %d differences", n.Member.Name, n.Report.Differed)
		}
	}
}
