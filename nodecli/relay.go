package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path"
	"path/filepath"
	"syscall"
	"time"

	"github.com/understudy-dev/understudy/nodecli/relay"
	"github.com/understudy-dev/understudy/site"
)

type relayCommand struct {
	Listen      string        `placeholder:"HOST:PORT" default:"${address}" help:"Where to listen (default ${default}); port 0 takes a free one."`
	Dir         string        `placeholder:"DIR" xor:"registers" help:"Keep the registers in this folder (default: in the user's data directory)."`
	Memory      bool          `xor:"registers" help:"Keep the registers in memory: after a restart the nodes bring them back."`
	NoSite      bool          `help:"Serve no page."`
	AddrFile    string        `placeholder:"FILE" help:"Write HOST:PORT to this file once the relay listens."`
	Ping        time.Duration `placeholder:"1s" default:"1s" help:"How often each node is asked for a sign of life (default ${default})."`
	DeadAfter   time.Duration `placeholder:"3s" default:"3s" help:"Silence after which a node is given up (default ${default})."`
	AllowOrigin []string      `placeholder:"ORIGIN" sep:"none" help:"Let pages of this origin connect too, as in https://*.example.org. May be given again."`
}

// Help returns examples.
func (relayCommand) Help() string {
	return `Examples:

    understudy relay
    understudy relay --memory --listen 127.0.0.1:0 --addr-file addr
    understudy relay --listen 0.0.0.0:8787 --dir /var/lib/understudy --allow-origin https://example.org

The relay forwards frames and keeps one small register per room; it never stores the data. Beside /ws it answers /healthz,
/readyz, /metrics and /rooms/NAME.`
}

// Run serves until interrupted.
func (cmd *relayCommand) Run(ctx context.Context, sh *shell) error {
	config, err := cmd.config(sh)
	if err != nil {
		return err
	}
	if err := withdraw("--addr-file", cmd.AddrFile); err != nil {
		return err
	}
	listener, err := listen(ctx, cmd.Listen)
	if err != nil {
		return err
	}
	server, err := relay.New(config)
	if err != nil {
		err = withHint(fmt.Errorf("relay: %w", err), exitFailed,
			"--dir names another folder for the registers, --memory needs none")
		return errors.Join(err, listener.Close())
	}
	at := reachable(listener.Addr())
	where := "in memory"
	if config.Dir != "" {
		where = "in " + config.Dir
	}
	fmt.Fprintf(sh.err, "understudy: relay at ws://%s/ws, registers %s\n", at, where)
	if !cmd.NoSite {
		fmt.Fprintf(sh.err, "understudy: page at http://%s/\n", at)
	}
	if err := announce("--addr-file", cmd.AddrFile, at); err != nil {
		server.Close()
		return errors.Join(err, listener.Close())
	}
	if err := server.Serve(ctx, listener); err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	return nil
}

// config checks the flags, so that an error names the flag.
func (cmd *relayCommand) config(sh *shell) (relay.Config, error) {
	switch {
	case cmd.Ping <= 0:
		return relay.Config{}, misused("--ping: %v is no pause between signs of life", cmd.Ping)
	case cmd.DeadAfter <= cmd.Ping:
		return relay.Config{}, misused("--dead-after: %v is not above --ping %v: no node could answer in time", cmd.DeadAfter, cmd.Ping)
	}
	for _, origin := range cmd.AllowOrigin {
		if _, err := path.Match(origin, ""); err != nil || origin == "" {
			return relay.Config{}, misused("--allow-origin: %q is no origin, nor a pattern of them", origin)
		}
	}
	config := relay.Config{
		Dir: cmd.Dir, Origins: cmd.AllowOrigin, Log: sh.logger("info").Logger,
		PingEvery: cmd.Ping, DeadAfter: cmd.DeadAfter,
	}
	if cmd.Dir == "" && !cmd.Memory {
		data, err := dataDir()
		if err != nil {
			return relay.Config{}, err
		}
		config.Dir = filepath.Join(data, "relay")
	}
	if cmd.NoSite {
		return config, nil
	}
	var err error
	config.Site, err = embeddedSite()
	return config, err
}

// embeddedSite is the page as this binary has it.
func embeddedSite() (http.Handler, error) {
	handler, err := site.Handler(site.Options{})
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return handler, nil
}

// listen opens --listen.
func listen(ctx context.Context, address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, misused("--listen: %q is not HOST:PORT", address)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, withHint(fmt.Errorf("--listen: %s is in use by another process", address), exitFailed,
			"name another port with --listen; port 0 takes a free one")
	}
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	return listener, nil
}

// reachable returns HOST:PORT of a listener as others on this machine reach it:
// no browser goes to 0.0.0.0.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
}
