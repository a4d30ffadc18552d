package wire

import (
	"errors"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// encoding is the library's deterministic encoding. Go strings become byte
// strings, because keys are any bytes; what is text has the type [text].
var encoding = must(cbor.EncOptions{
	Sort:          cbor.SortCoreDeterministic,
	IndefLength:   cbor.IndefLengthForbidden,
	TagsMd:        cbor.TagsForbidden,
	NilContainers: cbor.NilContainerAsEmpty,
	OmitEmpty:     cbor.OmitEmptyGoValue,
	String:        cbor.StringToByteString,
}.UserBufferEncMode())

var decoding = must(cbor.DecOptions{
	DupMapKey:        cbor.DupMapKeyEnforcedAPF,
	IndefLength:      cbor.IndefLengthForbidden,
	TagsMd:           cbor.TagsForbidden,
	MaxNestedLevels:  NestingMax,
	MaxArrayElements: ListMaxItems,
	MaxMapPairs:      ListMaxItems,
}.DecMode())

// textEncoding writes the few strings that are text.
var textEncoding = must(cbor.EncOptions{}.EncMode())

// must is for options that are constant: they are right or no test passes.
func must[T any](mode T, err error) T {
	if err != nil {
		panic(err)
	}
	return mode
}

// read decodes one whole CBOR item into w. The item is checked against our
// profile first, of which the library enforces a part only.
func read(item []byte, w any) error {
	if err := checkProfile(item); err != nil {
		return err
	}
	err := decoding.Unmarshal(item, w)
	if err == nil {
		return nil
	}
	if kind, ok := errors.AsType[*cbor.UnmarshalTypeError](err); ok {
		key := kind.StructFieldName[strings.LastIndexByte(kind.StructFieldName, '.')+1:]
		return wrong(key, "a CBOR %s that does not belong there", kind.CBORType)
	}
	if own, ok := errors.AsType[*FormatError](err); ok {
		return own
	}
	return wrong("", "%s", strings.TrimPrefix(err.Error(), "cbor: "))
}
