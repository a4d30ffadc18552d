package wire

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// layout says how the structs of one type stand in a message: as an array of
// all fields, or as a map from small numbers to those fields that are not zero.
type layout struct {
	isArray bool
	fields  []field // of a map, by rising key

	required int // how many of them an array has at least
}

type field struct {
	index  int    // in the struct
	key    uint64 // in the map
	name   string // in errors
	always bool   // written even if zero

	// optional fields stand last in an array, which ends before those of them
	// that are zero up to its end. So an array can grow without a new version.
	optional bool
}

var layouts sync.Map // reflect.Type -> *layout

func layoutOf(t reflect.Type) *layout {
	if known, ok := layouts.Load(t); ok {
		return known.(*layout)
	}
	made, _ := layouts.LoadOrStore(t, newLayout(t))
	return made.(*layout)
}

// newLayout reads the tags of a struct: `cbor:",toarray"` on a field without a
// name, or `cbor:"KEY,keyasint"` on each in the order of the keys, with
// omitempty or omitzero where a zero is left out. The tags are those of the
// usual Go library, but for `cbor:",optional"` in an array.
func newLayout(t reflect.Type) *layout {
	l := &layout{}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("cbor"), ",")
		if options == "toarray" {
			l.isArray = true
			continue
		}
		f := field{index: i, name: name, always: !strings.Contains(options, "omit"), optional: options == "optional"}
		if !l.isArray {
			key, err := strconv.ParseUint(name, 10, 64)
			if err != nil {
				panic("wire: " + t.String() + "." + t.Field(i).Name + " has no number as its key")
			}
			if n := len(l.fields); n > 0 && key <= l.fields[n-1].key {
				panic("wire: the keys of " + t.String() + " do not rise")
			}
			f.key = key
		}
		if f.optional && !l.isArray || !f.optional && l.required < len(l.fields) {
			panic("wire: " + t.String() + "." + t.Field(i).Name + ": optional fields are the last of an array")
		}
		l.fields = append(l.fields, f)
		if !f.optional {
			l.required = len(l.fields)
		}
	}
	return l
}
