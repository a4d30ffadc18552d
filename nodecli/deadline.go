package main

import (
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// deadlineJSON says when a key ends, if it does: the moment by the room's
// logical time, and how long that is from now by this machine's clock.
type deadlineJSON struct {
	Deadline string `json:"deadline,omitempty"`
	TTL      string `json:"ttl,omitempty"`
}

func jsonDeadline(at journal.Instant) deadlineJSON {
	left, mortal := host.TimeLeft(at)
	if !mortal {
		return deadlineJSON{}
	}
	return deadlineJSON{deadlineText(at), left.Round(time.Millisecond).String()}
}

// deadlineText is empty for never.
func deadlineText(at journal.Instant) string {
	if at == 0 {
		return ""
	}
	return timeOf(at).Format(time.RFC3339Nano)
}
