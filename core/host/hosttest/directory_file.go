package hosttest

import (
	"bytes"
	"math/rand/v2"

	"github.com/understudy-dev/understudy/core/journal"
)

func writeInMiddle(c *cabinet) {
	c.put("a", "0123456789")
	file := c.open("a")
	n, err := file.WriteAt([]byte("abc"), 4)
	c.done("write", err)
	if n != 3 {
		c.t.Errorf("%d bytes written, of 3", n)
	}
	c.done("close", file.Close())
	c.has("a", "0123abc789")
}

func truncateZeros(c *cabinet) {
	c.put("a", "0123456789")
	file := c.open("a")
	c.done("cut", file.Truncate(4))
	if got := c.content(file); string(got) != "0123" {
		c.t.Errorf("cut to 4 bytes it holds %q", got)
	}
	c.done("make longer", file.Truncate(8))
	if got := c.content(file); string(got) != "0123\x00\x00\x00\x00" {
		c.t.Errorf("made longer it holds %q", got)
	}
	c.done("cut", file.Truncate(2))
	_, err := file.WriteAt([]byte("x"), 5)
	c.done("write", err)
	c.done("sync", file.Sync())
	c.done("close", file.Close())
	c.has("a", "01\x00\x00\x00x")
}

func beforeTheFile(c *cabinet) {
	c.put("a", "0123456789")
	file := c.open("a")
	if _, err := file.ReadAt(make([]byte, 1), -1); err == nil {
		c.t.Error("a read at -1 is taken")
	}
	if _, err := file.WriteAt([]byte("x"), -1); err == nil {
		c.t.Error("a write at -1 is taken")
	}
	if err := file.Truncate(-1); err == nil {
		c.t.Error("a length of -1 is taken")
	}
	c.done("close", file.Close())
	c.has("a", "0123456789")
}

func closedFile(c *cabinet) {
	file := c.open("a")
	c.done("close", file.Close())
	_, readErr := file.ReadAt(make([]byte, 1), 0)
	_, writeErr := file.WriteAt([]byte("x"), 0)
	_, sizeErr := file.Size()
	for what, err := range map[string]error{
		"read": readErr, "write": writeErr, "size": sizeErr, "truncate": file.Truncate(1), "sync": file.Sync(), "close": file.Close(),
	} {
		if err == nil {
			c.t.Errorf("%s of a closed file is no error", what)
		}
	}
	c.has("a", "")
}

func largeWrite(c *cabinet) {
	want := make([]byte, 8<<20+13)
	chance := rand.New(rand.NewPCG(1, 2))
	for i := range want {
		want[i] = byte(chance.Uint32())
	}
	file := c.open("a")
	n, err := file.WriteAt(want, 7)
	c.done("write", err)
	if n != len(want) {
		c.t.Errorf("%d bytes written, of %d", n, len(want))
	}
	c.done("sync", file.Sync())
	if got := c.content(file); !bytes.Equal(got[7:], want) {
		c.t.Error("a large write is not what is read")
	}
	c.done("close", file.Close())
}

// actsAsBytes makes the same calls to a file and to a slice of bytes.
func actsAsBytes(c *cabinet) {
	for seed := range uint64(20) {
		chance := rand.New(rand.NewPCG(seed, 0))
		file := c.open("a")
		c.done("empty it", file.Truncate(0))
		var model []byte
		for step := range 60 {
			file, model = c.step(chance, file, model)
			if got := c.content(file); !bytes.Equal(got, model) {
				c.t.Fatalf("seed %d, step %d: the file holds %d bytes that are not the %d written", seed, step, len(got), len(model))
			}
		}
		c.done("close", file.Close())
	}
}

const modelBytes = 10_000

func (c *cabinet) step(chance *rand.Rand, file journal.File, model []byte) (journal.File, []byte) {
	c.t.Helper()
	grow := func(size int) []byte { return append(model, make([]byte, max(size-len(model), 0))...) }
	switch chance.IntN(6) {
	case 0:
		size := chance.IntN(modelBytes)
		c.done("truncate", file.Truncate(int64(size)))
		model = bytes.Clone(grow(size)[:size])
	case 1:
		c.done("sync", file.Sync())
		c.done("close", file.Close())
		file = c.open("a")
	default:
		at, piece := chance.IntN(modelBytes), bytes.Repeat([]byte{byte(1 + chance.IntN(255))}, chance.IntN(500))
		if len(piece) == 0 {
			break // whether nothing makes a file longer is not promised
		}
		_, err := file.WriteAt(piece, int64(at))
		c.done("write", err)
		model = grow(at + len(piece))
		copy(model[at:], piece)
	}
	return file, model
}
