package wire

import "github.com/understudy-dev/understudy/core/frame"

// way says between whom a kind of frame goes.
type way uint8

const (
	toRelay way = iota
	fromRelay
	betweenCopies // under a mastership, which the envelope names
	betweenPeers
)

// codec is what is known of one kind.
type codec struct {
	name   string
	way    way
	pack   func(frame.Frame) any // the struct that is encoded
	unpack func(payload []byte) (frame.Frame, error)
	check  func(frame.Frame) error
}

// of makes the codec of frame type F, which travels as W. Errors of open and
// check need no kind.
func of[F frame.Frame, W any](name string, way way, pack func(F) W, open func(W) (F, error), check func(F) error) codec {
	return codec{
		name: name,
		way:  way,
		pack: func(f frame.Frame) any {
			w := pack(f.(F))
			return &w
		},
		unpack: func(payload []byte) (frame.Frame, error) {
			var w W
			if err := read(payload, &w); err != nil {
				return nil, err
			}
			return open(w)
		},
		check: func(f frame.Frame) error { return check(f.(F)) },
	}
}
