package wire

import (
	"encoding/binary"
	"fmt"
	"reflect"
)

var textType = reflect.TypeFor[text]()

// appendItem writes what w points to in the deterministic encoding, behind dst.
// It writes no more of CBOR than our profile has: a library for all of it takes
// a quarter of what a tab downloads.
func appendItem(dst []byte, w any) []byte { return appendValue(dst, reflect.ValueOf(w).Elem()) }

func appendValue(dst []byte, v reflect.Value) []byte {
	switch v.Kind() { //nolint:exhaustive // messages hold no other kinds of value
	case reflect.Bool:
		if v.Bool() {
			return append(dst, majorSimple<<5|21)
		}
		return append(dst, majorSimple<<5|20)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n := v.Int(); n < 0 {
			return appendHead(dst, majorNeg, uint64(-1-n))
		}
		return appendHead(dst, majorUint, uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return appendHead(dst, majorUint, v.Uint())
	case reflect.String:
		major := byte(majorBytes)
		if v.Type() == textType {
			major = majorText
		}
		return append(appendHead(dst, major, uint64(v.Len())), v.String()...)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return append(appendHead(dst, majorBytes, uint64(v.Len())), v.Bytes()...)
		}
		dst = appendHead(dst, majorArray, uint64(v.Len()))
		for i := range v.Len() {
			dst = appendValue(dst, v.Index(i))
		}
		return dst
	case reflect.Pointer:
		return appendValue(dst, v.Elem())
	case reflect.Struct:
		return appendStruct(dst, v)
	}
	panic(fmt.Sprintf("wire: a %v has no encoding", v.Type()))
}

func appendStruct(dst []byte, v reflect.Value) []byte {
	l := layoutOf(v.Type())
	if l.isArray {
		fields := l.fields
		for len(fields) > l.required && isEmpty(v.Field(fields[len(fields)-1].index)) {
			fields = fields[:len(fields)-1]
		}
		dst = appendHead(dst, majorArray, uint64(len(fields)))
		for _, f := range fields {
			dst = appendValue(dst, v.Field(f.index))
		}
		return dst
	}
	n := 0
	for _, f := range l.fields {
		if f.always || !isEmpty(v.Field(f.index)) {
			n++
		}
	}
	dst = appendHead(dst, majorMap, uint64(n))
	for _, f := range l.fields {
		if value := v.Field(f.index); f.always || !isEmpty(value) {
			dst = appendValue(appendHead(dst, majorUint, f.key), value)
		}
	}
	return dst
}

// isEmpty reports whether a field may be left out: it is zero, or a list or
// string without anything in it.
func isEmpty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}

// appendHead writes the first byte of an item and its number, in as few bytes
// as it needs (RFC 8949, section 3).
func appendHead(dst []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(dst, major|byte(n))
	case n < 1<<8:
		return append(dst, major|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, major|25), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(dst, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|27), n)
}
