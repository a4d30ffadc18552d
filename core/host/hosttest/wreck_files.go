package hosttest

import "bytes"

// clear removes all files.
func (r *ruin) clear() {
	r.t.Helper()
	names, err := r.wreck.Files.List()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range names {
		if err := r.wreck.Files.Remove(name); err != nil {
			r.t.Fatal(err)
		}
	}
}

// changeLargest changes the content of the largest file, in which the journal
// is, without the zeros behind its last record, which mean nothing.
func (r *ruin) changeLargest(change func([]byte) []byte) {
	r.t.Helper()
	c := &cabinet{t: r.t, dir: r.wreck.Files}
	names, err := c.dir.List()
	c.done("list", err)
	var largest string
	var content []byte
	for _, name := range names {
		file := c.open(name)
		if got := c.content(file); len(got) > len(content) {
			largest, content = name, got
		}
		c.done("close", file.Close())
	}
	file := c.open(largest)
	content = change(bytes.TrimRight(content, "\x00"))
	c.done("truncate", file.Truncate(int64(len(content))))
	_, err = file.WriteAt(content, 0)
	c.done("write", err)
	c.done("sync", file.Sync())
	c.done("close", file.Close())
}

// flip changes the first byte from a place on that is not zero: zeros may stand
// between records, where nobody reads them.
func flip(content []byte, at int) []byte {
	for content[at] == 0 {
		at++
	}
	content[at] ^= 0x10
	return content
}
