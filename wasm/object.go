//go:build js && wasm

package main

import (
	"syscall/js"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

// object is a JavaScript object that is being filled. The zero object is
// undefined. Each kind of value has a method of its own: a map of everything,
// made first and turned into an object after, is slow and takes more code than
// all else here.
type object struct{ js.Value }

var (
	objectClass = js.Global().Get("Object")
	arrayClass  = js.Global().Get("Array")
)

func newObject() object { return object{objectClass.New()} }

// typed begins a message of the given type.
func typed(kind string) object { return newObject().text("type", kind) }

func (o object) text(key, value string) object {
	o.Set(key, value)
	return o
}

func (o object) int(key string, value int) object {
	o.Set(key, value)
	return o
}

func (o object) flag(key string, value bool) object {
	o.Set(key, value)
	return o
}

// deadline puts when a key ends, in milliseconds since 1970, if it does.
func (o object) deadline(at journal.Instant) object {
	if at != 0 {
		o.Set("deadline", float64(at)/float64(time.Millisecond))
	}
	return o
}

// bytes puts a Uint8Array.
func (o object) bytes(key string, value []byte) object {
	array := uint8Array.New(len(value))
	js.CopyBytesToJS(array, value)
	o.Set(key, array)
	return o
}

func (o object) object(key string, value object) object {
	o.Set(key, value.Value)
	return o
}

// list puts an Array of n objects.
func (o object) list(key string, n int, each func(i int) object) object {
	array := arrayClass.New(n)
	for i := range n {
		array.SetIndex(i, each(i).Value)
	}
	o.Set(key, array)
	return o
}

// texts puts an Array of n strings.
func (o object) texts(key string, n int, each func(i int) string) object {
	array := arrayClass.New(n)
	for i := range n {
		array.SetIndex(i, each(i))
	}
	o.Set(key, array)
	return o
}
