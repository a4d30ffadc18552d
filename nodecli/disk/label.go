package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/understudy-dev/understudy/core/store"
)

// Label says whose copy a folder holds. It stands there in a file of its own,
// as two lines that people can read.
type Label struct {
	Room string
	Node string // what people call the node; may be empty
}

// The names of what a folder holds besides the journal. No file of a
// [journal.Directory] has capital letters.
const (
	labelFile = "NODE"
	lockFile  = "LOCK"
)

// ErrNoLabel means that a folder does not say whose copy it holds: nothing was
// ever kept there by [Open].
var ErrNoLabel = errors.New("no copy of a node is there")

// ReadLabel returns whose copy a folder holds. Where no copy is, the error is
// [ErrNoLabel].
func ReadLabel(dir string) (Label, error) {
	path := filepath.Join(dir, labelFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Label{}, fmt.Errorf("%s: %w", dir, ErrNoLabel)
	}
	if err != nil {
		return Label{}, err
	}
	label, err := parseLabel(string(text))
	if err != nil {
		return Label{}, fmt.Errorf("%s does not say whose copy this is: %w", path, err)
	}
	return label, nil
}

// WriteLabel says whose copy a folder holds.
func WriteLabel(dir string, label Label) error {
	return ReplaceFile(filepath.Join(dir, labelFile), []byte(label.text()))
}

// text quotes the names, which are bytes and may be anything.
func (l Label) text() string { return fmt.Sprintf("room %q\nnode %q\n", l.Room, l.Node) }

func parseLabel(text string) (Label, error) {
	var label Label
	lines := strings.Split(text, "\n")
	if len(lines) != 3 || lines[2] != "" {
		return Label{}, fmt.Errorf("%d lines, not 2", len(lines)-1)
	}
	for i, field := range []struct {
		word  string
		value *string
	}{{"room", &label.Room}, {"node", &label.Node}} {
		quoted, ok := strings.CutPrefix(lines[i], field.word+" ")
		value, err := strconv.Unquote(quoted)
		if !ok || err != nil {
			return Label{}, fmt.Errorf("line %d is %q", i+1, lines[i])
		}
		*field.value = value
	}
	return label, nil
}

// ForeignError says that a folder without a copy is not empty, so that a node
// must not begin one there: it may be a relay's, or a user's own.
type ForeignError struct {
	Dir  string
	File string // one of those there
}

// UnlabelledError says that a folder holds a copy's journal but does not say
// whose: its label is gone, or an import was cut off before it.
type UnlabelledError struct {
	Dir        string
	Unfinished bool // an import was cut off
}

// Error names the folder and what is missing.
func (e *UnlabelledError) Error() string {
	if e.Unfinished {
		return fmt.Sprintf("%s holds a part of a copy: its import was not finished", e.Dir)
	}
	return fmt.Sprintf("%s holds a journal, but its file %s, which says whose copy it is, is missing", e.Dir, labelFile)
}

// Error names the folder and what was found there.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s holds no copy of a node, but other files, %s among them", e.Dir, e.File)
}

// OtherRoomError says that a folder holds a copy of another room. To join with
// it would mix the two.
type OtherRoomError struct{ Dir, Room, Wanted string }

// Error names both rooms.
func (e *OtherRoomError) Error() string {
	return fmt.Sprintf("%s holds a copy of room %q, not of %q", e.Dir, e.Room, e.Wanted)
}

// checkFree makes sure that a folder without a label holds no files but those
// that an earlier beginning has left. Hidden ones are the file manager's.
func checkFree(dir string) error {
	all, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, isOfCopy) {
		_, _, err := store.Inspect(Folder{dir})
		return &UnlabelledError{Dir: dir, Unfinished: errors.Is(err, store.ErrUnfinished)}
	}
	for _, entry := range all {
		switch name := entry.Name(); {
		case entry.IsDir(), name[0] == '.', name == lockFile, name == labelFile+".new":
		default:
			return &ForeignError{Dir: dir, File: name}
		}
	}
	return nil
}

// isOfCopy reports whether a file is one that only a copy has.
func isOfCopy(entry fs.DirEntry) bool {
	name := entry.Name()
	return entry.Type().IsRegular() && (strings.HasSuffix(name, ".journal") || strings.HasSuffix(name, ".snapshot"))
}
