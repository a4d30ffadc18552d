package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
)

// requestKey names an open request: IDs are unique among those of a kind.
type requestKey struct {
	kind requestKind
	id   uint64
}

type requestKind uint8

const (
	asksWrite requestKind = iota + 1
	asksRead
	asksWatch
	asksProbe
	asksVerify
	asksYield
)

// keyOfRequest names a request, and nothing where f is none.
func keyOfRequest(f frame.Frame) requestKey {
	switch f := f.(type) {
	case frame.Write:
		return requestKey{asksWrite, f.Origin.Seq}
	case frame.Read:
		return requestKey{asksRead, f.ID}
	case frame.Watch:
		return requestKey{asksWatch, f.ID}
	case frame.Probe:
		return requestKey{asksProbe, f.ID}
	case frame.Verify:
		return requestKey{asksVerify, f.ID}
	case frame.Yield:
		return requestKey{asksYield, f.ID}
	}
	return requestKey{}
}

// keyOfAnswer names the request that an answer belongs to; ok is false where it
// belongs to somebody else's.
func (o *outbox) keyOfAnswer(f frame.Frame) (key requestKey, ok bool) {
	switch f := f.(type) {
	case frame.Written:
		return requestKey{asksWrite, f.Seq}, f.Client == o.client
	case frame.ReadReply:
		return requestKey{asksRead, f.ID}, true
	case frame.Changes:
		return requestKey{asksWatch, f.ID}, true
	case frame.Report:
		return requestKey{asksProbe, f.ID}, true
	case frame.Verified:
		return requestKey{asksVerify, f.ID}, true
	case frame.Yielded:
		return requestKey{asksYield, f.ID}, true
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
	case frame.Yield:
		return frame.Yielded{ID: f.ID, Failure: failure}
	case frame.Probe:
		return frame.Report{ID: f.ID, Failure: failure}
	}
	panic(fmt.Sprintf("core: %T is not a request", f))
}
