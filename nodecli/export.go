package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

type exportCommand struct {
	Dir     string `arg:"" completion:"file" help:"The folder of a stopped node."`
	File    string `arg:"" completion:"file" help:"The file to make; - is standard output."`
	Force   bool   `help:"Replace the file if it is there."`
	Damaged bool   `help:"Export what can be read of a damaged copy."`
}

// Help returns examples.
func (exportCommand) Help() string {
	return `Examples:

    understudy export /var/lib/understudy/kite kite.copy
    understudy export /var/lib/understudy/kite - | ssh elsewhere understudy import - /var/lib/understudy/kite

The file holds everything that the node has of its room: keys and values, the journal, orphans, and what it knows of the
room's register. understudy import makes a copy of it again, on any machine; one that a tab has made is such a file too.`
}

// Run writes the file.
func (cmd *exportCommand) Run(sh *shell) error {
	if err := cmd.checkFree(); err != nil {
		return err
	}
	c, err := readStopped(cmd.Dir)
	if err != nil {
		return onStopped("export", err)
	}
	keys, err := keysOf(c.stored)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if len(c.report.Damage) > 0 {
		sh.tellDamage(c.report.Damage)
		if !cmd.Damaged {
			return withHint(fmt.Errorf("export: %s is damaged in %s", cmd.Dir, plural(len(c.report.Damage), "place", "places")),
				exitFailed, "export another node's copy, or with --damaged what can be read of this one")
		}
	}
	a := store.Archive{Room: c.label.Room, Damaged: len(c.report.Damage) > 0, Stored: c.stored}
	out := sh.out
	if cmd.File == "-" {
		out = sh.err
		err = store.Export(&pipe{to: sh.out}, "standard output", a)
	} else {
		err = cmd.write(a)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return printCarried(out, sh.JSON, carried{
		what: "exported", room: a.Room, last: lastOf(a.Stored), keys: keys, orphans: len(a.Stored.Orphans), damaged: a.Damaged,
	})
}

func (cmd *exportCommand) checkFree() error {
	if cmd.File == "-" || cmd.Force {
		return nil
	}
	_, err := os.Lstat(cmd.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("export: %w", err)
	}
	return withHint(fmt.Errorf("export: %s is there already", cmd.File), exitFailed, "--force replaces it")
}

// write makes the file aside and gives it its name when it is whole.
func (cmd *exportCommand) write(a store.Archive) error {
	folder := filepath.Dir(cmd.File)
	aside, err := os.CreateTemp(folder, ".export-*")
	if err != nil {
		return cmd.named("create", err)
	}
	err = errors.Join(store.Export(disk.NewFile(aside), cmd.File, a), aside.Close())
	if err == nil {
		err = os.Rename(aside.Name(), cmd.File)
	}
	if err != nil {
		return errors.Join(cmd.named("write", err), os.Remove(aside.Name()))
	}
	return disk.SyncFolder(folder)
}

// named says an error of the file aside as one of the file that the user named.
func (cmd *exportCommand) named(operation string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: operation, Path: cmd.File, Err: path.Err}
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return &fs.PathError{Op: operation, Path: cmd.File, Err: link.Err}
	}
	return err
}

// pipe is a file that is written once from its beginning to its end, such as
// standard output. What reads it has to make it durable.
type pipe struct {
	to io.Writer
	at int64
}

var _ journal.File = (*pipe)(nil)

// WriteAt writes behind what was written.
func (p *pipe) WriteAt(b []byte, offset int64) (int, error) {
	if offset != p.at {
		return 0, fmt.Errorf("write at byte %d of a pipe, behind byte %d", offset, p.at)
	}
	n, err := p.to.Write(b)
	p.at += int64(n)
	return n, err
}

// ReadAt is not for pipes.
func (p *pipe) ReadAt([]byte, int64) (int, error) { return 0, errors.ErrUnsupported }

// Truncate is not for pipes.
func (p *pipe) Truncate(int64) error { return errors.ErrUnsupported }

// Size returns how much was written.
func (p *pipe) Size() (int64, error) { return p.at, nil }

// Sync has nothing to do.
func (p *pipe) Sync() error { return nil }

// Close leaves the pipe to whoever has opened it.
func (p *pipe) Close() error { return nil }
