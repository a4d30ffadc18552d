//go:build !js

package core_test

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = ".." // the repository, from this package's folder
	module = "github.com/understudy-dev/understudy/"
)

// pure lists the packages that decide: no I/O, no clock, no goroutine, and the
// same answer for the same input everywhere.
var pure = []string{
	"core", "core/election", "core/frame", "core/journal",
	"core/keyspace", "core/register", "core/room", "core/store",
}

// banned says what a pure package may not import, and why.
var banned = map[string]string{
	"context":       "a step never blocks, so there is nothing to cancel",
	"crypto/rand":   "chance comes from the seeded source in the config, or no run can be repeated",
	"log":           "only hosts log; the core returns what happened",
	"log/slog":      "only hosts log; and it brings encoding/json into the tab",
	"math/rand":     "its functions share one global source; math/rand/v2 with a PCG of the config's seed does not",
	"net":           "frames arrive as inputs and leave as effects",
	"net/http":      "frames arrive as inputs and leave as effects; and it is 2 MB in the tab",
	"os":            "files are the host's; a tab has none",
	"os/exec":       "a tab has no processes",
	"os/signal":     "the end of the process is an input like others",
	"path/filepath": "names in a journal's folder are the same on every system",
	"reflect":       "what a type is must be known at compile time: the sums are sealed",
	"runtime":       "nothing decided may depend on the machine",
	"sync":          "one goroutine owns a node: what needs a lock has a second owner",
	"sync/atomic":   "one goroutine owns a node: what needs an atomic has a second owner",
	"syscall":       "the operating system is the host's",
	"syscall/js":    "the same code runs in a process",
	"testing":       "no test code in what ships",
	"unsafe":        "nothing here is worth it",
}

// clocks are the functions of package time that ask the machine; the type
// Duration and its arithmetic are free.
var clocks = []string{
	"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until",
}

// layers says which packages of ours each package under core may import. A
// folder stands for everything below it. What is not listed may import nothing
// and fails here until somebody has decided where it stands.
var layers = map[string][]string{
	"core/journal":  {},
	"core/register": {"core/journal"},
	"core/keyspace": {"core/journal"},
	"core/frame":    {"core/journal", "core/register"},
	"core/election": {"core/journal", "core/register", "core/frame"},
	"core/room":     {"core/journal", "core/register", "core/frame"},
	"core/wire":     {"core/journal", "core/register", "core/frame", "core/keyspace"},
	"core/store":    {"core", "core/journal", "core/keyspace", "core/register", "core/wire"},
	"core":          {"core/journal", "core/register", "core/frame", "core/keyspace", "core/election"},
	"core/host": {
		"core", "core/election", "core/frame", "core/host", "core/journal",
		"core/keyspace", "core/register", "core/wire",
	},
	"core/host/loopback": {
		"core/frame", "core/host", "core/journal", "core/register", "core/room", "core/wire",
	},
	"core/sim": {
		"core", "core/election", "core/frame", "core/host", "core/journal",
		"core/keyspace", "core/register", "core/room", "core/sim", "core/store", "core/wire",
	},
}

// outside lists the modules that code under core and wasm may use, where, and
// why we do not write it ourselves. Everything here is downloaded into the tab.
var outside = []struct{ module, where, why string }{
	{"github.com/tidwall/btree", "core/keyspace", "ordered, and copied in constant time for snapshots; used without its locks"},
	{"github.com/cespare/xxhash/v2", "core/journal", "the client that resolves an orphan follows from its position"},
	{"github.com/cespare/xxhash/v2", "core/keyspace", "the state hash is taken over every write"},
	{"github.com/cespare/xxhash/v2", "core/sim", "the digest of a run is taken over every event"},
}

func TestWhatDecidesImportsNothingThatReachesTheWorld(t *testing.T) {
	for _, pkg := range pure {
		for _, imp := range imports(t, pkg) {
			if why, ok := banned[imp.path]; ok {
				t.Errorf("%s imports %s: %s", imp.file, imp.path, why)
			}
		}
	}
}

func TestImportsPointOneWay(t *testing.T) {
	for _, pkg := range packagesBelow(t, "core") {
		allowed, ok := layers[layerOf(pkg)]
		if !ok {
			t.Errorf("%s has no place in the layers", pkg)
		}
		for _, imp := range imports(t, pkg) {
			ours, ok := strings.CutPrefix(imp.path, module)
			if ok && !slices.Contains(allowed, layerOf(ours)) {
				t.Errorf("%s imports %s, which does not stand below %s", imp.file, ours, pkg)
			}
		}
	}
}

