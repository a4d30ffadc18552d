package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/nodecli/socket"
)

// shell is what a command runs with.
type shell struct {
	sharedFlags
	console
}

// retry is how a command that is waited for tries again to reach the relay.
var retry = host.Pause{Again: 50 * time.Millisecond, First: 100 * time.Millisecond, Max: 500 * time.Millisecond}

// limited returns ctx with the end that --timeout sets.
func (sh *shell) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, sh.Timeout, waited{fmt.Sprintf("waited %v", sh.Timeout)})
}

func (sh *shell) transport() (*socket.Transport, error) {
	transport, err := socket.New(sh.RelayURL)
	if err != nil {
		return nil, &exitError{status: exitMisuse, err: err, hint: relayHint(sh.RelayURL)}
	}
	return transport, nil
}

// relayHint says how an address that was given without the rest is written.
func relayHint(given string) string {
	if _, _, err := net.SplitHostPort(given); err != nil {
		return "an address is as ws://" + defaultAddress + "/ws"
	}
	return fmt.Sprintf("--relay ws://%s/ws", given)
}

// client joins the room as a client, within ctx; the caller closes it. What it
// logs is from logLevel up, unless the user says otherwise.
func (sh *shell) client(ctx context.Context, logLevel string) (*host.Client, error) {
	transport, err := sh.transport()
	if err != nil {
		return nil, err
	}
	return host.Dial(ctx, host.ClientConfig{
		Room: sh.Room, Name: "command line", Transport: transport,
		Logger: sh.logger(logLevel).host(), Pause: retry,
	})
}

// closeTimeout is how long a client may take to say goodbye.
const closeTimeout = time.Second

// ask joins the room, makes one request and leaves, all within --timeout.
func (sh *shell) ask(ctx context.Context, operation string, request func(context.Context, *host.Client) error) error {
	ctx, cancel := sh.limited(ctx)
	defer cancel()
	client, err := sh.client(ctx, "error")
	if err != nil {
		return doing(operation, err)
	}
	defer closeClient(client)
	return doing(operation, request(ctx, client))
}

func closeClient(client *host.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = client.Close(ctx) // a client has no storage, and nothing else can fail
}

// print writes a result. That it can't be written is a failure: the caller
// would take silence for an empty answer.
func (sh *shell) print(format string, args ...any) error {
	if _, err := fmt.Fprintf(sh.out, format, args...); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

// printJSON writes a result as one line of JSON.
func (sh *shell) printJSON(v any) error {
	e := json.NewEncoder(sh.out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}
