package main

import (
	"strings"
	"testing"
)

func TestWhatDoesNotFitOnALineIsQuoted(t *testing.T) {
	for _, c := range []struct{ text, field, word string }{
		{"blue", "blue", "blue"},
		{"", "", `""`},
		{"two words", "two words", `"two words"`},
		{"é ☃", "é ☃", `"é ☃"`},
		{"a\tb", `"a\tb"`, `"a\tb"`},
		{"two\nlines", `"two\nlines"`, `"two\nlines"`},
		{`"quoted"`, `"\"quoted\""`, `"\"quoted\""`}, // or it would read as what it quotes
		{"\xff\x00", `"\xff\x00"`, `"\xff\x00"`},
		{"\u202e", `"\u202e"`, `"\u202e"`}, // turns the rest of the line around
	} {
		if got := field(c.text); got != c.field {
			t.Errorf("field %q: %s, want %s", c.text, got, c.field)
		}
		if got := word(c.text); got != c.word {
			t.Errorf("word %q: %s, want %s", c.text, got, c.word)
		}
	}
}

func TestAnErrorRepeatsOnlyTheBeginningOfALongText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"colour", "colour"},
		{"two words", `"two words"`},
		{strings.Repeat("k", 40), strings.Repeat("k", 40)},
		{strings.Repeat("k", 41), `"` + strings.Repeat("k", 40) + `"...`},
		{strings.Repeat("é", 1025), `"` + strings.Repeat("é", 40) + `"...`},
	} {
		if got := brief(c.text); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}
