package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

// lookEvery is how long a node may wait for its room before people are told whom
// for, and how often that is looked at again.
const lookEvery = time.Second

// waiting is how a node waits until its copy can be read.
type waiting struct {
	sh     *shell
	node   *host.Node
	copied *disk.Disk // nil for a copy in memory
	told   string
}

// readable waits until the copy can be read. For the first connection it waits
// no longer than --timeout. After that the relay may go and come back, and a
// room that has no master may be waiting for others, and is waited for.
func (w *waiting) readable(ctx context.Context) error {
	began := time.Now()
	var joined atomic.Bool // also where the relay has gone between two looks
	note := func(s core.Status) {
		if s.Connected {
			joined.Store(true)
		}
	}
	defer w.node.OnStatus(note)()
	for {
		step := lookEvery
		if !joined.Load() {
			step = min(step, max(w.sh.Timeout-time.Since(began), 0))
		}
		limited, cancel := context.WithTimeoutCause(ctx, step, waited{fmt.Sprintf("waited %v", w.sh.Timeout)})
		err := w.node.Ready(limited)
		cancel()
		if err == nil || ctx.Err() != nil || stopped(w.node) {
			return err
		}
		s := w.node.State()
		note(s)
		if !joined.Load() && time.Since(began) >= w.sh.Timeout {
			return err
		}
		w.tell(s)
	}
}

// tell says whom the room waits for, where that is news.
func (w *waiting) tell(s core.Status) {
	if !s.Connected || s.Seated {
		return
	}
	text := w.text(s)
	if text != w.told {
		w.told = text
		fmt.Fprint(w.sh.err, text)
	}
}

func (w *waiting) text(s core.Status) string {
	var text strings.Builder
	fmt.Fprintf(&text, "understudy: room %s has no master yet", word(w.sh.Room))
	if len(s.Waiting.For) > 0 {
		fmt.Fprintf(&text, ", and waits for %s%s", eachOf(s.Waiting), strings.Join(idTexts(s.Waiting.For), " "))
	} else if why := roomSeen(s).WhyNoMaster(); why != "" {
		fmt.Fprintf(&text, ": %s", why)
	}
	text.WriteString("\n")
	if on := roomSeen(s).WayOn(); on != "" && len(s.Waiting.For) > 0 {
		fmt.Fprintf(&text, "hint: %s\n", on)
	}
	if w.copied == nil {
		return text.String()
	}
	formers := w.copied.Formers()
	isFormer := func(id journal.NodeID) bool { return slices.Contains(formers, id) }
	gone := 0
	for _, id := range s.Waiting.For {
		if isFormer(id) {
			gone++
			fmt.Fprintf(&text, "understudy: %v was this copy and will not come back; this copy may lack what that had\n", id)
		}
	}
	switch {
	case gone == 0:
	case gone < len(s.Waiting.For) && !s.Waiting.All:
		text.WriteString("hint: start another one of those: it brings this copy up\n")
	default:
		fmt.Fprintf(&text, "hint: what can be read of a copy can begin the room again; of all that are left take the best. For this one:\n%s",
			takeoverSteps(s, w.sh.Room))
	}
	return text.String()
}

// roomSeen is the room as one of its nodes sees it.
func roomSeen(s core.Status) host.RoomStatus {
	return host.RoomStatus{Register: s.Register, Seated: s.Seated, Members: s.Members, Waiting: s.Waiting}
}

// warnOfVacancies logs why the room has no master and gets none by itself, as
// often as that begins, or becomes another reason, while the node runs.
func warnOfVacancies(node *host.Node, log host.Logger) (stop func()) {
	var said string
	return node.OnStatus(func(s core.Status) {
		why := ""
		if s.Connected {
			why = roomSeen(s).WhyNoMaster()
		}
		if why != said && why != "" {
			log(host.LogWarn, "the room has no master and gets none by itself", "why", why)
		}
		said = why
	})
}

// takeoverSteps is how a room goes on with the copy of a node that is there.
func takeoverSteps(s core.Status, room string) string {
	return fmt.Sprintf("  understudy takeover %v%s --yes\n", s.Node, roomFlag(room))
}

// eachOf says whether one of those waited for is enough.
func eachOf(w frame.Waiting) string {
	switch {
	case len(w.For) == 1:
		return ""
	case w.All:
		return "all of "
	}
	return "one of "
}

// beginSteps is what follows import --new-room.
func beginSteps(dir, room string) string {
	return fmt.Sprintf(`  1. stop every node of the room, and the relay
  2. move the file %s out of the relay's folder (its --dir, else relay in the user's data directory)
  3. start the relay
  4. start this node before any other: understudy node --dir %s%s
`, disk.FileName(room)+".json", word(dir), roomFlag(room))
}

func roomFlag(room string) string {
	if room == defaultRoom {
		return ""
	}
	return " --room " + word(room)
}
