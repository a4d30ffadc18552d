package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestNumbersBelowZeroStandWhereAValueMay(t *testing.T) {
	parser, err := newParser(&cli{}, console{in: os.Stdin, out: &bytes.Buffer{}, err: &bytes.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"incr hits", "incr hits"},
		{"incr hits 5 --json", "incr hits 5 --json"},
		{"incr hits -5", "incr hits -- -5"},
		{"incr hits -5 --ack one --json", "incr hits --ack one --json -- -5"},
		{"incr hits -- -5 --json", "incr hits -- -5 --json"},
		{"incr --json hits -5", "incr --json hits -- -5"},
		{"set -5 value --room x", "set --room x -- -5 value"},
		{"set k v --ack -1", "set k v --ack -1"},
		{"set k v --timeout=-1s", "set k v --timeout=-1s"},
		{"get -h", "get -h"},
	} {
		got := negatives(parser.Model, strings.Fields(c.args))
		if !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%s: became %s, want %s", c.args, strings.Join(got, " "), c.want)
		}
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	parser, err := newParser(&cli{}, console{in: os.Stdin, out: &bytes.Buffer{}, err: &bytes.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	if len(parser.Model.Children) < 14 {
		t.Errorf("only %d commands", len(parser.Model.Children))
	}
	for _, command := range parser.Model.Children {
		if !strings.Contains(command.Detail, "\n    understudy "+command.Name) &&
			!strings.Contains(command.Detail, "(understudy "+command.Name) {
			t.Errorf("%s has no example", command.Name)
		}
		for _, flag := range unshared[command.Name] {
			if !slices.ContainsFunc(parser.Model.Flags, func(f *kong.Flag) bool { return f.Name == flag }) {
				t.Errorf("%s does without a flag there is not: %s", command.Name, flag)
			}
		}
	}
}

func TestArgumentsAreTheBytesTheyAre(t *testing.T) {
	grammar := &cli{}
	parser, err := newParser(grammar, console{in: os.Stdin, out: &bytes.Buffer{}, err: &bytes.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	const key, value = "\xff\xfe<&>", "a\x80\u2028"
	if _, err := parser.Parse([]string{"set", key, value}); err != nil {
		t.Fatal(err)
	}
	if grammar.Set.Key != key || *grammar.Set.Value != value {
		t.Errorf("set %q %q became set %q %q", key, value, grammar.Set.Key, *grammar.Set.Value)
	}
	if _, err := parser.Parse([]string{"del", key, value}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(grammar.Del.Keys, []string{key, value}) {
		t.Errorf("del %q %q became del %q", key, value, grammar.Del.Keys)
	}
}

func TestOtherSpellingsOfHelpAndVersion(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"help", "--help"},
		{"help set", "set --help"},
		{"--version", "version"},
		{"--version --json", "version --json"},
		{"get help", "get help"},
		{"get --version", "get --version"},
	} {
		if got := spellings(strings.Fields(c.args)); !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%s: became %s, want %s", c.args, strings.Join(got, " "), c.want)
		}
	}
}
