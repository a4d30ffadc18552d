package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// lossJSON is one time that a room was opened again without a complete copy.
type lossJSON struct {
	Epoch   journal.EpochNumber `json:"epoch"` // the mastership that began so
	At      string              `json:"at"`    // by the relay's clock, RFC 3339
	Missing []string            `json:"missing"`
	Taken   bool                `json:"taken"` // somebody asked for it; else the room reopened by itself
}

func lossesJSON(losses []register.Loss) []lossJSON {
	list := []lossJSON{}
	for _, loss := range losses {
		at := time.Unix(0, int64(loss.At)).UTC().Format(time.RFC3339)
		list = append(list, lossJSON{loss.Epoch.Number, at, idTexts(loss.Missing), loss.Taken})
	}
	return list
}

func idTexts(ids []journal.NodeID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return texts
}

// lossText is a line of the status.
func lossText(s host.RoomStatus, loss register.Loss) string {
	names := make([]string, len(loss.Missing))
	for i, id := range loss.Missing {
		names[i] = nameOf(s, id).String()
	}
	if len(names) == 0 {
		names = []string{"a complete copy"}
	}
	how := "opened again"
	if loss.Taken {
		how = "taken over"
	}
	return fmt.Sprintf("epoch %d: %s without %s", loss.Epoch.Number, how, strings.Join(names, ", "))
}

// warnOfLosses logs each loss that is recorded while the node runs. What was
// recorded before is no news, and is left to the status.
func warnOfLosses(node *host.Node, log host.Logger) (stop func()) {
	w := &lossWarner{log: log}
	w.see(node.State())
	return node.OnStatus(w.see)
}

// lossWarner remembers of which losses people know.
type lossWarner struct {
	log   host.Logger
	seen  bool                // a register with a history, so that what it has more later is new
	known journal.EpochNumber // of the newest loss
}

func (w *lossWarner) see(s core.Status) {
	if s.Register.IsZero() {
		return
	}
	for _, loss := range s.Register.Losses {
		if loss.Epoch.Number <= w.known {
			continue
		}
		w.known = loss.Epoch.Number
		if w.seen || loss.Epoch.Master == s.Node {
			text := "the room was opened again without a complete copy"
			if loss.Taken {
				text = "the room was taken over without a complete copy"
			}
			w.log(host.LogWarn, text, "epoch", loss.Epoch.Number,
				"without", strings.Join(idTexts(loss.Missing), " "),
				"hint", "writes that only they had are missing; if one comes back they become its orphans")
		}
	}
	w.seen = true
}
