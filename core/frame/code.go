package frame

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/journal"
)

// Code says how a request ended, in words that programs may branch on.
type Code uint8

// The codes. Their numbers are part of the protocol.
const (
	CodeOK Code = 0

	// About a request for data.
	CodeNotEnoughReplicas Code = 1 // refused before the write: too few in-sync replicas
	CodeOutcomeUnknown    Code = 2 // written at Position, but its acknowledgement cannot be given
	CodeNotMaster         Code = 3 // not written here; ask the master
	CodeConflict          Code = 4 // a condition did not hold; nothing written
	CodeTooLarge          Code = 5 // over a limit; nothing written
	CodeInvalid           Code = 6 // makes no sense; nothing written
	CodeTimeout           Code = 7 // nothing was read within the time given
	CodeBusy              Code = 8 // a queue is full; nothing written, may be retried
	CodeSessionCut        Code = 9 // what the session has written or seen is not in the history any more

	// About the register.
	CodeStale      Code = 20 // the version or epoch is not the register's
	CodeNotInSync  Code = 21 // the node is not in the in-sync list
	CodeMasterHere Code = 22 // the master is connected and answers
	CodeGone       Code = 23 // the node named is not connected with that incarnation
	CodeRetry      Code = 24 // not yet; ask again after the time given
	CodeAwaiting   Code = 25 // the relay waits for nodes of an adopted register
	CodeNotAllowed Code = 26 // not a candidate, a client, or nothing of that kind is allowed
	CodeInSyncHere Code = 27 // an in-sync node is present: no takeover is needed

	// About a connection.
	CodeVersion  Code = 40 // no protocol version in common
	CodeReplaced Code = 41 // a newer connection or incarnation of the same node is here
	CodeProtocol Code = 42 // a frame that cannot be read or does not belong here
	CodeTooSlow  Code = 43 // the queue to this connection is full
	CodeFull     Code = 44 // too many nodes or rooms
	CodeShutdown Code = 45 // the relay is going down; come back after a while
	CodeSilent   Code = 46 // pings were not answered
	CodeOutdated Code = 47 // the copy is older than the one in sync under its id: a backup, or a clone
)

// String returns the code's name as the JavaScript API and logs write it.
func (c Code) String() string {
	if name, ok := codeNames[c]; ok {
		return name
	}
	return fmt.Sprintf("CODE_%d", uint8(c))
}

var codeNames = map[Code]string{
	CodeOK:                "OK",
	CodeNotEnoughReplicas: "NOT_ENOUGH_REPLICAS",
	CodeOutcomeUnknown:    "OUTCOME_UNKNOWN",
	CodeNotMaster:         "NO_MASTER",
	CodeConflict:          "CONFLICT",
	CodeTooLarge:          "TOO_LARGE",
	CodeInvalid:           "INVALID",
	CodeTimeout:           "TIMEOUT",
	CodeBusy:              "BUSY",
	CodeSessionCut:        "SESSION_CUT",
	CodeStale:             "STALE",
	CodeNotInSync:         "NOT_IN_SYNC",
	CodeMasterHere:        "MASTER_HERE",
	CodeGone:              "GONE",
	CodeRetry:             "RETRY",
	CodeAwaiting:          "AWAITING",
	CodeNotAllowed:        "NOT_ALLOWED",
	CodeInSyncHere:        "IN_SYNC_HERE",
	CodeVersion:           "VERSION",
	CodeReplaced:          "REPLACED",
	CodeProtocol:          "PROTOCOL",
	CodeTooSlow:           "TOO_SLOW",
	CodeFull:              "FULL",
	CodeShutdown:          "SHUTDOWN",
	CodeSilent:            "SILENT",
	CodeOutdated:          "OUTDATED",
}

// Failure is why a request was not answered as asked. It is an error, and
// travels in answers.
type Failure struct {
	Code Code
	Text string // a clause for people, with the numbers

	// Position is where the write stands, with CodeOutcomeUnknown, if known; with
	// CodeSessionCut it is the newest position that the session and the history share.
	Position journal.Position
}

// Error returns the text, or the code where there is none.
func (f *Failure) Error() string {
	if f.Text == "" {
		return f.Code.String()
	}
	return f.Text
}

// Is makes errors.Is compare failures by their code alone.
func (f *Failure) Is(target error) bool {
	other, ok := target.(*Failure)
	return ok && other.Code == f.Code
}
