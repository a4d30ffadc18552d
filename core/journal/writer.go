package journal

import "fmt"

// Writer appends records to one file. It is not safe for concurrent use. After
// an error it writes no more: nobody knows what of the last records is there.
type Writer struct {
	file   File
	name   string
	head   Head
	end    int64  // where the next flush writes
	next   uint64 // the number of the next record
	synced uint64 // all records up to that one are durable
	told   uint64 // the highest Synced of a record written
	buf    []byte // records that are not written yet
	ahead  int64  // zeros to write ahead; see NewWriter
	zeroed int64  // there are zeros from end up to here
	failed error
}

// NewWriter begins a file that is empty. Records before h.First count as
// durable. With ahead, that many bytes of zeros are written where the file
// grows, so that later syncs need not wait for its new length.
func NewWriter(file File, name string, h Head, ahead int64) *Writer {
	h.Version = FormatVersion
	return &Writer{
		file: file, name: name, head: h, next: h.First, synced: h.First - 1, told: h.First - 1,
		buf: appendHead(nil, h), ahead: ahead,
	}
}

// Resume goes on behind the record before next, which ends at an offset: in a
// file where nothing follows but zeros. All of it counts as durable.
func Resume(file File, name string, h Head, end int64, next uint64, ahead int64) *Writer {
	return &Writer{file: file, name: name, head: h, end: end, next: next, synced: next - 1, ahead: ahead, zeroed: end}
}

// Move goes on in another file handle, where the same bytes are: a file has to
// be closed to be given its name.
func (w *Writer) Move(file File, name string, ahead int64) {
	w.file, w.name, w.ahead = file, name, ahead
}

// Name returns the file's name.
func (w *Writer) Name() string { return w.name }

// Number returns the file's number.
func (w *Writer) Number() uint64 { return w.head.Number }

// Next returns the number of the next record.
func (w *Writer) Next() uint64 { return w.next }

// Synced returns the number of the newest record that is known to be durable.
func (w *Writer) Synced() uint64 { return w.synced }

// Size returns how long the file is with everything that was added.
func (w *Writer) Size() int64 { return w.end + int64(len(w.buf)) }

// Waiting returns how many bytes were added and not written yet.
func (w *Writer) Waiting() int { return len(w.buf) }

// IsTold reports whether the file itself says that all of it is durable: else a
// damaged last record looks like one that was being written.
func (w *Writer) IsTold() bool { return w.told == w.synced || w.synced+1 != w.next }

// Add appends a record whose payload is what write appends to its argument. It
// is written with the next Flush or Sync, which fail if it is larger than a
// record may be.
func (w *Writer) Add(kind byte, write func(dst []byte) []byte) {
	offset := w.Size()
	from := len(w.buf)
	w.buf = append(w.buf, make([]byte, recordBytes)...)
	w.buf = write(w.buf)
	if n := len(w.buf) - from - recordBytes; n > RecordMaxBytes && w.failed == nil {
		w.failed = fmt.Errorf("a record of %d bytes for %s, of at most %d", n, w.name, RecordMaxBytes)
	}
	putRecord(w.buf[from:], w.head.Number, offset, Record{Number: w.next, Synced: w.synced, Kind: kind})
	if pad := padded(len(w.buf)) - len(w.buf); pad > 0 {
		w.buf = append(w.buf, make([]byte, pad)...)
	}
	w.next++
	w.told = w.synced
}

// Flush writes what was added, in one piece.
func (w *Writer) Flush() error {
	if w.failed != nil || len(w.buf) == 0 {
		return w.failed
	}
	_, err := w.file.WriteAt(w.buf, w.end)
	if err != nil {
		return w.fail("write", err)
	}
	written := int64(len(w.buf))
	w.end += written
	w.buf = w.buf[:0]
	if cap(w.buf) > bufferKeepBytes {
		w.buf = nil
	}
	if w.ahead > 0 && w.end > w.zeroed {
		zeros := w.ahead
		if written > zeros/aheadWrites {
			zeros /= aheadLess
		}
		if _, err := w.file.WriteAt(make([]byte, zeros), w.end); err != nil {
			return w.fail("write ahead", err)
		}
		w.zeroed = w.end + zeros
	}
	return nil
}

// Zeros written ahead cost the write that comes upon their end. They are for
// aheadWrites writes at least, so that one in so many is slow; where writes are
// too large for that there are less, so that none is.
const (
	aheadWrites = 256
	aheadLess   = 8
)

// bufferKeepBytes is how large a buffer may be that is used again.
const bufferKeepBytes = 4 << 20

// Sync writes what was added and returns when all of the file is durable.
func (w *Writer) Sync() error {
	if err := w.Flush(); err != nil {
		return err
	}
	if w.synced+1 == w.next {
		return nil
	}
	if err := w.file.Sync(); err != nil {
		return w.fail("sync", &SyncError{Err: err})
	}
	w.synced = w.next - 1
	return nil
}

// Close closes the file and writes nothing.
func (w *Writer) Close() error {
	err := w.file.Close()
	if err != nil {
		return fmt.Errorf("close %s: %w", w.name, err)
	}
	return nil
}

func (w *Writer) fail(doing string, err error) error {
	w.failed = fmt.Errorf("%s %s: %w", doing, w.name, err)
	return w.failed
}
