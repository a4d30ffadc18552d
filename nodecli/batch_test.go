package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
)

func set(key, value string) frame.Op { return frame.Set{Key: key, Value: []byte(value)} }

func TestALineOfABatchIsAnOperation(t *testing.T) {
	for line, want := range map[string]frame.Op{
		`set k v`:                           set("k", "v"),
		"  set\tk  v \r":                    set("k", "v"),
		`set "two words" ''`:                set("two words", ""),
		`set k "a\n\x00\"b\""`:              set("k", "a\n\x00\"b\""),
		`set k 'a\n "b"'`:                   set("k", `a\n "b"`),
		`set k it's`:                        set("k", "it's"),
		`set k v 1m30s`:                     frame.Set{Key: "k", Value: []byte("v"), TTL: 90 * time.Second},
		`append k v`:                        frame.Append{Key: "k", Value: []byte("v")},
		`del k`:                             frame.Delete{Key: "k"},
		`incr k`:                            frame.Increment{Key: "k", By: 1},
		`incr k -5`:                         frame.Increment{Key: "k", By: -5},
		`expire k 1ms`:                      frame.Expire{Key: "k", TTL: time.Millisecond},
		`persist k`:                         frame.Expire{Key: "k"},
		"set k \xff":                        set("k", "\xff"),
		`{"op":"set","key":"k","value":""}`: set("k", ""),
		`{"op":"set","keyBase64":"/w==","valueBase64":"AA=="}`: set("\xff", "\x00"),
		`{"op":"set","key":"k","value":"v","ttl":"1h"}`:        frame.Set{Key: "k", Value: []byte("v"), TTL: time.Hour},
		`{"op":"incr","key":"k"}`:                              frame.Increment{Key: "k", By: 1},
		`{"op":"incr","key":"k","by":9223372036854775807}`:     frame.Increment{Key: "k", By: 9223372036854775807},
		`{"op":"expire","key":"k","ttl":"1s"}`:                 frame.Expire{Key: "k", TTL: time.Second},
	} {
		b, err := parseBatch([]byte(line))
		if err != nil || len(b.conditions) > 0 || len(b.ops) != 1 || !reflect.DeepEqual(b.ops[0], want) {
			t.Errorf("%s: %+v, %v", line, b, err)
		}
	}
}

func TestALineOfABatchIsACondition(t *testing.T) {
	for line, want := range map[string]frame.Condition{
		`if-absent k`:     host.IfAbsent("k"),
		`if-value k ''`:   host.IfValue("k", []byte{}),
		`if-revision k 7`: host.IfRevision("k", 7),
		`{"op":"if-revision","key":"k","revision":7}`: host.IfRevision("k", 7),
		`{"op":"if-value","key":"k","value":"v"}`:     host.IfValue("k", []byte("v")),
	} {
		b, err := parseBatch([]byte("# first\n\n" + line + "\nset k v\n"))
		if err != nil || len(b.ops) != 1 || len(b.conditions) != 1 || !reflect.DeepEqual(b.conditions[0], want) {
			t.Errorf("%s: %+v, %v", line, b, err)
		}
	}
}

func TestABadLineIsNamed(t *testing.T) {
	for line, want := range map[string]string{
		`put k v`:                `put is no operation and no condition`,
		`set k`:                  `it is set KEY VALUE [TTL]: 1 words follow set here`,
		`set k two words more`:   `it is set KEY VALUE [TTL]: 4 words follow set here`,
		`set k two words`:        `words is no time, such as 30s or 12h`,
		`set k v 0s`:             `a key can last between 1ms and 876000h, not 0s`,
		`set k v -1s`:            `a key can last between 1ms and 876000h, not -1s`,
		`set '' v`:               `the key is empty`,
		`set k 'v`:               `a quote is not closed`,
		`set k "v`:               `a quote is not closed, or holds an escape that Go does not know`,
		`set k "\q"`:             `a quote is not closed, or holds an escape that Go does not know`,
		`set k 'v'w`:             `there must be a blank behind the quote before "w"`,
		`incr k 1.5`:             `1.5 is no whole number of 64 bits`,
		`incr k ''`:              `"" is no whole number of 64 bits`,
		`set k v ''`:             `"" is no time, such as 30s or 12h`,
		`expire k`:               `it is expire KEY TTL: 1 words follow expire here`,
		`expire k ''`:            `"" is no time, such as 30s or 12h`,
		`if-revision k 0`:        `0 is no revision, which is a whole number above 0`,
		`{"op":"set","key":"k"}`: `set needs "value"`,
		`{"op":"put","key":"k"}`: `"op" is "put", no operation and no condition`,
		`{"op":"del"}`:           `"key" is missing`,
		`{"op":"del","key":"a","keyBase64":"YQ=="}`:    `both "key" and "keyBase64" are given`,
		`{"op":"del","key":"a","by":1}`:                `del takes no "by"`,
		`{"op":"del","key":"a"} x`:                     `something stands behind the JSON`,
		`{"op":"del","key":"a","color":1}`:             `this is no such JSON: json: unknown field "color"`,
		`{"op":"set","key":"a","valueBase64":"!"}`:     `"valueBase64": illegal base64 data at input byte 0`,
		`{"op":"set","key":"a","value":"","ttl":""}`:   `"" is no time, such as 30s or 12h`,
		`{"op":"if-revision","key":"a","revision":-1}`: `-1 is no revision, which is a whole number above 0`,
		`{"op":"incr","key":"a","by":1.5}`:             `1.5 is no whole number of 64 bits`,
	} {
		_, err := parseBatch([]byte("set a b\n" + line + "\nset c d"))
		got := fmt.Sprint(err)
		if got != "line 2: "+want {
			t.Errorf("%s: %s, wanted %s", line, got, want)
		}
	}
	for _, text := range []string{"", "\n# nothing\n", "if-absent k\n"} {
		if _, err := parseBatch([]byte(text)); err == nil || err.Error() != "there is no operation" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzABatchIsReadOrRefused(f *testing.F) {
	for _, line := range []string{`set k "v"`, `{"op":"set","key":"k","value":"v"}`, `set 'k' 'v' 1s`, "if-value a \"\\x00\"\ndel a"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := parseBatch([]byte(text))
		if (err == nil) != (len(b.ops) > 0) {
			t.Errorf("%d operations, %v", len(b.ops), err)
		}
		if most := strings.Count(text, "\n") + 1; len(b.ops)+len(b.conditions) > most {
			t.Errorf("%d operations and conditions on %d lines", len(b.ops)+len(b.conditions), most)
		}
	})
}