func TestTheCommandLineAndTheTabNeverMeet(t *testing.T) {
	for below, other := range map[string]string{"nodecli": "wasm", "wasm": "nodecli"} {
		for _, pkg := range packagesBelow(t, below) {
			for _, imp := range imports(t, pkg) {
				if within(strings.TrimPrefix(imp.path, module), other) {
					t.Errorf("%s imports %s: what both need belongs in core", imp.file, imp.path)
				}
			}
		}
	}
}

func TestOutsideModulesStandOnlyWhereTheyWereAllowed(t *testing.T) {
	for _, below := range []string{"core", "wasm", "nodecli", "site"} {
		for _, pkg := range packagesBelow(t, below) {
			for _, imp := range imports(t, pkg) {
				if why := refuseOutside(pkg, imp.path); why != "" {
					t.Errorf("%s imports %s: %s", imp.file, imp.path, why)
				}
			}
		}
	}
}

// refuseOutside says why pkg may not import that path, or nothing.
func refuseOutside(pkg, importPath string) string {
	first, _, _ := strings.Cut(importPath, "/")
	if !strings.Contains(first, ".") || strings.HasPrefix(importPath, module) {
		return ""
	}
	var where []string
	for _, rule := range outside {
		if within(importPath, rule.module) {
			if within(pkg, rule.where) {
				return ""
			}
			where = append(where, rule.where)
		}
	}
	if len(where) > 0 {
		return "it stands only in " + strings.Join(where, " and ")
	}
	if within(pkg, "nodecli") || within(pkg, "site") || within(pkg, "core/sim") {
		return "" // not in the tab
	}
	return "no outside module is allowed here but those of the list"
}

func TestNothingDecidedDependsOnTheOrderOfAMap(t *testing.T) {
	for _, pkg := range append([]string{"core/wire", "core/sim"}, pure...) {
		checked := typeCheck(t, pkg)
		for _, file := range checked.files {
			excused := linesSaying(checked.fset, file, "order does not matter: ")
			for _, pos := range mapOrders(checked.info, file) {
				at := checked.fset.Position(pos)
				if !excused[at.Line] && !excused[at.Line-1] {
					t.Errorf("%s: the order of a map is another one in every run: sort the keys, or say `// order does not matter: why`", at)
				}
			}
		}
	}
}

func TestWhatDecidesAsksForNoTimeAndStartsNoGoroutine(t *testing.T) {
	for _, pkg := range pure {
		checked := typeCheck(t, pkg)
		for _, file := range checked.files {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
					t.Errorf("%s: goroutines and channels are the host's", checked.fset.Position(n.Pos()))
				case *ast.SelectorExpr:
					used := checked.info.Uses[n.Sel]
					if used != nil && used.Pkg() != nil && used.Pkg().Path() == "time" &&
						used.Parent() == used.Pkg().Scope() && slices.Contains(clocks, used.Name()) {
						t.Errorf("%s: time.%s: the moment is an argument of the step", checked.fset.Position(n.Pos()), used.Name())
					}
				}
				return true
			})
		}
	}
}

func TestNoTestSleepsButToWaitForSomething(t *testing.T) {
	for _, file := range filesBelow(t, root, "_test.go") {
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(syntax.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing/synctest"` }) {
			continue // its clock is not the machine's
		}
		ast.Inspect(syntax, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == "waitFor" {
				return false
			}
			if call, ok := n.(*ast.CallExpr); ok && types.ExprString(call.Fun) == "time.Sleep" {
				t.Errorf("%s: a sleep is too short on a slow machine and too long on others: wait for the condition in waitFor", fset.Position(n.Pos()))
			}
			return true
		})
	}
}

