package sim

import "github.com/understudy-dev/understudy/core/frame"

// elect writes what strategies say to each other.
func (t *text) elect(f frame.Elect) *text {
	t.say(electWord(f.Kind), " for epoch ").num(uint64(f.Number))
	if !f.Node.IsZero() {
		t.say(", ").name(f.Node).say(" of priority ").int(int64(f.Priority))
	}
	if !f.Last.IsZero() {
		t.say(", last ").position(f.Last)
	}
	if t.full {
		t.say(", round ").num(f.Round)
	}
	return t
}

func electWord(k frame.ElectKind) string {
	switch k {
	case frame.ElectCall:
		return "call"
	case frame.ElectAlive:
		return "alive"
	case frame.ElectCoordinator:
		return "coordinator"
	case frame.ElectToken:
		return "token"
	case frame.ElectPreAsk:
		return "asks for a pre-vote"
	case frame.ElectPreGrant:
		return "pre-vote"
	case frame.ElectAsk:
		return "asks for a vote"
	case frame.ElectGrant:
		return "vote"
	case frame.ElectDeny:
		return "no vote"
	}
	return "an unknown word"
}
