package builder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheWorkerLoadsTheWasmByItsHashedName(t *testing.T) {
	dir := t.TempDir()
	made, err := Build(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if made.Wasm == wasmName || !strings.HasPrefix(read(t, dir, made.Wasm), "\x00asm") {
		t.Errorf("the wasm is %s, and begins with %q", made.Wasm, read(t, dir, made.Wasm)[:4])
	}
	if worker := read(t, dir, "worker.js"); !strings.Contains(worker, "'./"+made.Wasm+"'") || strings.Contains(worker, wasmName) {
		t.Errorf("worker.js does not load %s:\n%s", made.Wasm, worker)
	}
	for _, name := range []string{"understudy.js", "understudy.d.ts", "wasm_exec.js", ManifestName} {
		if read(t, dir, name) == "" {
			t.Errorf("%s is empty", name)
		}
	}
	if again, err := Build(t.Context(), Options{Dir: dir}); err != nil || again != made {
		t.Errorf("built again: %+v (%v), want %+v: the build is not repeatable", again, err, made)
	}
}

func TestAPackageKeepsThePlainName(t *testing.T) {
	dir := t.TempDir()
	made, err := Build(t.Context(), Options{Dir: dir, Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	if made.Wasm != wasmName || !strings.Contains(read(t, dir, "worker.js"), "'./"+wasmName+"'") {
		t.Errorf("the wasm is %s", made.Wasm)
	}
	if !strings.Contains(read(t, dir, "package.json"), `"@understudy/tab"`) || read(t, dir, "LICENSE") == "" {
		t.Error("package.json or licence is missing")
	}
}

func TestEarlierBuildsAreRemovedAndOtherFilesKept(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"README.md", "understudy-0ld.wasm", "understudy-0ld.wasm.br", "a.js.gz", "notes.gz"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := write(dir, map[string][]byte{"a.js": []byte("new"), "understudy-4ew.wasm": nil}, Manifest{Wasm: "understudy-4ew.wasm"}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got, want := strings.Join(names, " "), "README.md a.js manifest.json notes.gz understudy-4ew.wasm"; got != want {
		t.Errorf("left are %s, want %s", got, want)
	}
}

func TestAWorkerThatNamesNoWasmStopsTheBuild(t *testing.T) {
	err := rename(map[string][]byte{"worker.js": []byte("import './other.js'")}, "understudy-0f.wasm")
	if err == nil || !strings.Contains(err.Error(), "0 times") {
		t.Errorf("%v, want an error that counts the places", err)
	}
}

func TestTheModuleIsFoundFromBelowAndNotFromOutside(t *testing.T) {
	root, err := Root(".")
	if err != nil {
		t.Fatal(err)
	}
	if read(t, root, "go.mod") == "" {
		t.Errorf("%s is not the module's folder", root)
	}
	if _, err := Root(t.TempDir()); !errors.Is(err, ErrNoModule) {
		t.Errorf("%v, want ErrNoModule", err)
	}
}