func TestNoFileIsTooLongToRead(t *testing.T) {
	for _, file := range filesBelow(t, root, ".go", ".js", ".mjs", ".ts", ".css") {
		limit := 400
		if strings.HasSuffix(file, "_test.go") {
			limit = 500
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(text, []byte("\n")); lines > limit {
			t.Errorf("%s has %d lines, of %d: it holds more than one thing", file, lines, limit)
		}
	}
}

// within reports whether a package or import path is that folder or below it.
func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// layerOf is the entry of layers a package belongs to: the longest that holds
// it, where "core" holds only itself.
func layerOf(pkg string) string {
	held := slices.DeleteFunc(slices.Collect(maps.Keys(layers)), func(layer string) bool {
		return pkg != layer && (layer == "core" || !within(pkg, layer))
	})
	if len(held) == 0 {
		return pkg
	}
	return slices.MaxFunc(held, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
}

// filesBelow lists our files with one of the endings; not those of others, and
// not what a build made.
func filesBelow(t *testing.T, folder string, endings ...string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch entry.Name() {
		case ".git", "node_modules", "vendor", "third_party", "built", "bin":
			if entry.IsDir() {
				return fs.SkipDir
			}
		}
		if !entry.IsDir() && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(name, e) }) {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// shipped lists the Go files of one package that are no tests, whatever system
// they are for; none where the package is not there.
func shipped(t *testing.T, pkg string) []string {
	t.Helper()
	files, err := filepath.Glob(path.Join(root, pkg, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
}

// packagesBelow lists a folder and those below it that hold Go files.
func packagesBelow(t *testing.T, folder string) []string {
	t.Helper()
	if _, err := os.Stat(path.Join(root, folder)); err != nil {
		return nil
	}
	found := map[string]bool{}
	for _, file := range filesBelow(t, path.Join(root, folder), ".go") {
		if !strings.HasSuffix(file, "_test.go") {
			found[strings.TrimPrefix(path.Dir(file), root+"/")] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

type imported struct{ file, path string }

func imports(t *testing.T, pkg string) []imported {
	t.Helper()
	var all []imported
	for _, file := range shipped(t, pkg) {
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range syntax.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, imported{strings.TrimPrefix(file, root+"/"), name})
		}
	}
	return all
}

type checkedPackage struct {
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
}

// typeCheck reads a package's files for this system with their types, taking
// the imported ones from the build cache.
func typeCheck(t *testing.T, pkg string) checkedPackage {
	t.Helper()
	checked := checkedPackage{fset: token.NewFileSet(), info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Uses:  map[*ast.Ident]types.Object{},
	}}
	if len(shipped(t, pkg)) == 0 {
		return checked
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f",
		`{{.ImportPath}}|{{.Export}}{{if not .DepOnly}}{{range .GoFiles}}|{{.}}{{end}}{{end}}`, module+pkg)
	list.Dir, list.Stderr = root, os.Stderr
	lines, err := list.Output()
	if err != nil {
		t.Fatalf("%s: %v", pkg, err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(lines)) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		exports[fields[0]] = fields[1]
		for _, name := range fields[2:] {
			file, err := parser.ParseFile(checked.fset, filepath.Join(root, pkg, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			checked.files = append(checked.files, file)
		}
	}
	conf := types.Config{Importer: importer.ForCompiler(checked.fset, "gc", func(name string) (io.ReadCloser, error) {
		return os.Open(exports[name])
	})}
	if _, err := conf.Check(module+pkg, checked.fset, checked.files, checked.info); err != nil {
		t.Fatalf("%s: %v", pkg, err)
	}
	return checked
}

// mapOrders finds where a file sees the order of a map: a range over one, or
// its keys or values, unless they go straight into a sort.
func mapOrders(info *types.Info, file *ast.File) []token.Pos {
	var found []token.Pos
	sorted := map[ast.Node]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			if _, ok := info.TypeOf(n.X).Underlying().(*types.Map); ok {
				found = append(found, n.Pos())
			}
		case *ast.CallExpr:
			switch fun := types.ExprString(n.Fun); {
			case strings.HasPrefix(fun, "slices.Sorted") && len(n.Args) > 0:
				sorted[n.Args[0]] = true
			case slices.Contains([]string{"maps.All", "maps.Keys", "maps.Values"}, fun) && !sorted[n]:
				found = append(found, n.Pos())
			}
		}
		return true
	})
	return found
}

// linesSaying lists the lines of a file on which a comment says more than that.
func linesSaying(fset *token.FileSet, file *ast.File, text string) map[int]bool {
	lines := map[int]bool{}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if _, why, ok := strings.Cut(comment.Text, text); ok && why != "" {
				lines[fset.Position(comment.Pos()).Line] = true
			}
		}
	}
	return lines
}

func TestTheSightOfAMapsOrderIsSeen(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "sample.go", `package sample
import ("maps"; "slices")
type named map[int]int
func f(m named, s []int) {
	for range m {} // found
	for range s {}
	for range maps.Keys(m) {} // found
	for range slices.Sorted(maps.Keys(m)) {}
	_ = slices.Collect(maps.Values(m)) // found
}
`, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := conf.Check("sample", fset, []*ast.File{file}, info); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, pos := range mapOrders(info, file) {
		got = append(got, fset.Position(pos).Line)
	}
	if want := []int{5, 7, 9}; !slices.Equal(got, want) {
		t.Errorf("a map's order seen on lines %s, want %s", fmt.Sprint(got), fmt.Sprint(want))
	}
}
