package register

import (
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// Configure gives the value with other settings. Anybody may ask. s.Held must
// mean that the mastership is held, by whomever: it was granted on this very
// value, so this is no old one that a node still to come knows better. Raised
// without a master, an old value would pass for as new as the real one.
//
// It refuses with NotAllowed, Stale, StillAwaits or OutOfRange.
func Configure(r Register, s Scene, version Version, settings Settings) (Register, error) {
	switch {
	case r.IsZero():
		return r, refuse(NotAllowed, "the room has no history yet, and so no settings")
	case version != r.Version:
		return r, staleVersion(r, version)
	case !s.Held:
		return r, refuse(StillAwaits, "settings can be changed while the room has a master")
	}
	if err := settings.Check(); err != nil {
		return r, refuse(OutOfRange, "%v", err)
	}
	if settings.NoVolatile && !r.Settings.NoVolatile {
		if err := r.withoutVolatile(); err != nil {
			return r, err
		}
	}
	r.Version++
	r.Settings = settings
	return r, nil
}

func staleVersion(r Register, version Version) error {
	return refuse(Stale, "the register is at version %d, not %d", r.Version, version)
}

// withoutVolatile refuses to keep copies in memory out of a room whose master
// is one.
func (r Register) withoutVolatile() error {
	if slices.ContainsFunc(r.InSync, func(s Seat) bool { return s.Node == r.Epoch.Master && s.Volatile }) {
		return refuse(NotAllowed, "the master, %v, has its copy in memory only: hand over to a node that keeps its copy first", r.Epoch.Master)
	}
	return nil
}

// Admits reports whether the room's settings let the member be in sync, and so
// master. What they keep out may still have a copy.
func (s Settings) Admits(m Member) bool { return m.Durable || !s.NoVolatile }

// MayLead reports whether the member may be master of this room by what it is
// and what the settings say: not whether its copy is complete.
func (r Register) MayLead(m Member) bool {
	return m.CanLead() && r.Settings.Admits(m) && !r.Outdates(m)
}

// eligible are the members who may be master by what they are, in their order.
func (r Register) eligible(present []Member) []Member {
	return slices.DeleteFunc(slices.Clone(present), func(m Member) bool { return !r.MayLead(m) })
}

// Heirs lists who of the in-sync list may become master now, as [Succession]
// does, without those whom the settings keep out. present is sorted by NodeID; a
// non-zero master is left out.
func (r Register) Heirs(present []Member, master journal.NodeID) []journal.NodeID {
	return Succession(r.InSync, r.eligible(present), master)
}

// Barred lists the in-sync nodes present where none of them may become master,
// so that the room gets none by itself though nobody is missing. present is
// sorted by NodeID.
func (r Register) Barred(present []Member) []journal.NodeID {
	if len(r.Heirs(present, journal.NodeID{})) > 0 {
		return nil
	}
	var barred []journal.NodeID
	for _, m := range present {
		if r.IsInSync(m.Node) {
			barred = append(barred, m.Node)
		}
	}
	return barred
}

// keptOut refuses a node that the settings keep out.
func keptOut(m Member) error {
	return refuse(NotAllowed, "%v has its copy in memory only, and the room takes none of those", m.Node)
}
