package socket

import (
	"bytes"
	"net"
	"testing"
)

// sink is a connection of which only what is written counts.
type sink struct {
	net.Conn
	written bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) { return s.written.Write(p) }

func TestABatchKeepsTheOrderOfWhatIsWritten(t *testing.T) {
	for _, sizes := range [][]int{
		{10, 20, 30},
		{10, holdMaxBytes/2 + 1, 20}, // fits, but is written at once
		{holdMaxBytes / 2, holdMaxBytes / 2, holdMaxBytes / 2},
		{10, 2 * holdMaxBytes, 10},
	} {
		to := &sink{}
		b := &Batch{Conn: to}
		var want []byte
		b.Hold()
		for i, size := range sizes {
			piece := bytes.Repeat([]byte{byte('a' + i)}, size)
			want = append(want, piece...)
			if n, err := b.Write(piece); n != size || err != nil {
				t.Fatalf("%d bytes written, %v", n, err)
			}
		}
		if err := b.Release(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(to.written.Bytes(), want) {
			t.Errorf("writes of %v bytes arrive in another order", sizes)
		}
	}
}
