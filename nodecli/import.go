package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

type importCommand struct {
	File    string `arg:"" completion:"file" help:"A file that export or a tab has made; - is standard input."`
	Dir     string `arg:"" completion:"file" help:"The folder to make, or an empty one."`
	NewRoom bool   `help:"Let the copy begin its room again on a relay that does not know it. Only where no other copy is left."`
}

// Help returns examples.
func (importCommand) Help() string {
	return `Examples:

    understudy import kite.copy /var/lib/understudy/wren
    understudy import --new-room kite.copy /var/lib/understudy/wren

The copy gets an id of its own when a node is first started there: the node that it was made of may have promised things
since. It joins its room as any other node and is brought up to date. A relay that has lost its register makes a room wait
for the nodes that were in sync, and not for this copy.

--new-room is for a room of which nothing is left, neither a node's copy nor the relay's register. The first node started
there is master at once, and everything in the copy is the room's. Writes that other copies had beyond it are lost; if such
a copy turns up after all, it becomes a replica, and what it has more becomes orphans. On a relay that still knows the room
nothing is begun, and the node joins as any other. To begin a room again:

    1. stop every node of the room, and the relay
    2. import the copy with --new-room; export --damaged makes one of what can be read of a damaged copy
    3. move the room's register out of the relay's folder (its --dir, else relay in the user's data directory): the file of
       room main is ` + disk.FileName(defaultRoom) + `.json, the name in base32, and import prints that of any other
    4. start the relay
    5. start the imported copy, before any other node`
}

// Run makes the copy.
func (cmd *importCommand) Run(sh *shell) error {
	a, err := cmd.read(sh.in)
	if err != nil {
		return importFailed(err)
	}
	keys, err := keysOf(a.Stored)
	if err != nil {
		return importFailed(err)
	}
	var begin *store.NewRoom
	if cmd.NewRoom {
		begin = &store.NewRoom{At: journal.Instant(time.Now().UnixNano())}
		if _, err := rand.Read(begin.Node[:]); err != nil {
			return importFailed(err)
		}
	}
	err = disk.MakeCopy(cmd.Dir, disk.Label{Room: a.Room}, func(dir journal.Directory) error {
		return store.Import(dir, a, begin)
	})
	if err != nil {
		return importFailed(err)
	}
	done := carried{
		what: "imported", room: a.Room, last: lastOf(a.Stored), keys: keys, orphans: len(a.Stored.Orphans),
		damaged: a.Damaged, dir: cmd.Dir, newRoom: cmd.NewRoom,
	}
	for _, seat := range a.Stored.Meta.Register.InSync {
		done.inSync = append(done.inSync, seat.Node.String())
	}
	if len(done.inSync) == 0 && !done.last.IsZero() { // the newest entry tells of one, at least
		done.inSync = []string{done.last.Epoch.Master.String()}
	}
	return printCarried(sh.out, sh.JSON, done)
}

func importFailed(err error) error {
	hint := ""
	var (
		full    *disk.NotEmptyError
		held    *disk.HeldError
		version *journal.VersionError
		damage  *journal.DamageError
	)
	switch {
	case errors.As(err, &full):
		hint = "a copy is imported into a folder of its own: name one that is not there"
	case errors.As(err, &held):
		hint = "name a folder that is not there"
	case errors.As(err, &version):
		hint = "a newer understudy has made it: use that one"
	case errors.As(err, &damage):
		hint = "nothing was imported: export it again, and carry it in binary mode"
	}
	return withHint(fmt.Errorf("import: %w", err), exitFailed, hint)
}

func (cmd *importCommand) read(in *os.File) (a store.Archive, err error) {
	name := cmd.File
	var from *os.File
	if name == "-" {
		name = "standard input"
		from, err = spool(in)
	} else {
		from, err = os.Open(name)
	}
	if err != nil {
		return store.Archive{}, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return store.ReadArchive(disk.NewFile(from), name)
}

// spool returns what comes from a pipe as a file that can be read at any place.
func spool(in io.Reader) (*os.File, error) {
	file, err := os.CreateTemp("", "understudy-import-*")
	if err != nil {
		return nil, err
	}
	// Where an open file can't be removed it stays in the folder for such files.
	_ = os.Remove(file.Name())
	if _, err := io.Copy(file, in); err != nil {
		return nil, errors.Join(fmt.Errorf("standard input: %w", err), file.Close())
	}
	return file, nil
}

// carried is what export and import tell of a copy.
type carried struct {
	what    string // exported, imported
	room    string
	last    journal.Position
	keys    int
	orphans int
	damaged bool

	dir     string // of an import, and so is what follows
	newRoom bool
	inSync  []string
}

func printCarried(w io.Writer, asJSON bool, c carried) error {
	var err error
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		err = e.Encode(struct {
			Room     string   `json:"room"`
			Position string   `json:"position"`
			Keys     int      `json:"keys"`
			Orphans  int      `json:"orphans"`
			Damaged  bool     `json:"damaged"`
			Dir      string   `json:"dir,omitempty"`
			NewRoom  bool     `json:"newRoom,omitempty"`
			InSync   []string `json:"inSync,omitempty"`
		}{c.room, c.last.String(), c.keys, c.orphans, c.damaged, c.dir, c.newRoom, c.inSync})
	} else {
		_, err = io.WriteString(w, c.text())
	}
	if err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

func (c carried) text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s room %s up to %v: %s, %s\n", c.what, word(c.room), c.last,
		plural(c.keys, "key", "keys"), plural(c.orphans, "orphan", "orphans"))
	if c.damaged {
		fmt.Fprintln(&text, "the copy was damaged when it was exported: this is what could be read of it")
	}
	if c.dir == "" {
		return text.String()
	}
	fmt.Fprintf(&text, "start it, under a new id: understudy node --dir %s%s\n", word(c.dir), roomFlag(c.room))
	switch {
	case c.newRoom:
		fmt.Fprintln(&text, "a relay that does not know the room makes this node master: start it before any other")
		fmt.Fprintf(&text, "where the relay still knows the room:\n%s", beginSteps(c.dir, c.room))
	case len(c.inSync) > 0:
		fmt.Fprintf(&text, "a relay that does not know the room waits for the nodes that were in sync: %s\n", strings.Join(c.inSync, " "))
	}
	return text.String()
}
