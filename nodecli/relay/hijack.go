package relay

import (
	"bufio"
	"net"
	"net/http"

	"github.com/understudy-dev/understudy/nodecli/socket"
)

// hijacker takes the network connection out of an HTTP server and puts a batch
// in between.
type hijacker struct {
	http.ResponseWriter
	batch *socket.Batch
}

// Hijack is what the WebSocket library calls.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.batch = &socket.Batch{Conn: conn}
	return h.batch, bufio.NewReadWriter(buffered.Reader, bufio.NewWriter(h.batch)), nil
}
