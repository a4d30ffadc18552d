package frame

// FailureOf returns why an answer is not what was asked for; nil if it is, and
// for frames that are no answers.
func FailureOf(answer Frame) *Failure {
	switch a := any(answer).(type) { // the other frames are no answers
	case Written:
		return a.Failure
	case ReadReply:
		return a.Failure
	case Changes:
		return a.Failure
	case Yielded:
		return a.Failure
	case Verified:
		return a.Failure
	case Report:
		return a.Failure
	case OrphanList:
		return a.Failure
	}
	return nil
}
