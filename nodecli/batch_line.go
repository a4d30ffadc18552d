package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// batch is what the lines of a batch ask for.
type batch struct {
	ops        []frame.Op
	conditions []frame.Condition
}

// lineError says which line of a batch is no part of one, and why.
type lineError struct {
	line int // from 1
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }

func (e *lineError) Unwrap() error { return e.err }

// parseBatch reads all lines.
func parseBatch(text []byte) (batch, error) {
	var b batch
	for i, line := range bytes.Split(text, []byte("\n")) {
		if err := b.add(strings.Trim(string(line), " \t\r")); err != nil {
			return batch{}, &lineError{i + 1, err}
		}
	}
	if len(b.ops) == 0 {
		return batch{}, errors.New("there is no operation")
	}
	return b, nil
}

func (b *batch) add(line string) error {
	switch {
	case line == "" || line[0] == '#':
		return nil
	case line[0] == '{':
		return b.addJSON(line)
	}
	words, err := wordsOf(line)
	if err != nil {
		return err
	}
	name, words := words[0], words[1:]
	usage, known := usages[name]
	if !known {
		return fmt.Errorf("%s is no operation and no condition", brief(name))
	}
	if len(words) < usage.least || len(words) > usage.most {
		return fmt.Errorf("it is %s %s: %d words follow %s here", name, usage.words, len(words), name)
	}
	part := batchPart{name: name, key: words[0]}
	for _, more := range words[1:] {
		if name == "expire" || part.second != nil {
			part.ttl = &more
		} else {
			part.second = &more
		}
	}
	return b.addPart(part)
}

// usages says what follows the first word of a line, and how many words that
// are.
var usages = map[string]struct {
	words       string
	least, most int
}{
	"set": {"KEY VALUE [TTL]", 2, 3}, "append": {"KEY VALUE", 2, 2},
	"del": {"KEY", 1, 1}, "incr": {"KEY [BY]", 1, 2},
	"expire": {"KEY TTL", 2, 2}, "persist": {"KEY", 1, 1},
	"if-absent": {"KEY", 1, 1}, "if-value": {"KEY VALUE", 2, 2}, "if-revision": {"KEY REVISION", 2, 2},
}

// batchPart is an operation or a condition, in words. What was not said is nil.
type batchPart struct {
	name   string
	key    string
	second *string // value, number or revision
	ttl    *string
}

// value returns the second word as bytes.
func (p batchPart) value() []byte { return []byte(*p.second) }

func (b *batch) addPart(p batchPart) error {
	if p.key == "" {
		return errors.New("the key is empty")
	}
	switch p.name {
	case "set":
		ttl, err := parseTTL(p.ttl)
		b.ops = append(b.ops, frame.Set{Key: p.key, Value: p.value(), TTL: ttl})
		return err
	case "append":
		b.ops = append(b.ops, frame.Append{Key: p.key, Value: p.value()})
	case "del":
		b.ops = append(b.ops, frame.Delete{Key: p.key})
	case "incr":
		by := int64(1)
		if p.second != nil {
			var err error
			if by, err = strconv.ParseInt(*p.second, 10, 64); err != nil {
				return fmt.Errorf("%s is no whole number of 64 bits", brief(*p.second))
			}
		}
		b.ops = append(b.ops, frame.Increment{Key: p.key, By: by})
	case "expire":
		ttl, err := parseTTL(p.ttl)
		b.ops = append(b.ops, frame.Expire{Key: p.key, TTL: ttl})
		return err
	case "persist":
		b.ops = append(b.ops, frame.Expire{Key: p.key})
	case "if-absent":
		b.conditions = append(b.conditions, host.IfAbsent(p.key))
	case "if-value":
		b.conditions = append(b.conditions, host.IfValue(p.key, p.value()))
	case "if-revision":
		revision, err := strconv.ParseUint(*p.second, 10, 64)
		if err != nil || revision == 0 {
			return fmt.Errorf("%s is no revision, which is a whole number above 0", brief(*p.second))
		}
		b.conditions = append(b.conditions, host.IfRevision(p.key, journal.Index(revision)))
	}
	return nil
}

// parseTTL reads how long a key is to last; nothing is for ever.
func parseTTL(text *string) (time.Duration, error) {
	if text == nil {
		return 0, nil
	}
	ttl, err := time.ParseDuration(*text)
	if err != nil {
		return 0, fmt.Errorf("%s is no time, such as 30s or 12h", brief(*text))
	}
	if ttl < frame.TTLMin || ttl > frame.TTLMax {
		return 0, fmt.Errorf("a key can last between %s and %s, not %s",
			journal.Brief(frame.TTLMin), journal.Brief(frame.TTLMax), journal.Brief(ttl))
	}
	return ttl, nil
}

// wordsOf parts a line at its blanks, except in quotes.
func wordsOf(line string) ([]string, error) {
	var words []string
	for line != "" {
		one, rest, err := firstWord(line)
		if err != nil {
			return nil, err
		}
		if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
			return nil, fmt.Errorf("there must be a blank behind the quote before %.20q", rest)
		}
		words, line = append(words, one), strings.TrimLeft(rest, " \t")
	}
	return words, nil
}

func firstWord(line string) (one, rest string, err error) {
	switch line[0] {
	case '\'':
		one, rest, closed := strings.Cut(line[1:], "'")
		if !closed {
			return "", "", errors.New("a quote is not closed")
		}
		return one, rest, nil
	case '"':
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return "", "", errors.New("a quote is not closed, or holds an escape that Go does not know")
		}
		one, err := strconv.Unquote(quoted)
		return one, line[len(quoted):], err
	}
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		end = len(line)
	}
	return line[:end], line[end:], nil
}
