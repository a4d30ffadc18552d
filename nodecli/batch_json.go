package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// batchLineJSON is a line of a batch in JSON. What a line does not say is nil.
type batchLineJSON struct {
	Op          string
	Key         *string
	KeyBase64   *string
	Value       *string
	ValueBase64 *string
	By          *json.Number
	Revision    *json.Number
	TTL         *string
}

// addJSON adds what a line of JSON asks for.
func (b *batch) addJSON(line string) error {
	var l batchLineJSON
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return fmt.Errorf("this is no such JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind the JSON")
	}
	if _, known := usages[l.Op]; !known {
		return fmt.Errorf(`"op" is %q, no operation and no condition`, l.Op)
	}
	key, err := oneOf("key", l.Key, l.KeyBase64)
	if err != nil {
		return err
	}
	part := batchPart{name: l.Op, key: *key}
	fields, err := l.fields()
	if err != nil {
		return err
	}
	for name, text := range fields {
		if !jsonTakes(l.Op, name) {
			return fmt.Errorf("%s takes no %q", l.Op, name)
		}
		if name == "ttl" {
			part.ttl = text
		} else {
			part.second = text
		}
	}
	if needs := jsonNeeds[l.Op]; needs != "" && fields[needs] == nil {
		return fmt.Errorf("%s needs %q", l.Op, needs)
	}
	return b.addPart(part)
}

// fields returns what a line has besides operation and key.
func (l *batchLineJSON) fields() (map[string]*string, error) {
	fields := map[string]*string{}
	if l.Value != nil || l.ValueBase64 != nil {
		value, err := oneOf("value", l.Value, l.ValueBase64)
		if err != nil {
			return nil, err
		}
		fields["value"] = value
	}
	for name, number := range map[string]*json.Number{"by": l.By, "revision": l.Revision} {
		if number != nil {
			text := number.String()
			fields[name] = &text
		}
	}
	if l.TTL != nil {
		fields["ttl"] = l.TTL
	}
	return fields, nil
}

// jsonNeeds is the field that an operation or condition can't do without.
var jsonNeeds = map[string]string{
	"set": "value", "append": "value", "expire": "ttl", "if-value": "value", "if-revision": "revision",
}

func jsonTakes(op, field string) bool {
	return jsonNeeds[op] == field || op == "set" && field == "ttl" || op == "incr" && field == "by"
}

// oneOf returns the bytes that are given as text or as base64.
func oneOf(name string, text, encoded *string) (*string, error) {
	switch {
	case text != nil && encoded != nil:
		return nil, fmt.Errorf("both %q and %q are given", name, name+"Base64")
	case text != nil:
		return text, nil
	case encoded == nil:
		return nil, fmt.Errorf("%q is missing", name)
	}
	raw, err := base64.StdEncoding.DecodeString(*encoded)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name+"Base64", err)
	}
	bytes := string(raw)
	return &bytes, nil
}
