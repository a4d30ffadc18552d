package core_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tried is what a scenario that tries a column has in it: a write with that ack,
// the setting, or a read of that level.
var tried = map[string]*regexp.Regexp{
	"`async`":              regexp.MustCompile(`(?m)^write .*\back=async\b`),
	"n":                    regexp.MustCompile(`(?m)^write .*\back=(one|[1-9])\b`),
	"`all`":                regexp.MustCompile(`(?m)^write .*\back=all\b`),
	"`all`, min-in-sync 2": regexp.MustCompile(`(?m)^configure .*\bmin-in-sync=[2-9]`),
	"`local`":              regexp.MustCompile(`(?m)^read .* local\b`),
	"`committed`":          regexp.MustCompile(`(?m)^read (.* committed\b|\S+ \S+$)`), // which is what a read is by itself
	"`session`":            regexp.MustCompile(`(?m)^read .* session\b`),
	"`latest`":             regexp.MustCompile(`(?m)^read .* latest\b`),
}

// untried are the rows of which no scenario tries every column, and why.
var untried = map[string]string{
	"there is no master": "nobody looks at the ack before there is one, and a room that never had one has no settings",
}

// untriedColumns lists the columns that the scenario of a name does not try.
func untriedColumns(t *testing.T, name string, columns []string) []string {
	t.Helper()
	script, err := os.ReadFile("../testdata/core/" + name + ".txt")
	if err != nil {
		return columns // a test, or a script of the command line
	}
	return slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return tried[c].Match(script) })
}

func cells(row string) []string {
	parts := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// That a scenario tries a column says nothing of what comes of it: that is for
// who reads the scenario.
func TestEveryRowOfThePromisesNamesAScenarioThatTriesEveryColumn(t *testing.T) {
	page, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	rows, left := 0, len(untried)
	for line := range strings.Lines(string(page)) {
		switch {
		case !strings.HasPrefix(line, "|"):
			columns = nil
		case strings.HasPrefix(line, "| fault |"):
			head := cells(line)
			columns = head[1 : len(head)-1]
			for _, c := range columns {
				if tried[c] == nil {
					t.Fatalf("nothing says when a scenario tries the column %s", c)
				}
			}
		case columns != nil && !strings.HasPrefix(line, "|---"):
			rows++
			fault := cells(line)[0]
			if untried[fault] != "" {
				left--
				continue
			}
			checkRow(t, fault, claims(line), columns)
		}
	}
	if rows < 20 || left != 0 {
		t.Errorf("%d rows, at least 20 were expected; %d exceptions are of no row", rows, left)
	}
}

func checkRow(t *testing.T, fault string, names, columns []string) {
	t.Helper()
	var lacks []string
	for _, name := range names {
		missing := untriedColumns(t, name, columns)
		if len(missing) == 0 {
			return
		}
		lacks = append(lacks, name+": "+strings.Join(missing, "; "))
	}
	t.Errorf("%s: no scenario tries every column. What each does not try:\n%s", fault, strings.Join(lacks, "\n"))
}
