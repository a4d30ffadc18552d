package builder

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// falling walks and scans deep stacks, recovers, and ends in a panic.
const falling = `package main

import "runtime"

//go:noinline
func fall(n int, kept *[64]int) int {
	if n == 0 {
		runtime.GC()
		panic("down here")
	}
	next := new([64]int)
	next[0] = kept[0] + 1
	return fall(n-1, next) + next[0] + kept[0]
}

func caught(n int) {
	defer func() { println("caught", recover().(string)) }()
	fall(n, new([64]int))
}

func main() {
	for n := 1; n < 2000; n += 500 {
		caught(n)
	}
	fall(3, new([64]int))
}
`

func compileFalling(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	source, file := filepath.Join(dir, "main.go"), filepath.Join(dir, "main.wasm")
	if err := os.WriteFile(source, []byte(falling), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", file, source)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wasm, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

func TestWithoutLinesAProgramRunsAndItsTraceNamesFunctions(t *testing.T) {
	wasm := compileFalling(t)
	if !dropLines(wasm) {
		t.Fatal("this toolchain's table of lines is not understood: the tab is a tenth larger than it need be")
	}
	file := filepath.Join(t.TempDir(), "main.wasm")
	if err := os.WriteFile(file, wasm, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := output(t.Context(), ".", "go", "env", "GOROOT")
	if err != nil {
		t.Fatal(err)
	}
	runner := filepath.Join(strings.TrimSpace(root), "lib", "wasm", "wasm_exec_node.js")
	out, err := exec.CommandContext(t.Context(), "node", "--stack-size=8192", runner, file).CombinedOutput()
	if err == nil {
		t.Error("the program ended well, want its panic")
	}
	got := string(out)
	for want, n := range map[string]int{"caught down here": 4, "panic: down here": 1, "main.fall(": 4, "main.main()": 1} {
		if strings.Count(got, want) != n {
			t.Errorf("%q is there %d times, want %d:\n%s", want, strings.Count(got, want), n, got)
		}
	}
	if strings.Contains(got, "main.go") {
		t.Errorf("a file is still named:\n%s", got)
	}
}

func TestWithoutLinesAProgramIsSmaller(t *testing.T) {
	wasm := compileFalling(t)
	before := bytes.Count(wasm, []byte{0})
	if !dropLines(wasm) || bytes.Count(wasm, []byte{0})-before < len(wasm)/50 {
		t.Errorf("%d zeros more in %d bytes, want a 50th", bytes.Count(wasm, []byte{0})-before, len(wasm))
	}
}

func TestWhatIsNotUnderstoodIsLeftAlone(t *testing.T) {
	wasm := compileFalling(t)
	table := bytes.Index(wasm, pcHeader)
	other := bytes.Clone(wasm)
	other[table] = 0xf2 // a later version
	for name, module := range map[string][]byte{
		"nothing": nil, "no module": []byte("<!doctype html>"), "a module without data": wasm[:8],
		"half a module": wasm[:len(wasm)/2], "another version": other,
	} {
		kept := bytes.Clone(module)
		if dropLines(module) || !bytes.Equal(module, kept) {
			t.Errorf("%s was changed", name)
		}
	}
}
