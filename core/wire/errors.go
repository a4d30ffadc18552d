package wire

import (
	"fmt"
	"strconv"
)

// LimitError says that a message, or something in it, is over a limit.
type LimitError struct {
	Name  string // what is limited, as people say it: "key bytes"
	Limit int
	Got   int
}

// Error names the limit and both numbers.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%s: %d, the limit is %d", e.Name, e.Got, e.Limit)
}

// FormatError says what is wrong with a message, or with a frame that was to
// become one.
type FormatError struct {
	Kind Kind   // 0 where the envelope itself is wrong
	Key  string // the field, by its name in the protocol's tables or its key; "" for the whole
	Text string // what is wrong, with the numbers
}

// Error names kind and field, then what is wrong.
func (e *FormatError) Error() string {
	where := "envelope"
	if e.Kind != 0 {
		where = e.Kind.String()
	}
	if e.Key != "" {
		where += ": " + e.Key
	}
	return where + ": " + e.Text
}

// UnknownKindError says that a message is of a kind this version does not know.
// Receivers count and drop it; the connection goes on.
type UnknownKindError struct{ Kind Kind }

// Error names the number.
func (e *UnknownKindError) Error() string {
	return "frames of kind " + strconv.Itoa(int(e.Kind)) + " are not known here"
}

// atMost returns a LimitError where got is over the limit.
func atMost(name string, limit, got int) error {
	if got > limit {
		return &LimitError{Name: name, Limit: limit, Got: got}
	}
	return nil
}

// wrong returns a FormatError without its kind, which the caller of a check
// fills in.
func wrong(key, format string, args ...any) error {
	return &FormatError{Key: key, Text: fmt.Sprintf(format, args...)}
}
