package main

import "testing"

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
