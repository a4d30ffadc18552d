package core_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shown are the names in brackets that pages give as proof: of scenarios,
// scripts and tests.
var shown = regexp.MustCompile(`\[([A-Za-z0-9][A-Za-z0-9_-]+(?:,\s+[A-Za-z0-9][A-Za-z0-9_-]+)*)\]`)

// claims returns the names that a text gives as proof. A word alone is no name:
// it is an element of an encoding.
func claims(text string) []string {
	var names []string
	for _, m := range shown.FindAllStringSubmatch(text, -1) {
		for name := range strings.SplitSeq(m[1], ",") {
			if name = strings.TrimSpace(name); strings.ContainsAny(name, "-_") || strings.HasPrefix(name, "Test") {
				names = append(names, name)
			}
		}
	}
	return names
}

// proofs returns the names of all scenarios, scripts and tests there are.
func proofs(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, pattern := range []string{"../testdata/core/*.txt", "../testdata/cli/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			names[strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))] = true
		}
	}
	test := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		for _, m := range test.FindAllStringSubmatch(string(source), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestEveryProofThatThePagesNameExists(t *testing.T) {
	exists := proofs(t)
	for page, least := range map[string]int{"PROTOCOL.md": 80, "../README.md": 10} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		names := claims(string(text))
		for _, name := range names {
			if !exists[name] {
				t.Errorf("%s: there is no scenario, script or test %q", page, name)
			}
		}
		if len(names) < least {
			t.Errorf("%s names %d proofs, at least %d were expected: does this test still read it?", page, len(names), least)
		}
	}
}

func TestEveryRowOfThePromisesNamesItsProof(t *testing.T) {
	for _, page := range []string{"PROTOCOL.md", "../README.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		inTable := false
		for line := range strings.Lines(string(text)) {
			switch {
			case !strings.HasPrefix(line, "|"):
				inTable = false
			case strings.HasSuffix(strings.TrimSpace(line), "| shown by |"):
				inTable = true
			case inTable && !strings.HasPrefix(line, "|---"):
				rows++
				if len(claims(line)) == 0 {
					t.Errorf("%s: nothing shows this row: %s", page, line)
				}
			}
		}
		if rows < 5 {
			t.Errorf("%s has %d rows of promises", page, rows)
		}
	}
}
