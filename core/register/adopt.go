package register

import (
	"math"
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// Adopt gives the value of a relay that meets a node which knows a newer one
// than its own: the relay has lost its register, or was given an old one. The
// newer list and its settings count, version and epoch number rise above everything that either
// side has granted, nobody is master, and no claim is granted before every node
// of that list is connected. adopted is false, and r is returned, where the
// offered value is not newer.
//
// Several nodes may offer different values one after another. While an adopted
// value awaits its nodes, what it was adopted from can be told from it, and what
// is newer than that is newer. So whatever the order of the offers, the newest
// list is the one awaited in the end. A list of the newest epoch that is some
// versions old is safe too: it holds that epoch's master, which has everything
// of that epoch and must be present, until everybody in the list has it. Once a claim was granted, offers of what
// came before it are old, whatever they hold: what was committed under a
// mastership that nobody present at the claim had heard of becomes orphans of
// the nodes that have it. And of two values with the same number and version,
// which only two relays serving one room can make, the relay's own stands.
func Adopt(r, offered Register) (next Register, adopted bool) {
	if offered.IsZero() || offered.Compare(r) <= 0 && (offered.isAdopted() || offered.Compare(r.source()) <= 0) {
		return r, false
	}
	number := offered.source().Epoch.Number + 1
	losses := offered.Losses
	if r.isAdopted() {
		number = max(number, r.Epoch.Number) // which was granted to nobody
		losses = allLosses(losses, r.Losses)
	} else {
		number = max(number, r.Epoch.Number+1)
	}
	return Register{
		Version:  max(r.Version, offered.Version) + 1,
		Epoch:    journal.Epoch{Number: number},
		InSync:   offered.InSync,
		Awaiting: true,
		Losses:   losses,
		Settings: offered.Settings,
	}, true
}

// source is number and version of what an adopted value came from: one below,
// because nothing changes it before a claim. Any other value is its own.
func (r Register) source() Register {
	if !r.isAdopted() {
		return r
	}
	return Register{Version: r.Version - 1, Epoch: journal.Epoch{Number: r.Epoch.Number - 1}}
}

// raiseMax keeps offered numbers away from the end of their range, however
// often they are raised.
const raiseMax = math.MaxUint64 / 2

// Check says what makes a value that came from outside impossible, or nil.
func (r Register) Check() error {
	switch {
	case r.IsZero() && (!r.Epoch.IsZero() || len(r.InSync) > 0 || len(r.Losses) > 0 || r.Awaiting || r.Settings != Settings{}):
		return refuse(NotAllowed, "a register of version 0 that is not empty")
	case r.IsZero():
		return nil
	case r.Version > raiseMax || r.Epoch.Number > raiseMax:
		return refuse(NotAllowed, "version %d and epoch %v of a register, of at most %d", r.Version, r.Epoch, uint64(raiseMax))
	case r.Epoch.Number == 0:
		return refuse(NotAllowed, "a register of version %d without an epoch", r.Version)
	case len(r.InSync) == 0 || len(r.InSync) > MaxSeats:
		return refuse(NotAllowed, "%d in-sync nodes in a register, of 1 to %d", len(r.InSync), MaxSeats)
	case !r.Epoch.Master.IsZero() && !r.IsInSync(r.Epoch.Master):
		return refuse(NotAllowed, "the master %v is not in the in-sync list", r.Epoch.Master)
	case len(r.Losses) > MaxLosses:
		return refuse(NotAllowed, "%d loss records in a register, of at most %d", len(r.Losses), MaxLosses)
	}
	if err := r.Settings.Check(); err != nil {
		return refuse(OutOfRange, "settings of a register: %v", err)
	}
	nodes := make([]journal.NodeID, len(r.InSync))
	for i, seat := range r.InSync {
		nodes[i] = seat.Node
	}
	slices.SortFunc(nodes, journal.NodeID.Compare)
	if nodes[0].IsZero() || len(slices.Compact(nodes)) < len(r.InSync) {
		return refuse(NotAllowed, "an in-sync list that names nobody, or somebody twice")
	}
	return nil
}
