package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// formerFile holds the ids that a copy has had before, one a line, the newest
// last. People are told with it that a room waits for an id in vain; no rule of
// the copy rests on it.
const formerFile = "FORMER"

// formersMax bounds the file. A copy without syncs gets an id with every kill.
const formersMax = 32

// Formers returns the ids that this copy has had and will not have again, the
// oldest first. It is complete after Load.
func (d *Disk) Formers() []journal.NodeID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.formers)
}

// readFormers returns what can be read of the file.
func readFormers(dir string) ([]journal.NodeID, error) {
	text, err := os.ReadFile(filepath.Join(dir, formerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var ids []journal.NodeID
	for _, line := range strings.Fields(string(text)) {
		id, parseErr := journal.ParseNodeID(line)
		if parseErr != nil {
			err = errors.Join(err, parseErr)
			continue
		}
		ids = append(ids, id)
	}
	return ids, err
}

// noteFormer keeps an id that the copy has had until now. The caller holds mu.
func (d *Disk) noteFormer(former journal.NodeID) {
	if former.IsZero() || slices.Contains(d.formers, former) {
		return
	}
	d.formers = append(d.formers, former)
	d.formers = d.formers[max(0, len(d.formers)-formersMax):]
	if d.lock == nil {
		return // no folder of the operating system
	}
	var text strings.Builder
	for _, id := range d.formers {
		text.WriteString(id.Full() + "\n")
	}
	if err := ReplaceFile(filepath.Join(d.dir, formerFile), []byte(text.String())); err != nil {
		d.say(host.LogWarn, "the former id was not noted: later starts do not know it", keyFormer, former, keyError, err)
	}
}
