package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Settings returns the room's settings, and the version of the register that
// they were read from: 0 for a room without history, which has the defaults. It
// waits for the relay, as a session that was connected once may be without it,
// and fails with [ErrNoRelay] where none comes.
func (s *Session) Settings(ctx context.Context) (register.Settings, register.Version, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	view, err := s.runner.present(ctx)
	return view.Register.Settings, view.Register.Version, err
}

// SetSettings changes the room's settings and returns them as they are then.
// change is given those in force, and called again where somebody else changes
// the settings at the same time; it must do nothing else. What others change is
// kept, unless it is the same setting: that is [ErrConflict], and nothing is
// changed. Settings that are as wanted already are left alone.
//
// It fails with [ErrInvalid] for a value out of its range, which the text names,
// and with a [*frame.Failure] of CodeNotAllowed where the room has no history
// yet, or a volatile copy is the master of a room that is to take none. It waits
// for a master; where none came before ctx ended it is [ErrNoMaster]. With
// [ErrOutcomeUnknown] the change may have been made: read it back.
func (s *Session) SetSettings(ctx context.Context, change func(*register.Settings)) (register.Settings, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var unknown error // of a change that may have been made
	var base, want register.Settings
	for try := 0; ; try++ {
		now, version, err := s.Settings(ctx)
		if err != nil {
			return register.Settings{}, after(unknown, err)
		}
		if name := contested(base, want, now); try > 0 && name != "" {
			return now, &frame.Failure{Code: frame.CodeConflict, Text: name + " was changed by somebody else meanwhile"}
		}
		base, want = now, now
		change(&want)
		if err := want.Check(); err != nil {
			return now, invalid("%v", err)
		}
		if want == now && version > 0 {
			return now, nil
		}
		err = s.order(ctx, frame.Configure{Version: version, Settings: want})
		switch {
		case err == nil:
			return want, nil
		case errors.Is(err, ErrOutcomeUnknown) && ctx.Err() == nil:
			unknown = err // the register tells, once it is seen again
		case errors.Is(err, errAwaiting):
			if !pause(ctx, settingsPause) {
				return now, after(unknown, s.withoutMaster(ctx))
			}
		case !errors.Is(err, errStale):
			return now, after(unknown, err)
		}
	}
}

// after is the error of a change that failed, where an attempt before may have
// been made: that comes first.
func after(unknown, err error) error {
	if unknown == nil {
		return err
	}
	return fmt.Errorf("%w: %w", unknown, err)
}

// contested names a setting that was to be changed from what it was in base to
// what it is in want, and is neither now; "" if there is none.
func contested(base, want, now register.Settings) string {
	moved := func(differs func(a, b register.Settings) bool) bool {
		return differs(base, want) && differs(base, now) && differs(want, now)
	}
	switch {
	case moved(func(a, b register.Settings) bool { return a.Election != b.Election }):
		return "election"
	case moved(func(a, b register.Settings) bool { return a.MinInSync != b.MinInSync }):
		return "min-in-sync"
	case moved(func(a, b register.Settings) bool { return a.Ack != b.Ack }):
		return "ack"
	case moved(func(a, b register.Settings) bool { return a.LagLimit != b.LagLimit }):
		return "lag-limit"
	}
	return "" // volatile has two values only
}

var (
	errStale    error = &frame.Failure{Code: frame.CodeStale}
	errAwaiting error = &frame.Failure{Code: frame.CodeAwaiting}
)

// withoutMaster is the error of a ctx that ended while there was no master.
func (s *Session) withoutMaster(ctx context.Context) error {
	failure := noMaster
	if view, err := s.runner.view(context.WithoutCancel(ctx)); err == nil {
		failure = because(noMaster, roomOf(view).WhyNoMaster())
	}
	return fmt.Errorf("%w: %w", failure, context.Cause(ctx))
}

// settingsPause is between two attempts to change the settings of a room that
// has no master at the moment.
const settingsPause = 50 * time.Millisecond

