package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// platter is a simulated disk with one directory. It keeps apart what was
// written, which is what a process sees and what outlives it, and what was
// synced, which is all that a power cut must leave.
type platter struct {
	names   map[string]*inode // as a process sees them
	durable map[string]*inode // as they were at the last Sync of the directory
	changes []renaming        // since then, oldest first
	opened  map[*inode]int    // by how many handles of the present process
	process int               // handles of an earlier one are of no use
	stress  stress
	done    int // operations of the present process that change something
}

// renaming is one step of the directory: the file gets the name to, in place
// of from. No file: the name goes. No from: the file is new.
type renaming struct {
	from, to string
	file     *inode
}

var _ journal.Directory = (*platter)(nil)

// newPlatter returns an empty disk. Its own chance says how much of what goes
// wrong still gets written.
func newPlatter(c chance) *platter {
	p := &platter{names: map[string]*inode{}, durable: map[string]*inode{}, stress: newStress(c)}
	p.begin()
	return p
}

// begin is the start of a process that uses the disk.
func (p *platter) begin() {
	p.process++
	p.opened, p.done = map[*inode]int{}, 0
	p.stress.killed, p.stress.killAt = false, -1
}

// kill ends the process: nothing of it works any more. What was written stays.
func (p *platter) kill() { p.stress.killed = true }

// List returns the names a process sees, in byte order.
func (p *platter) List() ([]string, error) {
	if p.stress.killed {
		return nil, errKilled
	}
	return p.list(), nil
}

func (p *platter) list() []string { return slices.Sorted(maps.Keys(p.names)) }

// Open opens a file or makes it.
func (p *platter) Open(name string, create bool) (journal.File, error) {
	if p.stress.killed {
		return nil, errKilled
	}
	file := p.names[name]
	if file == nil {
		if !create {
			return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
		}
		if err := checkName(name); err != nil {
			return nil, err
		}
		if err := p.operate(); err != nil {
			return nil, err
		}
		file = &inode{}
		p.change(renaming{to: name, file: file})
	}
	p.opened[file]++
	return &handle{platter: p, file: file, name: name, process: p.process}, nil
}

// checkName holds the store to the names every directory can have.
func checkName(name string) error {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return fmt.Errorf("%q is no name for a file of a journal", name)
		}
	}
	if name == "" {
		return errors.New("a file of a journal needs a name")
	}
	return nil
}

// Replace gives a file another name.
func (p *platter) Replace(from, to string) error {
	if p.stress.killed {
		return errKilled
	}
	file := p.names[from]
	if file == nil {
		return fmt.Errorf("replace %s by %s: %w", to, from, fs.ErrNotExist)
	}
	if err := checkName(to); err != nil {
		return err
	}
	if p.opened[file] > 0 || p.names[to] != nil && p.opened[p.names[to]] > 0 {
		return fmt.Errorf("replace %s by %s: one of them is open", to, from)
	}
	if err := p.operate(); err != nil {
		return err
	}
	p.change(renaming{from: from, to: to, file: file})
	return nil
}

// Remove takes a name away.
func (p *platter) Remove(name string) error {
	if p.stress.killed {
		return errKilled
	}
	file := p.names[name]
	if file == nil {
		return nil
	}
	if p.opened[file] > 0 {
		return fmt.Errorf("remove %s: it is open", name)
	}
	if err := p.operate(); err != nil {
		return err
	}
	p.change(renaming{to: name})
	return nil
}

// Sync makes the names durable.
func (p *platter) Sync() error {
	if err := p.operate(); err != nil {
		return err
	}
	switch {
	case p.stress.failSync(""):
		p.changes = nil
		return errSync
	case p.stress.lies():
		return nil
	}
	p.settleNames()
	return nil
}

func (p *platter) settleNames() {
	for _, c := range p.changes {
		c.apply(p.durable)
	}
	p.changes = nil
}

func (p *platter) change(c renaming) {
	c.apply(p.names)
	p.changes = append(p.changes, c)
}

func (c *renaming) apply(names map[string]*inode) {
	if c.from != "" {
		delete(names, c.from)
	}
	if c.file == nil {
		delete(names, c.to)
	} else {
		names[c.to] = c.file
	}
}

// operate counts one operation that changes something, and lets the process
// die before the one at which it is to.
func (p *platter) operate() error {
	if p.stress.killed {
		return errKilled
	}
	if p.stress.killAt >= 0 && p.done >= p.stress.killAt {
		p.stress.killed = true
		return errKilled
	}
	p.done++
	return nil
}

// bytes is the size of all files together.
func (p *platter) bytes() int64 {
	total := 0
	// order does not matter: it is a sum
	for _, file := range p.names {
		total += len(file.live)
	}
	return int64(total)
}
