package journal

import (
	"errors"
	"fmt"
	"io"
)

// Reader reads the records of one file in order and checks them. It is not safe
// for concurrent use.
type Reader struct {
	file   File
	name   string
	head   Head
	size   int64
	offset int64  // of the next record
	next   uint64 // the number it must have
	told   uint64 // the highest Synced so far
	torn   int64  // bytes behind the newest record that are no zeros
	resume int64  // a good record behind damage; 0 for none

	buf   []byte // bytes of the file
	bufAt int64  // from here on
}

// readBytes is how much of a file is read at once.
const readBytes = 256 << 10

// NewReader reads the head of a file of a kind. Any damage of it is a
// [*DamageError], and a format from the future a [*VersionError].
func NewReader(file File, name string, kind FileKind) (*Reader, error) {
	size, err := file.Size()
	if err != nil {
		return nil, fmt.Errorf("size of %s: %w", name, err)
	}
	r := &Reader{file: file, name: name, size: size}
	b, err := r.bytes(0, int(min(size, headBytes)))
	if err != nil {
		return nil, err
	}
	r.head, err = parseHead(name, b, kind)
	if err != nil {
		return nil, err
	}
	r.offset, r.next, r.told = headBytes, r.head.First, r.head.First-1
	return r, nil
}

// Head returns the file's head.
func (r *Reader) Head() Head { return r.head }

// Expect returns the number that the next record must have.
func (r *Reader) Expect() uint64 { return r.next }

// Offset returns where the next record must begin.
func (r *Reader) Offset() int64 { return r.offset }

// Size returns the length of the file.
func (r *Reader) Size() int64 { return r.size }

// Torn returns, once Next has returned io.EOF, how many bytes stand behind the
// newest record: they were being written when the machine stopped.
func (r *Reader) Torn() int64 { return r.torn }

// Next returns the next record, whose payload is good until the next call. It
// returns io.EOF at the end. What can't be read is the end if no good record
// behind it tells that it was durable once: then it was being written when the
// machine stopped, and so was all behind it. Else it is a [*DamageError].
func (r *Reader) Next() (Record, error) {
	if r.offset >= r.size {
		return Record{}, io.EOF
	}
	record, err := r.record(r.offset)
	if err == nil && record.Number != r.next {
		err = fmt.Errorf("it is record %d", record.Number)
	}
	if err == nil {
		r.pass(record)
		return record, nil
	}
	if isIO(err) {
		return Record{}, err
	}
	durable, ioErr := r.survey()
	switch {
	case ioErr != nil:
		return Record{}, ioErr
	case durable:
		return Record{}, &DamageError{File: r.name, Offset: r.offset, Record: r.next, Err: err}
	}
	return Record{}, io.EOF
}

// Skip goes on behind damage, at the next good record. It reports false if
// there is none.
func (r *Reader) Skip() (Record, bool) {
	if r.resume == 0 {
		return Record{}, false
	}
	record, err := r.record(r.resume)
	r.resume = 0
	if err != nil {
		return Record{}, false
	}
	r.pass(record)
	return record, true
}

func (r *Reader) pass(record Record) {
	r.offset = record.Offset + int64(padded(recordBytes+len(record.Payload)))
	r.next = record.Number + 1
	r.told = max(r.told, record.Synced)
}

// survey looks for good records behind the place where none is. It reports
// whether one of them tells that what should be here was durable.
func (r *Reader) survey() (durable bool, err error) {
	r.resume, r.torn = 0, 0
	for at := r.offset; at < r.size; at += align {
		word, err := r.bytes(at, int(min(align, r.size-at)))
		if err != nil {
			return false, err
		}
		for _, b := range word {
			if b != 0 {
				r.torn = at + align - r.offset
			}
		}
		if at == r.offset {
			continue
		}
		record, err := r.record(at)
		if isIO(err) {
			return false, err
		}
		if err != nil || record.Number <= r.next {
			continue
		}
		if r.resume == 0 {
			r.resume = at
		}
		if record.Synced >= r.next {
			return true, nil
		}
	}
	r.torn = min(r.torn, r.size-r.offset)
	return false, nil
}

// record reads the record at an offset.
func (r *Reader) record(at int64) (Record, error) {
	if r.size-at < recordBytes {
		return Record{}, errShort
	}
	b, err := r.bytes(at, recordBytes)
	if err != nil {
		return Record{}, err
	}
	length, err := parseLength(b)
	if err != nil {
		return Record{}, err
	}
	if r.size-at < int64(recordBytes+length) {
		return Record{}, errShort
	}
	b, err = r.bytes(at, recordBytes+length)
	if err != nil {
		return Record{}, err
	}
	return parseRecord(b, r.head.Number, at)
}

// bytes returns n bytes from an offset on, which the file has. They are good
// until the next call.
func (r *Reader) bytes(at int64, n int) ([]byte, error) {
	if at < r.bufAt || at+int64(n) > r.bufAt+int64(len(r.buf)) {
		size := int(min(int64(max(n, readBytes)), r.size-at))
		if cap(r.buf) < size {
			r.buf = make([]byte, size)
		}
		r.buf, r.bufAt = r.buf[:size], at
		if got, err := r.file.ReadAt(r.buf, at); err != nil && (got < size || !errors.Is(err, io.EOF)) {
			r.buf = nil
			return nil, &readError{fmt.Errorf("read %s at byte %d: %w", r.name, at, err)}
		}
	}
	from := at - r.bufAt
	return r.buf[from : from+int64(n)], nil
}

// readError is a failure of the disk, which tells nothing of what is on it.
type readError struct{ error }

func (e *readError) Unwrap() error { return e.error }

func isIO(err error) bool {
	var failed *readError
	return errors.As(err, &failed)
}
