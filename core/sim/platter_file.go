package sim

import (
	"fmt"
	"io"
	"slices"

	"github.com/understudy-dev/understudy/core/journal"
)

// inode is a file without its name.
type inode struct {
	live    []byte  // what is read: a process's own writes, synced or not
	durable []byte  // what was synced
	pending []piece // what was written since, oldest first
	tail    int64   // where the newest write begins that was more than zeros
	forgot  bool    // a sync has failed: live has more than durable and pending together
}

// piece is one write, or a change of the size if data is nil.
type piece struct {
	at   int64 // the new size if data is nil
	data []byte
}

// apply changes content as the write did.
func (w *piece) apply(content []byte) []byte {
	if w.data == nil {
		return resize(content, w.at)
	}
	if w.at > int64(len(content)) {
		content = resize(content, w.at)
	}
	n := copy(content[w.at:], w.data)
	return append(content, w.data[n:]...)
}

// resize cuts content or fills it up with zeros.
func resize(content []byte, size int64) []byte {
	if int(size) <= len(content) {
		return content[:size]
	}
	was := len(content)
	content = slices.Grow(content, int(size)-was)[:size]
	clear(content[was:])
	return content
}

func (f *inode) write(w piece) {
	f.live = w.apply(f.live)
	if slices.ContainsFunc(w.data, func(b byte) bool { return b != 0 }) {
		f.tail = w.at
	}
	f.pending = append(f.pending, w)
}

// settle makes everything durable.
func (f *inode) settle() {
	for i := range f.pending {
		f.durable = f.pending[i].apply(f.durable)
	}
	f.pending = nil
}

// handle is an open file.
type handle struct {
	platter *platter
	file    *inode
	name    string
	process int
	closed  bool
}

var _ journal.File = (*handle)(nil)

func (h *handle) check() error {
	switch {
	case h.process != h.platter.process, h.platter.stress.killed:
		return errKilled
	case h.closed:
		return fmt.Errorf("%s is closed", h.name)
	}
	return nil
}

// ReadAt reads what was written.
func (h *handle) ReadAt(b []byte, offset int64) (int, error) {
	if err := h.check(); err != nil {
		return 0, err
	}
	if offset < 0 {
		return 0, fmt.Errorf("read %s at %d", h.name, offset)
	}
	if offset > int64(len(h.file.live)) {
		return 0, io.EOF
	}
	n := copy(b, h.file.live[offset:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt writes, or fails after a part. The write at which the process dies
// leaves a part too.
func (h *handle) WriteAt(b []byte, offset int64) (int, error) {
	if err := h.check(); err != nil {
		return 0, err
	}
	if offset < 0 {
		return 0, fmt.Errorf("write %s at %d", h.name, offset)
	}
	p := h.platter
	var part int
	err := p.operate()
	if err != nil {
		part = p.stress.part(len(b))
	} else {
		part, err = p.stress.admit(len(b), offset+int64(len(b))-int64(len(h.file.live)), p.bytes)
	}
	if part > 0 {
		h.file.write(piece{at: offset, data: slices.Clone(b[:part])})
	}
	return part, err
}

// Truncate changes the size.
func (h *handle) Truncate(size int64) error {
	if err := h.check(); err != nil {
		return err
	}
	if size < 0 {
		return fmt.Errorf("truncate %s to %d", h.name, size)
	}
	if err := h.platter.operate(); err != nil {
		return err
	}
	if _, err := h.platter.stress.admit(1, size-int64(len(h.file.live)), h.platter.bytes); err != nil {
		return err
	}
	h.file.write(piece{at: size})
	return nil
}

// Size returns the length of what was written.
func (h *handle) Size() (int64, error) { return int64(len(h.file.live)), h.check() }

// Sync makes the file durable. Its name is another matter.
func (h *handle) Sync() error {
	if err := h.check(); err != nil {
		return err
	}
	p := h.platter
	if err := p.operate(); err != nil {
		return err
	}
	switch {
	case p.stress.failSync(h.name):
		h.file.forget(p.stress.chance)
		return errSync
	case p.stress.lies():
		return nil
	}
	h.file.settle()
	return nil
}

// Close frees the file.
func (h *handle) Close() error {
	if h.closed || h.process != h.platter.process {
		return nil
	}
	h.closed = true
	if h.platter.opened[h.file]--; h.platter.opened[h.file] == 0 {
		delete(h.platter.opened, h.file)
	}
	return nil
}
