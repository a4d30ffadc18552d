package figures

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

// startRedis runs a Redis master and two copies of it which sync every write,
// and returns the master's address once both copies take part.
func startRedis(b *testing.B) string {
	b.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		b.Fatalf("%v: install Redis, on Debian or Ubuntu with: sudo apt-get install redis-server", err)
	}
	version, err := exec.CommandContext(b.Context(), path, "--version").Output()
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%.30s", version)
	master := startServer(b, path)
	host, port, _ := net.SplitHostPort(master)
	for range 2 {
		startServer(b, path, "--replicaof", host, port)
	}
	c := dialRedis(b, master)
	nodetest.WaitFor(b, "both copies of Redis acknowledge", func() bool {
		return c.set("ready", []byte("yes")) == nil
	})
	return master
}

// startServer runs one server that appends and syncs every write, never makes a
// snapshot of its own accord, and takes copies without a pause.
func startServer(b *testing.B, path string, more ...string) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // finds a free port
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		b.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	server := exec.CommandContext(b.Context(), path, append([]string{
		"--port", port, "--bind", "127.0.0.1", "--dir", folder(b), "--save", "",
		"--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0",
		"--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0",
	}, more...)...)
	log := nodetest.NewLog(b, "redis-server")
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Wait() }) // the context that has ended killed it
	nodetest.WaitFor(b, "a server of Redis listens", func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return address
}

// redisClient is one connection to Redis.
type redisClient struct {
	conn    net.Conn
	answers *bufio.Reader
	request []byte
}

func dialRedis(b *testing.B, address string) *redisClient {
	b.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := conn.Close(); err != nil {
			b.Error(err)
		}
	})
	return &redisClient{conn: conn, answers: bufio.NewReader(conn)}
}

// set writes a key and waits for both copies. Both commands go in one message:
// a round trip per write, as with us.
func (c *redisClient) set(key string, value []byte) error {
	c.request = command(c.request[:0], "SET", key, string(value))
	c.request = command(c.request, "WAIT", "2", "1000")
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	for _, want := range []string{"+OK", ":2"} {
		line, err := c.answers.ReadString('\n')
		if err != nil {
			return err
		}
		if got := strings.TrimSpace(line); got != want {
			return fmt.Errorf("redis answers %q, not %q", got, want)
		}
	}
	return nil
}

// command writes an array of strings in the protocol of Redis.
func command(dst []byte, words ...string) []byte {
	dst = append(dst, "*"+strconv.Itoa(len(words))+"\r\n"...)
	for _, word := range words {
		dst = append(dst, "$"+strconv.Itoa(len(word))+"\r\n"+word+"\r\n"...)
	}
	return dst
}

// folder returns an empty folder for one process, on the file system that is
// measured: that of -dir.
func folder(tb testing.TB) string {
	tb.Helper()
	if *where == "" {
		return tb.TempDir()
	}
	dir, err := os.MkdirTemp(*where, "figures-") //nolint:usetesting // the place is the point
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}
