package core

import (
	"github.com/understudy-dev/understudy/core/frame"
)

// isAnswerTo reports whether answer belongs to an open request. Each kind of
// request has its own answer, and IDs are unique among the open ones of a kind.
func isAnswerTo(answer, request frame.Frame) bool {
	switch r := request.(type) {
	case frame.Write:
		a, ok := answer.(frame.Written)
		return ok && a.Client == r.Origin.Client && a.Seq == r.Origin.Seq
	case frame.Read:
		a, ok := answer.(frame.ReadReply)
		return ok && a.ID == r.ID
	case frame.Watch:
		a, ok := answer.(frame.Changes)
		return ok && a.ID == r.ID
	case frame.Probe:
		a, ok := answer.(frame.Report)
		return ok && a.ID == r.ID
	case frame.Verify:
		a, ok := answer.(frame.Verified)
		return ok && a.ID == r.ID
	case frame.Yield:
		a, ok := answer.(frame.Yielded)
		return ok && a.ID == r.ID
	}
	return false
}

// sameRequest reports whether two frames are the same request, by kind and ID.
func sameRequest(a, b frame.Frame) bool {
	switch a := a.(type) {
	case frame.Write:
		b, ok := b.(frame.Write)
		return ok && a.Origin.Seq == b.Origin.Seq
	case frame.Read:
		b, ok := b.(frame.Read)
		return ok && a.ID == b.ID
	case frame.Watch:
		b, ok := b.(frame.Watch)
		return ok && a.ID == b.ID
	case frame.Probe:
		b, ok := b.(frame.Probe)
		return ok && a.ID == b.ID
	case frame.Verify:
		b, ok := b.(frame.Verify)
		return ok && a.ID == b.ID
	case frame.Yield:
		b, ok := b.(frame.Yield)
		return ok && a.ID == b.ID
	}
	return false
}

// failureOf returns why an answer is not what was asked for, or nil.
func failureOf(answer frame.Frame) *frame.Failure {
	switch a := answer.(type) {
	case frame.Written:
		return a.Failure
	case frame.ReadReply:
		return a.Failure
	case frame.Changes:
		return a.Failure
	case frame.Yielded:
		return a.Failure
	case frame.Verified:
		return a.Failure
	case frame.Report:
		return a.Failure
	}
	return nil
}
