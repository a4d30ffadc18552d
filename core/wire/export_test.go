package wire

import "github.com/understudy-dev/understudy/core/frame"

// EncodeUnchecked writes what a peer that keeps no rules would send.
func EncodeUnchecked(head frame.Head, f frame.Frame) ([]byte, error) {
	return encode(head, KindOf(f), f), nil
}

// ForRelay reports whether frames of this kind go to the relay itself.
func (k Kind) ForRelay() bool { return k.isKnown() && codecs[k].way == toRelay }

// FromRelay reports whether only the relay sends frames of this kind.
func (k Kind) FromRelay() bool { return k.isKnown() && codecs[k].way == fromRelay }
