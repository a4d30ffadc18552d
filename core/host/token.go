package host

import (
	"errors"
	"slices"
	"sync"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// token is what a session has written and read so far: the newest position of
// each mastership, oldest first. All but the last are of masterships that ended
// since: a copy that has the last one need not have those, so each is asked for
// once more. The zero token is of a session that has seen nothing.
type token struct {
	mu   sync.Mutex
	seen []journal.Position
}

// tokenMax is how many masterships a token may hold of which nobody has asked.
// Over it the oldest is forgotten.
const tokenMax = 16

// note adds a position that the session has been told.
func (t *token) note(p journal.Position) {
	if p.IsZero() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i, found := slices.BinarySearchFunc(t.seen, p, func(have, p journal.Position) int {
		return have.Epoch.Compare(p.Epoch)
	})
	switch {
	case found:
		t.seen[i].Index = max(t.seen[i].Index, p.Index)
	case i < len(t.seen):
		// A late word from an earlier mastership, of which later ones were asked.
		t.seen = slices.Insert(t.seen, i, p)
	default:
		t.seen = append(t.seen, p)
	}
	if len(t.seen) > tokenMax {
		t.seen = slices.Delete(t.seen, 0, 1)
	}
}

// next returns the oldest position to be asked for, or the newest, zero for
// none, and whether it is the only one.
func (t *token) next(newest bool) (p journal.Position, only bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch n := len(t.seen); {
	case n == 0:
		return journal.Position{}, true
	case newest:
		return t.seen[n-1], n == 1
	default:
		return t.seen[0], n == 1
	}
}

// covered forgets a position of an earlier mastership that a copy was found to
// have, which is at a position itself. It reports false where that copy has not
// come to the newest mastership the session knows of: it may have what the
// history of that one has not, and is yet to give it up.
func (t *token) covered(p, at journal.Position) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.seen) < 2 || t.seen[0] != p {
		return true // another read has been here
	}
	if at.Epoch.Compare(t.seen[len(t.seen)-1].Epoch) < 0 {
		return false
	}
	t.seen = slices.Delete(t.seen, 0, 1)
	return true
}

// cut takes a position that is not in the history any more for the one that is,
// and reports whether the session has yet to be told.
func (t *token) cut(p, shared journal.Position) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.seen, p)
	if i < 0 {
		return false // another read has told it
	}
	t.seen = slices.Delete(t.seen, i, i+1)
	if len(t.seen) == 0 && !shared.IsZero() {
		t.seen = append(t.seen, shared)
	}
	return true
}

// cutAt returns the position that a session and the history share, if err says
// that the session was cut.
func cutAt(err error) (shared journal.Position, ok bool) {
	var failure *frame.Failure
	if errors.As(err, &failure) && failure.Code == frame.CodeSessionCut {
		return failure.Position, true
	}
	return journal.Position{}, false
}
