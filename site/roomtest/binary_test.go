package roomtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
	"github.com/understudy-dev/understudy/site/builder"
)

// program is understudy as it would be released, built once for all tests.
var program = nodetest.Program{Build: buildProgram}

func TestMain(m *testing.M) { os.Exit(program.Run(m)) }

// buildProgram compiles the tab's part and the binary that has it embedded,
// without a trace in the checkout: the compiler is told to see other files in
// site/built than there are.
func buildProgram(ctx context.Context, dir string) (string, error) {
	root, err := builder.Root(".")
	if err != nil {
		return "", err
	}
	fresh := filepath.Join(dir, "built")
	if _, err := builder.Build(ctx, builder.Options{Root: root, Dir: fresh}); err != nil {
		return "", err
	}
	overlay, err := replaced(filepath.Join(root, "site", "built"), fresh)
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := builder.WriteFile(list, overlay); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "understudy")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-overlay", list, "-o", path, "./nodecli")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build understudy: %w\n%s", err, out)
	}
	return path, nil
}

// replaced describes to the compiler a folder with the files of another one in
// place of its own: an empty name stands for a file that is not there.
func replaced(folder, by string) ([]byte, error) {
	files := map[string]string{}
	old, err := os.ReadDir(folder)
	fresh, err2 := os.ReadDir(by)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	add := func(entries []fs.DirEntry, in string) {
		for _, entry := range entries {
			file := ""
			if in != "" {
				file = filepath.Join(in, entry.Name())
			}
			if !strings.HasSuffix(entry.Name(), ".md") {
				files[filepath.Join(folder, entry.Name())] = file
			}
		}
	}
	add(old, "")
	add(fresh, by)
	return json.Marshal(map[string]any{"Replace": files})
}
