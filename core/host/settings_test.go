package host_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// lasting is a Memory that passes for storage that survives its process.
type lasting struct{ host.Storage }

func (lasting) Durable() bool { return true }

// failsWith fails the test where err is not a failure of that code that says
// something.
func failsWith(t *testing.T, err error, code frame.Code, words ...string) {
	t.Helper()
	var failure *frame.Failure
	if !errors.As(err, &failure) || failure.Code != code {
		t.Errorf("got %v, want %v", err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func minInSync(n uint16) func(*register.Settings) {
	return func(s *register.Settings) { s.MinInSync = n }
}

func TestSettingsAreTheSameForEverybody(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	client := dial(t, relay)
	if s, version, err := client.Settings(ctx); err != nil || version != 0 || s != (register.Settings{}) {
		t.Errorf("a new room: %+v at %d, %v", s, version, err)
	}
	_, err := client.SetSettings(ctx, minInSync(2))
	failsWith(t, err, frame.CodeNotAllowed, "no history")

	n := open(t, relay, "a")
	if s, err := client.SetSettings(ctx, minInSync(2)); err != nil || s.MinInSync != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := n.SetSettings(ctx, func(s *register.Settings) { s.LagLimit = time.Minute }); err != nil || s.MinInSync != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	want := register.Settings{MinInSync: 2, LagLimit: time.Minute}
	for _, s := range []*host.Session{client.Session, n.Session} {
		if !waitFor(func() bool { got, _, err := s.Settings(ctx); return err == nil && got == want }) {
			t.Error("one of them has other settings")
		}
	}
	before := relay.Register(room).Version
	if _, err := client.SetSettings(ctx, minInSync(2)); err != nil || relay.Register(room).Version != before {
		t.Errorf("settings that are so already have changed the register: %v", err)
	}
	_, err = client.SetSettings(ctx, minInSync(5000))
	failsWith(t, err, frame.CodeInvalid, "min-in-sync 5000: 1 to 1000")
	_, err = n.SetSettings(ctx, func(s *register.Settings) { s.NoVolatile = true })
	failsWith(t, err, frame.CodeNotAllowed, n.State().Node.String(), "memory only")
}

func TestSettingsChangedAtTheSameTimeAreAllKept(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	a, b := open(t, relay, "a"), open(t, relay, "b")
	client := dial(t, relay)
	var wait sync.WaitGroup
	for session, change := range map[*host.Session]func(*register.Settings){
		a.Session:      func(s *register.Settings) { s.Ack = register.Ack{Given: true, Ack: journal.AckOne} },
		b.Session:      minInSync(2),
		client.Session: func(s *register.Settings) { s.LagLimit = time.Second },
	} {
		wait.Go(func() {
			if _, err := session.SetSettings(ctx, change); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	want := register.Settings{MinInSync: 2, LagLimit: time.Second, Ack: register.Ack{Given: true, Ack: journal.AckOne}}
	if got := relay.Register(room).Settings; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := relay.Register(room).Epoch; got.Number != 1 {
		t.Errorf("the settings have cost the room its master: epoch %v", got)
	}
}

// Somebody else's change comes between what the session reads and what it asks.
func TestOfTwoChangesOfOneSettingTheLaterIsAConflict(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	open(t, relay, "a")
	client, other := dial(t, relay), dial(t, relay)
	change := func(meddle, own func(*register.Settings)) error {
		once := sync.OnceFunc(func() {
			if _, err := other.SetSettings(ctx, meddle); err != nil {
				t.Error(err)
			}
		})
		_, err := client.SetSettings(ctx, func(s *register.Settings) {
			once()
			own(s)
		})
		return err
	}
	failsWith(t, change(minInSync(7), minInSync(3)), frame.CodeConflict, "min-in-sync was changed by somebody else")
	if err := change(minInSync(7), minInSync(7)); err != nil {
		t.Errorf("both want the same: %v", err)
	}
	if err := change(func(s *register.Settings) { s.LagLimit = time.Second }, minInSync(3)); err != nil {
		t.Errorf("they change different settings: %v", err)
	}
	if got, want := relay.Register(room).Settings, (register.Settings{MinInSync: 3, LagLimit: time.Second}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// forgetful is a transport whose first connection loses what comes on it once
// deaf is set.
type forgetful struct {
	host.Transport
	deaf  atomic.Bool
	links atomic.Int32
}

func (f *forgetful) Dial(ctx context.Context) (host.Link, error) {
	link, err := f.Transport.Dial(ctx)
	if err != nil || f.links.Add(1) > 1 {
		return link, err
	}
	return deafLink{link, f}, nil
}

type deafLink struct {
	host.Link
	f *forgetful
}

func (l deafLink) Receive(ctx context.Context) ([]byte, error) {
	for {
		message, err := l.Link.Receive(ctx)
		if err != nil || !l.f.deaf.Load() {
			return message, err
		}
	}
}

func TestAChangeWhoseAnswerWasLostIsMadeOnce(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	a, b := widowed(t, relay, true)
	unsure := &forgetful{Transport: relay}
	client := dial(t, unsure)
	id := memberNamed(t, client, "client")
	if !waitFor(func() bool { return b.State().Connected }) {
		t.Fatal("b did not come")
	}
	unsure.deaf.Store(true)
	done := make(chan error, 1)
	go func() {
		_, err := client.TakeOver(ctx, b.State().Node)
		done <- err
	}()
	if !waitFor(func() bool { return relay.Register(room).Epoch.Number == 2 }) {
		t.Fatal("it was never asked")
	}
	relay.Cut(id)
	if err := <-done; err != nil || len(relay.Register(room).Losses) != 1 {
		t.Errorf("%v, lost %v, of %v", err, relay.Register(room).Losses, a)
	}

	unsure = &forgetful{Transport: relay}
	client = dial(t, unsure)
	id = newestMember(t, b, id)
	unsure.deaf.Store(true)
	go func() {
		_, err := client.SetSettings(ctx, minInSync(2))
		done <- err
	}()
	if !waitFor(func() bool { return relay.Register(room).Settings.MinInSync == 2 }) {
		t.Fatal("it was never asked")
	}
	version := relay.Register(room).Version
	relay.Cut(id)
	if err := <-done; err != nil || relay.Register(room).Version != version {
		t.Errorf("version %d, then %d: %v", version, relay.Register(room).Version, err)
	}
}

// newestMember returns the client in the room that is not known.
func newestMember(t *testing.T, n *host.Node, known journal.NodeID) (found journal.NodeID) {
	t.Helper()
	if !waitFor(func() bool {
		for _, m := range n.State().Members {
			if m.Kind == register.KindClient && m.Node != known {
				found = m.Node
			}
		}
		return !found.IsZero()
	}) {
		t.Fatal("the client is not in the room")
	}
	return found
}

func TestAnAnswerThatDoesNotComeInTimeIsAnUnknownOutcome(t *testing.T) {
	relay := newRelay(t)
	open(t, relay, "a")
	slow := &valve{Transport: relay}
	client := dial(t, slow)
	slow.shut()
	defer slow.open()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := client.SetSettings(ctx, minInSync(2)); !errors.Is(err, host.ErrOutcomeUnknown) {
		t.Errorf("got %v", err)
	}
}

func memberNamed(t *testing.T, client *host.Client, name string) journal.NodeID {
	t.Helper()
	status, err := client.Presence(within(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range status.Members {
		if m.Name == name || m.Kind == register.KindClient && name == "client" {
			return m.Node
		}
	}
	t.Fatalf("no %s is in the room", name)
	return journal.NodeID{}
}

// widowed returns a node of a room whose only complete copy, a's, has left.
func widowed(t *testing.T, relay host.Transport, spectator bool) (a journal.NodeID, b *host.Node) {
	t.Helper()
	ctx := within(t)
	first, err := host.Open(ctx, host.Config{
		Room: room, Transport: relay, Name: "a", Storage: lasting{host.NewMemory()}, Pause: shortPause,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Set(ctx, "colour", []byte("blue"), host.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	a = first.State().Node
	if err := first.Close(ctx); err != nil {
		t.Fatal(err)
	}
	b, err = host.Start(ctx, host.Config{
		Room: room, Transport: relay, Name: "b", Storage: lasting{host.NewMemory()}, Pause: shortPause, Spectator: spectator,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return a, b
}

func TestATakeoverGoesOnWithoutTheCopiesThatAreMissing(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	a, b := widowed(t, relay, true)
	client := dial(t, relay)
	if !waitFor(func() bool { return b.State().Connected }) {
		t.Fatal("b did not come")
	}
	_, err := client.TakeOver(ctx, journal.NodeID{9})
	failsWith(t, err, frame.CodeGone, "not connected")
	configured := make(chan error, 1)
	go func() {
		_, err := client.SetSettings(ctx, minInSync(1))
		configured <- err
	}()
	epoch, err := client.TakeOver(ctx, b.State().Node)
	if err != nil || epoch != (journal.Epoch{Number: 2, Master: b.State().Node}) {
		t.Fatalf("epoch %v of %v, %v", epoch, epoch.Master, err)
	}
	if err := b.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-configured; err != nil || relay.Register(room).Settings.MinInSync != 1 {
		t.Errorf("settings that waited for a master: %v", err)
	}
	losses := relay.Register(room).Losses
	if len(losses) != 1 || !losses[0].Taken || len(losses[0].Missing) != 1 || losses[0].Missing[0] != a {
		t.Errorf("lost: %+v, of %v", losses, a)
	}
	if _, err := client.Set(ctx, "colour", []byte("red"), host.WriteOptions{IfAbsent: true}); err != nil {
		t.Errorf("the room does not go on: %v", err)
	}
	_, err = client.TakeOver(ctx, b.State().Node)
	failsWith(t, err, frame.CodeMasterHere, b.State().Node.String())
}

// Everything that fails for want of a master says for whom the room waits.
func TestAFailureForWantOfAMasterSaysWhomTheRoomWaitsFor(t *testing.T) {
	relay := newRelay(t)
	a, b := widowed(t, relay, false)
	client := dial(t, relay)
	if !waitFor(func() bool { return len(b.State().Waiting.For) > 0 }) {
		t.Fatal("b does not wait")
	}
	brief := func() context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	_, setErr := client.Set(brief(), "k", nil, host.WriteOptions{})
	_, ownErr := b.Set(brief(), "k", nil, host.WriteOptions{})
	_, handErr := client.HandOver(brief(), journal.NodeID{})
	_, getErr := client.Get(brief(), "k", host.ReadOptions{})
	_, settingsErr := client.SetSettings(brief(), minInSync(2))
	for name, err := range map[string]error{
		"settings": settingsErr,
		"set":      setErr, "set at the node": ownErr, "handover": handErr, "get": getErr, "ready": b.Ready(brief()),
	} {
		if !errors.Is(err, host.ErrNoMaster) || !strings.HasSuffix(strings.Split(err.Error(), ": context")[0], " waits for "+a.String()) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Count(err.Error(), "the room") > 1 {
			t.Errorf("%s says twice that it is about the room: %v", name, err)
		}
	}
}

func TestWhyThereIsNoMaster(t *testing.T) {
	a, b := journal.NodeID{1}, journal.NodeID{2}
	here := []register.Member{{Node: a, Incarnation: 1, Kind: register.KindProcess, Durable: true}}
	value := register.Register{
		Version: 2, Epoch: journal.Epoch{Number: 1, Master: a}, InSync: []register.Seat{{Node: a}, {Node: b}},
	}
	status := host.RoomStatus{Register: value, Members: here}
	for _, c := range []struct {
		waiting frame.Waiting
		seated  bool
		want    string
	}{
		{frame.Waiting{For: []journal.NodeID{b}}, false, "the room waits for " + b.String()},
		{frame.Waiting{For: []journal.NodeID{a, b}}, false, "the room waits for one of " + a.String() + ", " + b.String()},
		{frame.Waiting{For: []journal.NodeID{a, b}, All: true}, false, "the room waits for all of " + a.String() + ", " + b.String()},
		{frame.Waiting{}, false, "in sync is only who may not be master: " + a.String()},
		{frame.Waiting{}, true, ""},
	} {
		status.Waiting, status.Seated = c.waiting, c.seated
		if got := status.WhyNoMaster(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestARoomThatTakesNoCopiesInMemoryAndHasNoOthersSaysHowToGoOn(t *testing.T) {
	a, b := journal.NodeID{1}, journal.NodeID{2}
	inMemory := register.Member{Node: b, Incarnation: 1, Kind: register.KindProcess, Candidate: true}
	status := host.RoomStatus{
		Register: register.Register{
			Version: 2, Epoch: journal.Epoch{Number: 1, Master: a}, InSync: []register.Seat{{Node: a}},
			Settings: register.Settings{NoVolatile: true},
		},
		Members: []register.Member{inMemory}, Waiting: frame.Waiting{For: []journal.NodeID{a}},
	}
	const way = "start a node that keeps its copy, and take over with that"
	if got := status.WhyNoMaster(); !strings.HasPrefix(got, "the room waits for "+a.String()+"; ") || !strings.HasSuffix(got, way) {
		t.Errorf("it says %q", got)
	}
	kept := inMemory
	kept.Node, kept.Durable = journal.NodeID{3}, true
	status.Members = append(status.Members, kept)
	if got := status.WhyNoMaster(); strings.Contains(got, way) {
		t.Errorf("with %v there it says %q", kept.Node, got)
	}
}
