// Package builder makes what a browser loads to become a node: the core
// compiled to WebAssembly and the JavaScript around it.
package builder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// ManifestName is the file that says what was built. It is written last: a
// folder without it holds an unfinished build, or none.
const ManifestName = "manifest.json"

// Manifest says what was built.
type Manifest struct {
	Wasm string `json:"wasm"` // the file's name, with its hash in it unless the build was Plain
	Go   string `json:"go"`   // the toolchain of wasm and wasm_exec.js
}

// Options says what to build and where to.
type Options struct {
	// Root is the folder of the module. Default: [Root] of the working directory.
	Root string

	// Dir takes the files, and is made if it is not there. Files of an earlier
	// build in it are removed; others are left alone.
	Dir string

	// Plain keeps the wasm's name as it is in the sources, for a package that
	// others bundle. Otherwise its name holds its hash, so that it may be
	// cached for ever.
	Plain bool
}

// wasmName is the wasm's name in the sources of the SDK.
const wasmName = "understudy.wasm"

// packageFiles are those that an npm package has besides the modules and types
// of wasm/sdk, by their place in the repository.
var packageFiles = []string{"wasm/sdk/package.json", "wasm/sdk/README.md", "LICENSE"}

// ErrNoModule says that a folder is not in a checkout of this project.
var ErrNoModule = errors.New("not in a checkout of understudy")

// Root returns the module's folder that holds dir, or [ErrNoModule].
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(text, []byte("module github.com/understudy-dev/understudy\n")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNoModule
		}
		dir = parent
	}
}

// Build compiles the wasm with the go command and writes it with the
// JavaScript around it to a folder. It needs Go and nothing else.
func Build(ctx context.Context, o Options) (Manifest, error) {
	if o.Root == "" {
		root, err := Root(".")
		if err != nil {
			return Manifest{}, err
		}
		o.Root = root
	}
	files, err := sources(o)
	if err != nil {
		return Manifest{}, err
	}
	wasm, err := compile(ctx, o.Root)
	if err != nil {
		return Manifest{}, err
	}
	version, exec, err := toolchain(ctx, o.Root)
	if err != nil {
		return Manifest{}, err
	}
	made := Manifest{Wasm: wasmName, Go: version}
	if !o.Plain {
		made.Wasm = hashed(wasmName, wasm)
		if err := rename(files, made.Wasm); err != nil {
			return Manifest{}, err
		}
	}
	files["wasm_exec.js"] = exec
	files[made.Wasm] = wasm
	return made, write(o.Dir, files, made)
}

// sources reads the SDK: every module and its types.
func sources(o Options) (map[string][]byte, error) {
	var names []string
	for _, pattern := range []string{"*.js", "*.d.ts"} {
		found, err := filepath.Glob(filepath.Join(o.Root, "wasm", "sdk", pattern))
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	if o.Plain {
		for _, name := range packageFiles {
			names = append(names, filepath.Join(o.Root, filepath.FromSlash(name)))
		}
	}
	files := map[string][]byte{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files[filepath.Base(name)] = text
	}
	return files, nil
}

// small lists the packages that are compiled without inlining: what they do is
// done once a frame or a request, and a tab downloads 25 kB less. The packages
// whose work grows with the bytes, core/wire and core/keyspace, are not in it.
var small = []string{"core", "core/host", "wasm"}

// compile builds the tab's program.
func compile(ctx context.Context, root string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "understudy-wasm-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	file := filepath.Join(dir, wasmName)
	args := []string{"build", "-trimpath", "-ldflags", "-s -w"}
	for _, pkg := range small {
		args = append(args, "-gcflags=github.com/understudy-dev/understudy/"+pkg+"=-l")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", file, "./wasm")...)
	cmd.Dir = root
	// No flags of the caller: -race, -cover or -mod would not fit another system.
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile the tab's wasm: %w\n%s", err, bytes.TrimSpace(out))
	}
	wasm, err := os.ReadFile(file)
	dropLines(wasm)
	return wasm, err
}

// toolchain returns the version of Go that compiles the module, and its
// wasm_exec.js: the two speak a private protocol that changes between versions.
func toolchain(ctx context.Context, root string) (version string, exec []byte, err error) {
	text, err := output(ctx, root, "go", "env", "GOVERSION", "GOROOT")
	if err != nil {
		return "", nil, err
	}
	version, goroot, _ := strings.Cut(strings.TrimSpace(text), "\n")
	exec, err = os.ReadFile(filepath.Join(strings.TrimSpace(goroot), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return "", nil, fmt.Errorf("wasm_exec.js of %s: %w", version, err)
	}
	return strings.TrimSpace(version), exec, nil
}

func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	// A caller may itself run under GOOS=js; the answers asked for are this machine's.
	cmd.Env = append(os.Environ(), "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return string(out), nil
}

// hashed puts the beginning of the content's hash into a file's name.
func hashed(name string, content []byte) string {
	sum := sha256.Sum256(content)
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:8]) + ext
}

// rename makes the worker load the wasm by its new name. There must be one
// place to change: none, and the worker would ask for a file that is not there.
func rename(files map[string][]byte, to string) error {
	from := []byte("new URL('./" + wasmName + "', import.meta.url)")
	const in = "worker.js"
	if n := bytes.Count(files[in], from); n != 1 {
		return fmt.Errorf("%s names the wasm %d times as %s, want once", in, n, from)
	}
	files[in] = bytes.Replace(files[in], from, []byte("new URL('./"+to+"', import.meta.url)"), 1)
	return nil
}

func manifest(m Manifest) ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}
