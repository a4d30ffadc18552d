package nodetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Program is understudy as a binary, built when a test first asks for it. A
// package of tests has one.
type Program struct {
	// Build makes the binary in a folder and returns its path. Default: [Build].
	Build func(ctx context.Context, dir string) (path string, err error)

	once sync.Once
	dir  string
	path string
	err  error
}

// Run runs the tests of a package with a folder for the binary, which outlives
// the first test, and returns the exit status.
func (p *Program) Run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "understudy-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	p.dir = dir
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	return m.Run()
}

// Path returns the path of the binary.
func (p *Program) Path(tb testing.TB) string {
	tb.Helper()
	p.once.Do(func() {
		build := p.Build
		if build == nil {
			build = Build
		}
		p.path, p.err = build(tb.Context(), p.dir)
	})
	if p.err != nil {
		tb.Fatal(p.err)
	}
	return p.path
}

// Build compiles the command line as it is in the checkout, with whatever page
// was built there last. It is not compiled with -race, even where the test is:
// what is measured is the program that is released.
func Build(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "understudy")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "github.com/understudy-dev/understudy/nodecli")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build understudy: %w\n%s", err, out)
	}
	return path, nil
}
