package election

import (
	"time"

	"github.com/understudy-dev/understudy/core/register"
)

// successionStagger is how long each one waits for the one before it.
const successionStagger = 200 * time.Millisecond

// Succession lets the first present node of the in-sync list claim, at once;
// the next ones follow after a stagger each, should it fail to. It is the
// default: no message is needed, because everybody has the same list.
type Succession struct{}

var _ Strategy = Succession{}

// Name returns "succession".
func (Succession) Name() string { return register.ElectSuccession.String() }

// Judge claims when it is this node's turn.
func (Succession) Judge(v View) Verdict {
	f, verdict, settled := survey(v)
	if settled {
		return verdict
	}
	return claimAt(v, f.ready.Add(time.Duration(f.turn)*successionStagger))
}
