package disk

import (
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/store"
)

// The keys of what is logged.
const (
	keyBytes     = "bytes"
	keyDir       = "dir"
	keyError     = "error"
	keyFile      = "file"
	keyFormer    = "former"
	keyHint      = "hint"
	keyOperation = "operation"
	keyReason    = "reason"
)

func (d *Disk) say(level host.LogLevel, text string, fields ...any) {
	if d.log != nil {
		d.log(level, text, append([]any{keyDir, d.dir}, fields...)...)
	}
}

// isAlone reports whether a copy knows that no other one was in sync with it.
func isAlone(r register.Register, node journal.NodeID) bool {
	return len(r.InSync) == 1 && r.InSync[0].Node == node
}

// tell says what was found besides the copy. Nothing of it keeps the node from
// starting, so this is the only word of it the user gets.
func (d *Disk) tell(r store.Report, alone bool) {
	repair := "the rest comes from the other nodes of the room that were in sync; look at the disk"
	if alone {
		repair = "no other node was in sync: what can't be read here comes from nowhere else; look at the disk"
	}
	if r.TornBytes > 0 {
		d.say(host.LogInfo, "cut off what was being written when the node stopped", keyBytes, r.TornBytes,
			keyHint, "nothing that was acknowledged was in it")
	}
	for _, err := range r.Damage {
		d.say(host.LogWarn, "the copy is damaged", keyError, err,
			keyHint, repair)
	}
	for _, name := range r.SetAside {
		d.say(host.LogWarn, "a damaged file was set aside", keyFile, name,
			keyHint, "nothing reads it any more: remove it once the room is whole")
	}
	if r.Renewed != "" {
		d.say(host.LogWarn, "the copy comes back under a new id", keyFormer, r.Former, keyReason, r.Renewed,
			keyHint, "it counts for no acknowledgement before it has caught up with the room")
	}
}
