package register

import (
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// Settings are what a room's users have agreed on. They are part of the
// register, so that everybody has the same ones at the same version. The zero
// Settings are those of a new room; a zero field stands for its default.
type Settings struct {
	Election   Election
	MinInSync  uint16        // an `all` write needs at least so many in-sync nodes, the master included; 0 is 1
	Ack        Ack           // of writes that do not say
	NoVolatile bool          // copies in memory only are never in sync and never master
	LagLimit   time.Duration // an in-sync replica may be behind this long; 0 is [DefaultLagLimit]
}

// Election names a strategy.
type Election uint8

// The elections. See package election for what they do.
const (
	ElectSuccession Election = 0
	ElectBully      Election = 1
	ElectRing       Election = 2
	ElectVote       Election = 3
)

// Ack is a setting for [journal.AckRoom]: the zero Ack is `all`.
type Ack struct {
	Given bool
	Ack   journal.Ack // not AckRoom
}

// Limits of settings.
const (
	DefaultLagLimit = 3 * time.Second
	MinLagLimit     = 100 * time.Millisecond
	MaxLagLimit     = time.Hour
)

var electionNames = [...]string{
	ElectSuccession: "succession", ElectBully: "bully", ElectRing: "ring", ElectVote: "vote",
}

// String returns the word for people, such as "ring".
func (e Election) String() string {
	if int(e) < len(electionNames) {
		return electionNames[e]
	}
	return fmt.Sprintf("election-%d", uint8(e))
}

// IsKnown reports whether there is such an election.
func (e Election) IsKnown() bool { return int(e) < len(electionNames) }

// ParseElection reads what [Election.String] writes.
func ParseElection(text string) (Election, error) {
	for e, name := range electionNames {
		if name == text {
			return Election(e), nil
		}
	}
	return 0, fmt.Errorf("election %q is none of succession, bully, ring and vote", text)
}

// AckOr returns what a write waits for that asks for a, or leaves it to the room.
func (s Settings) AckOr(a journal.Ack) journal.Ack {
	switch {
	case a != journal.AckRoom:
		return a
	case s.Ack.Given:
		return s.Ack.Ack
	}
	return journal.AckAll
}

// MinInSyncOrDefault returns how many in-sync nodes an `all` write needs.
func (s Settings) MinInSyncOrDefault() int { return max(1, int(s.MinInSync)) }

// LagLimitOrDefault returns how long an in-sync replica may be behind.
func (s Settings) LagLimitOrDefault() time.Duration {
	if s.LagLimit == 0 {
		return DefaultLagLimit
	}
	return s.LagLimit
}

// VolatileWord is the setting volatile in the word for people.
func (s Settings) VolatileWord() string {
	if s.NoVolatile {
		return "refuse"
	}
	return "allow"
}

// Check reports a value that is out of its range, with the range.
func (s Settings) Check() error {
	switch {
	case !s.Election.IsKnown():
		return fmt.Errorf("election %d is none of succession, bully, ring and vote", uint8(s.Election))
	case s.MinInSync > MaxSeats:
		return fmt.Errorf("min-in-sync %d: 1 to %d nodes", s.MinInSync, MaxSeats)
	case s.Ack.Given && (s.Ack.Ack < journal.AckAll || s.Ack.Ack >= MaxSeats), !s.Ack.Given && s.Ack.Ack != 0:
		return fmt.Errorf("ack %d is none of async, all or 1 to %d replicas", int(s.Ack.Ack), MaxSeats-1)
	case s.LagLimit != 0 && (s.LagLimit < MinLagLimit || s.LagLimit > MaxLagLimit):
		return fmt.Errorf("lag-limit %s: %s to %s",
			journal.Brief(s.LagLimit), journal.Brief(MinLagLimit), journal.Brief(MaxLagLimit))
	}
	return nil
}
