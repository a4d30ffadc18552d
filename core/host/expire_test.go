package host_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

// isGone reports whether the session's copy has no such key, committed.
func isGone(ctx context.Context, s *host.Session, key string) bool {
	_, err := s.Get(ctx, key, host.ReadOptions{Level: frame.LevelCommitted})
	return errors.Is(err, host.ErrNoKey)
}

func TestAKeyIsGoneEverywhereWhenItsTimeIsUp(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	a, b := open(t, relay, "a"), open(t, relay, "b")
	const ttl = 300 * time.Millisecond
	begun := time.Now()
	if _, err := b.Set(ctx, "lock", []byte("b"), host.WriteOptions{TTL: ttl}); err != nil {
		t.Fatal(err)
	}
	item, err := a.Get(ctx, "lock", host.ReadOptions{Level: frame.LevelLatest})
	if err != nil {
		t.Fatal(err)
	}
	if left, mortal := item.TTL(); !mortal || left <= 0 || left > ttl {
		t.Errorf("it is to last another %v (%v), of %v", left, mortal, ttl)
	}
	for _, n := range []*host.Node{a, b} {
		if !waitFor(func() bool { return isGone(ctx, n.Session, "lock") }) {
			t.Errorf("%s still has the key", n.State().Name)
		}
	}
	if lasted := time.Since(begun); lasted < ttl {
		t.Errorf("it lasted %v, and not %v", lasted, ttl)
	}
}

func TestADeadlineCanBeMovedAndTakenAway(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	n := open(t, relay, "a")
	_, err := n.Set(ctx, "k", []byte("ab"), host.WriteOptions{TTL: time.Hour})
	check := func(want bool, got bool, _ host.Receipt, err error) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("there is such a key: %v, %v", got, err)
		}
	}
	lasts := func(wantLeast, wantMost time.Duration) {
		t.Helper()
		// The room's time is not quite this test's: a host's clock never falls.
		if wantMost > 0 {
			wantMost += time.Second
		}
		item, err := n.Get(ctx, "k", host.ReadOptions{Level: frame.LevelLatest})
		if left, _ := item.TTL(); err != nil || left < wantLeast || left > wantMost {
			t.Errorf("it lasts another %v (%v), wanted %v to %v", left, err, wantLeast, wantMost)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	lasts(time.Minute, time.Hour)
	found, r, err := n.Expire(ctx, "k", 2*time.Hour, host.WriteOptions{})
	check(true, found, r, err)
	lasts(time.Hour, 2*time.Hour)
	if size, _, err := n.Append(ctx, "k", []byte("c"), host.WriteOptions{}); size != 3 || err != nil {
		t.Errorf("append: %d, %v", size, err)
	}
	lasts(time.Hour, 2*time.Hour)
	found, r, err = n.Persist(ctx, "k", host.WriteOptions{})
	check(true, found, r, err)
	lasts(0, 0)
	if !has(ctx, n.Session, "k", "abc") {
		t.Error("the value is another one")
	}
	found, r, err = n.Persist(ctx, "none", host.WriteOptions{})
	check(false, found, r, err)
	found, r, err = n.Expire(ctx, "k", time.Millisecond, host.WriteOptions{IfValue: []byte("abc")})
	check(true, found, r, err)
	if !waitFor(func() bool { return isGone(ctx, n.Session, "k") }) {
		t.Error("the key is still there")
	}
}

func TestATimeToLiveOutOfPlaceIsRefused(t *testing.T) {
	relay := newRelay(t)
	ctx := within(t)
	n := open(t, relay, "a")
	ops := []frame.Op{frame.Delete{Key: "k"}, frame.Set{Key: "k"}}
	for name, do := range map[string]func() error{
		"negative": func() error { _, err := n.Set(ctx, "k", nil, host.WriteOptions{TTL: -time.Second}); return err },
		"too short": func() error {
			_, err := n.Set(ctx, "k", nil, host.WriteOptions{TTL: frame.TTLMin - 1})
			return err
		},
		"too long": func() error {
			_, err := n.Set(ctx, "k", nil, host.WriteOptions{TTL: frame.TTLMax + 1})
			return err
		},
		"expire with none": func() error { _, _, err := n.Expire(ctx, "k", 0, host.WriteOptions{}); return err },
		"increment": func() error {
			_, _, err := n.Increment(ctx, "k", 1, host.WriteOptions{TTL: time.Second})
			return err
		},
		"batch": func() error {
			_, _, err := n.Batch(ctx, ops, nil, host.WriteOptions{TTL: time.Second})
			return err
		},
	} {
		if err := do(); !errors.Is(err, host.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
