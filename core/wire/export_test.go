package wire

import "github.com/understudy-dev/understudy/core/frame"

// EncodeUnchecked writes what a peer that keeps no rules would send.
func EncodeUnchecked(head frame.Head, f frame.Frame) ([]byte, error) {
	return encode(head, KindOf(f), f), nil
}
