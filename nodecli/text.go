package main

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// field returns text as one field of a line with tabs: as it is, or quoted as Go
// quotes it where it holds what a line can't.
func field(text string) string {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if !utf8.ValidString(text) || strings.HasPrefix(text, `"`) || strings.ContainsFunc(text, unprintable) {
		return strconv.Quote(text)
	}
	return text
}

// word is field for a line whose fields are parted by spaces.
func word(text string) string {
	if text == "" || strings.Contains(text, " ") {
		return strconv.Quote(text)
	}
	return field(text)
}

// brief is word for an error: of a long text it is the beginning.
func brief(text string) string {
	if utf8.RuneCountInString(text) > briefMax {
		return fmt.Sprintf("%.*q...", briefMax, text)
	}
	return word(text)
}

// briefMax is how many characters of a text an error repeats.
const briefMax = 40

// valueText returns a value at the end of a line, where nothing but a blank
// would be left of an empty one.
func valueText(value []byte) string {
	if len(value) == 0 {
		return `""`
	}
	return field(string(value))
}

// textKey and textValue are bytes in JSON: text where they are UTF-8, else
// base64 under another name.
type textKey struct {
	Key       *string `json:"key,omitempty"`
	KeyBase64 *string `json:"keyBase64,omitempty"`
}

type textValue struct {
	Value       *string `json:"value,omitempty"`
	ValueBase64 *string `json:"valueBase64,omitempty"`
}

func keyJSON(key string) textKey {
	text, encoded := jsonBytes([]byte(key))
	return textKey{text, encoded}
}

func valueJSON(value []byte) textValue {
	text, encoded := jsonBytes(value)
	return textValue{text, encoded}
}

func jsonBytes(raw []byte) (text, encoded *string) {
	if utf8.Valid(raw) {
		s := string(raw)
		return &s, nil
	}
	s := base64.StdEncoding.EncodeToString(raw)
	return nil, &s
}
