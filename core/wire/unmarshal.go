package wire

import (
	"math"
	"reflect"
)

// read decodes one whole CBOR item into what w points to, which is zero. The
// item is checked against our profile first: what follows relies on it.
func read(item []byte, w any) error {
	if err := checkProfile(item); err != nil {
		return err
	}
	p := profile{rest: item}
	return p.value(reflect.ValueOf(w).Elem(), "")
}

// value reads the next item into v, which the field called name of a message.
// An item whose type is another one than the field's is refused.
func (p *profile) value(v reflect.Value, name string) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return p.value(v.Elem(), name)
	}
	major, n, err := p.head()
	if err != nil {
		return err
	}
	switch v.Kind() { //nolint:exhaustive // messages hold no other kinds of value
	case reflect.Bool:
		if major == majorSimple {
			v.SetBool(n == 21)
			return nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if i, ok := signed(major, n); ok && !v.OverflowInt(i) {
			v.SetInt(i)
			return nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if major == majorUint && !v.OverflowUint(n) {
			v.SetUint(n)
			return nil
		}
	case reflect.String:
		if (major == majorText) == (v.Type() == textType) && (major == majorText || major == majorBytes) {
			v.SetString(string(p.take(n)))
			return nil
		}
	case reflect.Array:
		return p.id(v, major, n, name)
	case reflect.Slice:
		return p.slice(v, major, n, name)
	case reflect.Struct:
		return p.object(v, major, n, name)
	}
	return misplaced(name, major)
}

// take returns the bytes of a string whose head has been read.
func (p *profile) take(n uint64) []byte {
	taken := p.rest[:n:n]
	p.rest = p.rest[n:]
	return taken
}

func signed(major byte, n uint64) (int64, bool) {
	if n > math.MaxInt64 {
		return 0, false
	}
	switch major {
	case majorUint:
		return int64(n), true
	case majorNeg:
		return -1 - int64(n), true
	}
	return 0, false
}

func (p *profile) id(v reflect.Value, major byte, n uint64, name string) error {
	if major != majorBytes {
		return misplaced(name, major)
	}
	if n != uint64(v.Len()) {
		return wrong(name, "an id of %d bytes, not %d", n, v.Len())
	}
	copy(v.Bytes(), p.take(n))
	return nil
}

func (p *profile) slice(v reflect.Value, major byte, n uint64, name string) error {
	isBytes := v.Type().Elem().Kind() == reflect.Uint8
	switch {
	case isBytes && major == majorBytes:
		v.SetBytes(p.take(n))
		return nil
	case isBytes || major != majorArray:
		return misplaced(name, major)
	}
	v.Set(reflect.MakeSlice(v.Type(), int(n), int(n)))
	for i := range int(n) {
		if err := p.value(v.Index(i), name); err != nil {
			return err
		}
	}
	return nil
}

func (p *profile) object(v reflect.Value, major byte, n uint64, name string) error {
	l := layoutOf(v.Type())
	if l.isArray {
		return p.tuple(v, l, major, n, name)
	}
	if major != majorMap {
		return misplaced(name, major)
	}
	fields := l.fields
	for range n {
		_, key, err := p.head()
		if err != nil {
			return err
		}
		for len(fields) > 0 && fields[0].key < key { // both rise
			fields = fields[1:]
		}
		if len(fields) > 0 && fields[0].key == key {
			err = p.value(v.Field(fields[0].index), fields[0].name)
		} else {
			err = p.skip()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *profile) tuple(v reflect.Value, l *layout, major byte, n uint64, name string) error {
	if major != majorArray {
		return misplaced(name, major)
	}
	if n < uint64(l.required) || n > uint64(len(l.fields)) {
		return wrong(name, "an array of %d in place of one of %d", n, len(l.fields))
	}
	for _, f := range l.fields[:n] {
		if err := p.value(v.Field(f.index), name); err != nil {
			return err
		}
	}
	return nil
}

// skip passes over an item under a key that this version does not know.
func (p *profile) skip() error {
	major, n, err := p.head()
	if err != nil {
		return err
	}
	switch major {
	case majorBytes, majorText:
		p.take(n)
	case majorMap:
		n *= 2
		fallthrough
	case majorArray:
		for range n {
			if err := p.skip(); err != nil {
				return err
			}
		}
	}
	return nil
}

func misplaced(name string, major byte) error {
	return wrong(name, "a CBOR %s that does not belong there", majorNames[major])
}

var majorNames = [...]string{
	majorUint: "positive integer", majorNeg: "negative integer", majorBytes: "byte string", majorText: "UTF-8 text string",
	majorArray: "array", majorMap: "map", majorTag: "tag", majorSimple: "primitives",
}