// pause reports whether ctx still goes on after a time.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// TakeOver makes a node the master of a room that can't go on by itself, because
// its complete copies will not come back, and returns the new epoch. node is
// connected with a copy; it need be neither in sync nor a candidate. What only
// the missing nodes had is lost to the room: the register records who they were,
// and what one that comes back has beyond it becomes orphans.
//
// It is refused, by a [*frame.Failure] of these codes, while there is a master
// (CodeMasterHere); while another in-sync node is present that may be master, or
// that the room waits for together with others (CodeInSyncHere, which names it);
// where node is not there (CodeGone) or may not be master (CodeNotAllowed,
// CodeOutdated); and where the register has changed since this session last heard
// of it (CodeStale): look at the room again. With [ErrOutcomeUnknown] it may have
// been made.
func (s *Session) TakeOver(ctx context.Context, node journal.NodeID) (journal.Epoch, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	view, err := s.runner.present(ctx)
	if err != nil {
		return journal.Epoch{}, err
	}
	before := view.Register
	wanted := journal.Epoch{Number: before.Epoch.Number + 1, Master: node}
	var unknown error
	for {
		err := s.order(ctx, frame.TakeOver{Version: before.Version, Successor: node})
		switch {
		case err == nil:
			return wanted, nil
		case errors.Is(err, ErrOutcomeUnknown) && ctx.Err() == nil:
			unknown = err
		case unknown == nil || !errors.Is(err, errStale):
			return journal.Epoch{}, after(unknown, err)
		}
		// Asked again at the same version it is made once at most, and the register
		// tells by whom the version was taken.
		view, lost := s.runner.present(ctx)
		if lost != nil {
			return journal.Epoch{}, after(unknown, lost)
		}
		switch now := view.Register; {
		case now.Version == before.Version:
		case was(now, wanted):
			return wanted, nil
		case now.Epoch.Number <= wanted.Number:
			return journal.Epoch{}, &frame.Failure{Code: frame.CodeStale, Text: fmt.Sprintf("the register is at version %d by now, not %d", now.Version, before.Version)}
		default:
			return journal.Epoch{}, unknown
		}
	}
}

// was reports whether a register shows that an epoch was granted.
func was(r register.Register, epoch journal.Epoch) bool {
	if r.Epoch == epoch {
		return true
	}
	for _, loss := range r.Losses {
		if loss.Epoch == epoch {
			return true
		}
	}
	return false
}

// order asks the relay for a change. The error is what it answers, unless that
// is OK.
func (s *Session) order(ctx context.Context, request frame.Frame) error {
	answer, err := s.ask(ctx, journal.NodeID{}, request)
	if err != nil {
		return err
	}
	a, ok := answer.(frame.Answer)
	switch {
	case !ok:
		return unexpected(answer)
	case a.Code != frame.CodeOK:
		return &frame.Failure{Code: a.Code, Text: a.Text}
	}
	return nil
}

// bounded gives a context without an end the usual one.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, DefaultWait)
}

// present waits until the relay has welcomed this session, and returns what is
// known of the room then.
func (r *runner) present(ctx context.Context) (core.Status, error) {
	g := greeting{came: make(chan struct{})}
	if err := r.post(ctx, g); err != nil {
		return core.Status{}, err
	}
	select {
	case <-g.came:
		return r.view(ctx)
	case <-r.done:
		return core.Status{}, r.endError()
	case <-ctx.Done():
		return core.Status{}, r.whyAlone(context.Cause(ctx))
	}
}

// greeting waits for the relay's welcome on the present connection, or the next.
type greeting struct{ came chan struct{} }

func (g greeting) enter(l *loop) core.Input {
	if l.welcome {
		close(g.came)
		return nil
	}
	l.greetings = append(l.greetings, g)
	return nil
}

func (l *loop) greet() {
	for _, g := range l.greetings {
		close(g.came)
	}
	l.greetings = nil
}
