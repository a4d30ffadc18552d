package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/host"
)

// Transport dials one relay.
type Transport struct {
	url string
}

var _ host.Transport = (*Transport)(nil)

// New returns a Transport to the relay at a ws or wss URL.
func New(relay string) (*Transport, error) {
	u, err := url.Parse(relay)
	switch {
	case !strings.Contains(relay, "://"):
		// Said before what the parser makes of HOST:PORT.
		return nil, fmt.Errorf("relay %q: a relay's address begins with ws:// or wss://", relay)
	case err != nil:
		return nil, fmt.Errorf("relay: %w", err)
	case u.Scheme != "ws" && u.Scheme != "wss":
		return nil, fmt.Errorf("relay %q: a relay's address begins with ws:// or wss://", relay)
	case u.Host == "":
		return nil, fmt.Errorf("relay %q: the address names no host", relay)
	}
	return &Transport{url: relay}, nil
}

// Dial opens a connection. Its error is a [*UnreachableError], or that of ctx.
func (t *Transport) Dial(ctx context.Context) (host.Link, error) {
	client, batch := newClient()
	conn, answer, err := websocket.Dial(ctx, t.url, &websocket.DialOptions{HTTPClient: client})
	if err == nil {
		return wrap(conn, batch.Load()), nil
	}
	why := &UnreachableError{URL: t.url, Err: rootOf(err)}
	switch {
	case errors.Is(err, context.Canceled):
		return nil, context.Cause(ctx)
	case answer != nil && answer.StatusCode != http.StatusSwitchingProtocols:
		why.Err = fmt.Errorf("it answers %s, which is no WebSocket", answer.Status)
	case errors.Is(err, context.DeadlineExceeded):
		why.Err = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
	}
	return nil, why
}

// newClient returns an HTTP client for one connection, which is as those of
// [http.DefaultClient], and where that connection will be found.
func newClient() (*http.Client, *atomic.Pointer[Batch]) {
	batch := &atomic.Pointer[Batch]{}
	usual, _ := http.DefaultTransport.(*http.Transport)
	if usual == nil { // a program that embeds us has replaced it
		usual = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	transport := usual.Clone()
	dial := transport.DialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		b := &Batch{Conn: conn}
		batch.Store(b)
		return b, nil
	}
	return &http.Client{Transport: transport}, batch
}

// UnreachableError says that there is no relay to talk to.
type UnreachableError struct {
	URL string
	Err error
}

// Error names the URL and the reason, without the layers between.
func (e *UnreachableError) Error() string { return fmt.Sprintf("no relay at %s: %v", e.URL, e.Err) }

// Unwrap returns the reason.
func (e *UnreachableError) Unwrap() error { return e.Err }

// rootOf finds the part of a dial's error that people need: "connection
// refused" rather than five layers that repeat the address.
func rootOf(err error) error {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		return call.Err
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		return request.Err
	}
	return err
}
