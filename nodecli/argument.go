package main

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/alecthomas/kong"
)

// asGiven takes an argument as the bytes it is. The parser's own way leads
// through JSON, which makes U+FFFD of each byte that is not UTF-8: different
// keys would become one.
func asGiven(c *kong.DecodeContext, target reflect.Value) error {
	token, err := c.Scan.PopValue("string")
	if err != nil {
		return err
	}
	if token.IsEOL() {
		return errors.New("a value is missing")
	}
	text, ok := token.Value.(string)
	if !ok {
		return fmt.Errorf("%v is no string", token.Value)
	}
	target.SetString(text)
	return nil
}
