package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
)

// requestKey names an open request: IDs are unique among those of a kind.
type requestKey struct {
	kind   requestKind
	id     uint64
	client ClientID // of a write that resolves an orphan; else zero
}

type requestKind uint8

const (
	asksWrite requestKind = iota + 1
	asksRead
	asksWatch
	asksProbe
	asksVerify
	asksYield
	asksOrphans
)

func keyed(kind requestKind, id uint64) requestKey { return requestKey{kind: kind, id: id} }

// keyOfRequest names a request, and nothing where f is none.
func keyOfRequest(f frame.Frame) requestKey {
	switch f := f.(type) {
	case frame.Write:
		if isResolution(f) {
			return requestKey{asksWrite, f.Origin.Seq, f.Origin.Client}
		}
		return keyed(asksWrite, f.Origin.Seq)
	case frame.Read:
		return keyed(asksRead, f.ID)
	case frame.Watch:
		return keyed(asksWatch, f.ID)
	case frame.Probe:
		return keyed(asksProbe, f.ID)
	case frame.Verify:
		return keyed(asksVerify, f.ID)
	case frame.Yield:
		return keyed(asksYield, f.ID)
	case frame.ListOrphans:
		return keyed(asksOrphans, f.ID)
	}
	return requestKey{}
}

// keyOfAnswer names the request that an answer belongs to; ok is false where it
// belongs to somebody else's.
func (o *outbox) keyOfAnswer(f frame.Frame) (key requestKey, ok bool) {
	switch f := f.(type) {
	case frame.Written:
		if f.Client != o.client {
			return requestKey{asksWrite, f.Seq, f.Client}, true
		}
		return keyed(asksWrite, f.Seq), true
	case frame.ReadReply:
		return keyed(asksRead, f.ID), true
	case frame.Changes:
		return keyed(asksWatch, f.ID), true
	case frame.Report:
		return keyed(asksProbe, f.ID), true
	case frame.Verified:
		return keyed(asksVerify, f.ID), true
	case frame.Yielded:
		return keyed(asksYield, f.ID), true
	case frame.OrphanList:
		return keyed(asksOrphans, f.ID), true
	}
	return requestKey{}, false
}

// failed makes the answer that a request gets when it fails.
func failed(f frame.Frame, failure *frame.Failure) frame.Frame {
	switch f := f.(type) {
	case frame.Write:
		return frame.Written{Client: f.Origin.Client, Seq: f.Origin.Seq, Failure: failure}
	case frame.Read:
		return frame.ReadReply{ID: f.ID, Failure: failure}
	case frame.Watch:
		return frame.Changes{ID: f.ID, Failure: failure}
	case frame.Verify:
		return frame.Verified{ID: f.ID, Failure: failure}
	case frame.ListOrphans:
		return frame.OrphanList{ID: f.ID, Failure: failure}
	case frame.Yield:
		return frame.Yielded{ID: f.ID, Failure: failure}
	case frame.Probe:
		return frame.Report{ID: f.ID, Failure: failure}
	}
	panic(fmt.Sprintf("core: %T is not a request", f))
}
