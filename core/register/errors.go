package register

import (
	"fmt"
	"time"
)

// Refusal is why a rule made no new value. The value it was asked about stands.
type Refusal struct {
	Reason Reason
	Text   string        // a clause for people, with the numbers
	After  time.Duration // with NotYet: ask again after this long; above 0
}

// Error returns the text.
func (r *Refusal) Error() string { return r.Text }

// Reason says why a rule refused, in words that callers branch on.
type Reason uint8

// The reasons.
const (
	Stale       Reason = iota + 1 // the version, epoch or number is not the one that is asked for
	NotInSync                     // the node has no seat in the in-sync list
	MasterHere                    // the connection that holds the mastership is alive
	Gone                          // a node named is not connected with that incarnation
	NotYet                        // may be granted after some time
	StillAwaits                   // an adopted register waits for its in-sync nodes
	NotAllowed                    // whoever asks, and whenever
	Outdated                      // a newer incarnation of the same copy is in sync
	InSyncHere                    // an in-sync node is present that may be master: no takeover is needed
	OutOfRange                    // a setting is out of its range
)

func refuse(reason Reason, format string, args ...any) error {
	return &Refusal{Reason: reason, Text: fmt.Sprintf(format, args...)}
}

func notYet(after time.Duration, format string, args ...any) error {
	return &Refusal{Reason: NotYet, Text: fmt.Sprintf(format, args...), After: after}
}
