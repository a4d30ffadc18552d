package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

// nodesDir is where this user's nodes keep their copies, in one folder per room
// and name.
func nodesDir() (string, error) {
	data, err := dataDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(data, "nodes"), nil
}

// openIn opens the copy in a folder. One that is new there, and is given no
// name, draws one: it is kept there.
func openIn(config disk.Config) (*disk.Disk, error) {
	label, err := disk.ReadLabel(config.Dir)
	if config.Node == "" && (errors.Is(err, disk.ErrNoLabel) || (err == nil && label.Node == "")) {
		config.Node = friendlyName()
	}
	return disk.Open(config)
}

// openBelow opens the copy of a room below the folder of all copies: the one of
// the node with that name. Without a name it is the first that no other process
// has, so that a node started again is the same node; where all are in use, or
// none is there, it is a new one.
func openBelow(nodes string, config disk.Config) (*disk.Disk, error) {
	room := filepath.Join(nodes, disk.FolderName(config.Room))
	if config.Node != "" {
		config.Dir = filepath.Join(room, disk.FolderName(config.Node))
		return disk.Open(config)
	}
	kept, err := os.ReadDir(room)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range kept {
		config.Dir = filepath.Join(room, entry.Name())
		if _, err := disk.ReadLabel(config.Dir); err != nil {
			continue // it says not whose it is: for one who gives --dir
		}
		d, err := disk.Open(config)
		if _, held := errors.AsType[*disk.HeldError](err); !held {
			return d, err
		}
	}
	for range namesTried {
		config.Node = friendlyName()
		config.Dir = filepath.Join(room, disk.FolderName(config.Node))
		if _, err := disk.ReadLabel(config.Dir); !errors.Is(err, disk.ErrNoLabel) {
			continue // somebody's name
		}
		d, err := disk.Open(config)
		if _, held := errors.AsType[*disk.HeldError](err); !held {
			return d, err // else somebody drew it at the same moment
		}
	}
	return nil, errors.New("all friendly names are taken: give --name")
}

// namesTried is how often a name is drawn before the user is asked for one.
const namesTried = 1000

// onDisk gives an error of a copy's files the hint that fits.
func onDisk(err error) error {
	if err == nil {
		return nil
	}
	return withHint(err, exitFailed, diskHint(err))
}

func diskHint(err error) string {
	var (
		held    *disk.HeldError
		foreign *disk.ForeignError
		other   *disk.OtherRoomError
		missing *disk.UnlabelledError
		version *journal.VersionError
	)
	switch {
	case errors.As(err, &held):
		return "another --name or --dir starts another node"
	case errors.As(err, &foreign):
		return "--dir takes a new or empty folder, or that of a node"
	case errors.As(err, &missing):
		return unlabelledHint(missing)
	case errors.As(err, &other):
		return fmt.Sprintf("--room %s joins that room; another --dir begins a new copy", word(other.Room))
	case errors.As(err, &version):
		return "a newer understudy has written it: use that one, or another --dir"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Sprintf("make room and start the node again, with %d bytes free: nothing that it acknowledged is lost", disk.StartBytes(folderOf(err)))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return "--dir names another folder for the copy, --memory needs none"
	}
	return "look at the disk, then start the node again: the log says what is left of the copy"
}

// folderOf returns the folder of the file that an error names; empty if it names
// none.
func folderOf(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return filepath.Dir(path.Path)
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return filepath.Dir(link.New)
	}
	return ""
}

// unlabelledHint never says that the folder can go: a whole copy may be in it.
func unlabelledHint(missing *disk.UnlabelledError) string {
	if missing.Unfinished {
		return "nothing opens it: remove the folder, and begin the import again"
	}
	return "keep the folder, the copy is in it; put NODE back, as two lines: room \"NAME OF THE ROOM\" and node \"NAME OF THE NODE\""
}

// errNotClosed is the end of a node whose copy could not be closed in order.
var errNotClosed = errors.New("the copy was not closed")

// closed is what the user is told of a storage's Close.
func closed(err error) error {
	if err == nil {
		return nil
	}
	return withHint(fmt.Errorf("node: %w: %w", errNotClosed, err), exitFailed,
		"at the next start it may come back under a new id")
}
