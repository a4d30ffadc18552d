package wire

import (
	"strconv"

	"github.com/understudy-dev/understudy/core/frame"
)

// Kind is the number of a frame's type in its envelope. Numbers are never used
// again for something else.
type Kind uint16

// The kinds. Below 32 one side is the relay itself; from 32 on they are between
// master and replicas; from 64 on they are requests and their answers.
const (
	KindHello     Kind = 1
	KindWelcome   Kind = 2
	KindRefused   Kind = 3
	KindJoined    Kind = 4
	KindLeft      Kind = 5
	KindChanged   Kind = 6
	KindWaiting   Kind = 7
	KindPing      Kind = 8
	KindPong      Kind = 9
	KindAppear    Kind = 10
	KindGoodbye   Kind = 11
	KindClaim     Kind = 12
	KindAmend     Kind = 13
	KindHandover  Kind = 14
	KindConfirm   Kind = 15
	KindAnswer    Kind = 16
	KindConfigure Kind = 17
	KindTakeOver  Kind = 18

	KindSeal      Kind = 32
	KindSealed    Kind = 33
	KindFetch     Kind = 34
	KindSupply    Kind = 35
	KindReplicate Kind = 36
	KindAck       Kind = 37
	KindBehind    Kind = 38
	KindChunk     Kind = 39
	KindChunkAck  Kind = 40
	KindDiffers   Kind = 41

	KindWrite       Kind = 64
	KindWritten     Kind = 65
	KindRead        Kind = 66
	KindReadReply   Kind = 67
	KindWatch       Kind = 68
	KindUnwatch     Kind = 69
	KindChanges     Kind = 70
	KindProbe       Kind = 71
	KindReport      Kind = 72
	KindVerify      Kind = 73
	KindVerified    Kind = 74
	KindYield       Kind = 75
	KindYielded     Kind = 76
	KindProceed     Kind = 77
	KindListOrphans Kind = 78
	KindOrphanList  Kind = 79
	KindElect       Kind = 80
)

// kindEnd is above every kind.
const kindEnd = KindElect + 1

// String returns the word used in logs and counters, and kind-N for a number
// that is none.
func (k Kind) String() string {
	if k.isKnown() {
		return codecs[k].name
	}
	return "kind-" + strconv.Itoa(int(k))
}

func (k Kind) isKnown() bool { return k < kindEnd && codecs[k].name != "" }

// KindOf returns the kind of a frame.
//
//nolint:funlen // two lines for each frame, and nothing else
func KindOf(f frame.Frame) Kind {
	switch f.(type) {
	case frame.Hello:
		return KindHello
	case frame.Welcome:
		return KindWelcome
	case frame.Refused:
		return KindRefused
	case frame.Joined:
		return KindJoined
	case frame.Left:
		return KindLeft
	case frame.Changed:
		return KindChanged
	case frame.Waiting:
		return KindWaiting
	case frame.Ping:
		return KindPing
	case frame.Pong:
		return KindPong
	case frame.Appear:
		return KindAppear
	case frame.Goodbye:
		return KindGoodbye
	case frame.Claim:
		return KindClaim
	case frame.Amend:
		return KindAmend
	case frame.Handover:
		return KindHandover
	case frame.Confirm:
		return KindConfirm
	case frame.Answer:
		return KindAnswer
	case frame.Configure:
		return KindConfigure
	case frame.TakeOver:
		return KindTakeOver
	case frame.Seal:
		return KindSeal
	case frame.Sealed:
		return KindSealed
	case frame.Fetch:
		return KindFetch
	case frame.Supply:
		return KindSupply
	case frame.Replicate:
		return KindReplicate
	case frame.Ack:
		return KindAck
	case frame.Behind:
		return KindBehind
	case frame.Chunk:
		return KindChunk
	case frame.ChunkAck:
		return KindChunkAck
	case frame.Differs:
		return KindDiffers
	case frame.Elect:
		return KindElect
	case frame.Write:
		return KindWrite
	case frame.Written:
		return KindWritten
	case frame.Read:
		return KindRead
	case frame.ReadReply:
		return KindReadReply
	case frame.Watch:
		return KindWatch
	case frame.Unwatch:
		return KindUnwatch
	case frame.Changes:
		return KindChanges
	case frame.Probe:
		return KindProbe
	case frame.Report:
		return KindReport
	case frame.Verify:
		return KindVerify
	case frame.Verified:
		return KindVerified
	case frame.Yield:
		return KindYield
	case frame.Yielded:
		return KindYielded
	case frame.Proceed:
		return KindProceed
	case frame.ListOrphans:
		return KindListOrphans
	case frame.OrphanList:
		return KindOrphanList
	}
	return 0
}
