package hosttest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

// Folder makes a new empty directory, and returns how to open it: again and
// again, with what was synced before.
type Folder func(t *testing.T) (open func() (journal.Directory, error))

// Directory checks everything a [journal.Directory] and its files promise
// except what a crash leaves behind.
func Directory(t *testing.T, folder Folder) {
	for name, check := range directoryChecks {
		t.Run(name, func(t *testing.T) { check(&cabinet{t: t, reopen: folder(t)}) })
	}
}

var directoryChecks = map[string]func(*cabinet){
	"a new directory is empty":                               newIsEmpty,
	"names are listed in byte order":                         listedInOrder,
	"a file that is not there is opened only to make it":     openMakes,
	"a file opened again has what was written":               opensAgain,
	"everything is there when the directory is opened again": directoryOpensAgain,
	"a replaced name has the new file":                       replaceReplaces,
	"a name that is free takes a file":                       replaceMoves,
	"what is not there replaces nothing":                     replaceNeedsFile,
	"a removed file is gone":                                 removeRemoves,
	"removing what is not there is no error":                 removeTwice,
	"a read past the end says so":                            readPastEnd,
	"a write past the end leaves zeros":                      writePastEnd,
	"a write in the middle changes only its place":           writeInMiddle,
	"a file cut and made longer has zeros":                   truncateZeros,
	"a place before the file is refused":                     beforeTheFile,
	"a closed file does nothing":                             closedFile,
	"a large write is whole":                                 largeWrite,
	"any sequence of calls acts as on bytes":                 actsAsBytes,
}

// cabinet opens one directory again and again.
type cabinet struct {
	t      *testing.T
	reopen func() (journal.Directory, error)
	dir    journal.Directory
}

func (c *cabinet) directory() journal.Directory {
	c.t.Helper()
	if c.dir == nil {
		dir, err := c.reopen()
		if err != nil {
			c.t.Fatalf("open the directory: %v", err)
		}
		c.dir = dir
	}
	return c.dir
}

// done fails the test if something that must work did not.
func (c *cabinet) done(what string, err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatalf("%s: %v", what, err)
	}
}

func (c *cabinet) open(name string) journal.File {
	c.t.Helper()
	file, err := c.directory().Open(name, true)
	c.done("open "+name, err)
	return file
}

// put makes a file with that content, durable.
func (c *cabinet) put(name, content string) {
	c.t.Helper()
	file := c.open(name)
	_, err := file.WriteAt([]byte(content), 0)
	c.done("write "+name, err)
	c.done("sync "+name, file.Sync())
	c.done("close "+name, file.Close())
	c.done("sync the directory", c.directory().Sync())
}

// has checks the content of a file.
func (c *cabinet) has(name, want string) {
	c.t.Helper()
	file, err := c.directory().Open(name, false)
	c.done("open "+name, err)
	if got := c.content(file); string(got) != want {
		c.t.Errorf("%s holds %.40q, want %.40q", name, got, want)
	}
	c.done("close "+name, file.Close())
}

func (c *cabinet) content(file journal.File) []byte {
	c.t.Helper()
	size, err := file.Size()
	c.done("size", err)
	content := make([]byte, size)
	if n, err := file.ReadAt(content, 0); int64(n) != size || (err != nil && !errors.Is(err, io.EOF)) {
		c.t.Fatalf("read %d of %d bytes: %v", n, size, err)
	}
	return content
}

func (c *cabinet) lists(want ...string) {
	c.t.Helper()
	got, err := c.directory().List()
	c.done("list", err)
	if !slices.Equal(got, want) {
		c.t.Errorf("the directory lists %q, want %q", got, want)
	}
}

func newIsEmpty(c *cabinet) { c.lists() }

func listedInOrder(c *cabinet) {
	names := []string{"1", "10", "2", "a", "a-1", "a.1", "a1", "b.tmp", "journal-00000001.log"}
	slices.Sort(names)
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(len(names)) {
		c.put(names[i], names[i])
	}
	c.lists(names...)
}

func openMakes(c *cabinet) {
	if _, err := c.directory().Open("a", false); !errors.Is(err, fs.ErrNotExist) {
		c.t.Errorf("opening what is not there: %v, want fs.ErrNotExist", err)
	}
	c.lists()
	file := c.open("a")
	if got := c.content(file); len(got) != 0 {
		c.t.Errorf("a new file holds %q", got)
	}
	c.done("close", file.Close())
	c.lists("a")
}

func opensAgain(c *cabinet) {
	c.put("a", "content")
	c.put("a", "CON") // over the beginning
	c.has("a", "CONtent")
}

func directoryOpensAgain(c *cabinet) {
	c.put("a", "one")
	c.put("b", "two")
	c.done("replace", c.directory().Replace("b", "c"))
	c.done("sync", c.directory().Sync())
	c.dir = nil
	c.lists("a", "c")
	c.has("a", "one")
	c.has("c", "two")
}

func replaceReplaces(c *cabinet) {
	c.put("old", "a longer old content")
	c.put("new", "new")
	c.done("replace", c.directory().Replace("new", "old"))
	c.lists("old")
	c.has("old", "new")
}

func replaceMoves(c *cabinet) {
	c.put("a", "content")
	c.done("replace", c.directory().Replace("a", "b"))
	c.lists("b")
	c.has("b", "content")
}

func replaceNeedsFile(c *cabinet) {
	c.put("old", "old")
	if err := c.directory().Replace("new", "old"); !errors.Is(err, fs.ErrNotExist) {
		c.t.Errorf("replace by what is not there: %v, want fs.ErrNotExist", err)
	}
	c.has("old", "old")
}

func removeRemoves(c *cabinet) {
	c.put("a", "content")
	c.put("b", "other")
	c.done("remove", c.directory().Remove("a"))
	c.lists("b")
	file := c.open("a")
	if got := c.content(file); len(got) != 0 {
		c.t.Errorf("a file made anew holds %q", got)
	}
	c.done("close", file.Close())
}

func removeTwice(c *cabinet) { c.done("remove", c.directory().Remove("a")) }

func readPastEnd(c *cabinet) {
	file := c.open("a")
	_, err := file.WriteAt([]byte("12345"), 0)
	c.done("write", err)
	for _, read := range []struct {
		length int
		at     int64
		want   string
	}{{5, 0, "12345"}, {3, 1, "234"}, {6, 0, "12345"}, {9, 4, "5"}, {1, 5, ""}, {1, 99, ""}} {
		p := make([]byte, read.length)
		n, err := file.ReadAt(p, read.at)
		if string(p[:n]) != read.want {
			c.t.Errorf("%d bytes at %d are %q, want %q", read.length, read.at, p[:n], read.want)
		}
		if atEnd := errors.Is(err, io.EOF); (n < read.length && !atEnd) || (err != nil && !atEnd) {
			c.t.Errorf("%d of %d bytes at %d: %v, want io.EOF where bytes are missing", n, read.length, read.at, err)
		}
	}
	c.done("close", file.Close())
}

func writePastEnd(c *cabinet) {
	file := c.open("a")
	_, err := file.WriteAt([]byte("b"), 10_000)
	c.done("write", err)
	if got := c.content(file); !bytes.Equal(got, append(make([]byte, 10_000), 'b')) {
		c.t.Errorf("a file written at 10000 has %d bytes, or others than zeros", len(got))
	}
	c.done("close", file.Close())
}
