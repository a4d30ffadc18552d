//go:build js && wasm

package main

import (
	"time"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// settingsOf are a room's settings as understudy.d.ts has them, the defaults
// spelt out.
func settingsOf(s register.Settings) object {
	volatile := "allow"
	if s.NoVolatile {
		volatile = "refuse"
	}
	return newObject().text("election", s.Election.String()).int("minInSync", s.MinInSyncOrDefault()).
		text("ack", s.AckOr(journal.AckRoom).String()).text("volatile", volatile).
		int("lagLimit", int(s.LagLimitOrDefault()/time.Millisecond))
}

// lossOf is one unclean mastership as understudy.d.ts has it.
func lossOf(l register.Loss, names map[journal.NodeID]string) object {
	return newObject().text("epoch", l.Epoch.String()).int("at", int(time.Duration(l.At)/time.Millisecond)).flag("taken", l.Taken).
		texts("missing", len(l.Missing), func(i int) string { return nameIn(names, l.Missing[i]) })
}
