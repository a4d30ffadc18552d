package host

import (
	"context"
	"iter"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Get reads one key. Where there is none the error is [ErrNoKey], and the Item
// still has the position of the state that was read.
func (s *Session) Get(ctx context.Context, key string, o ReadOptions) (Item, error) {
	if err := checkKey(key); err != nil {
		return Item{}, err
	}
	reply, err := s.read(ctx, o.From, frame.Read{Level: o.Level, Key: key, Exact: true, Limit: 1})
	if err != nil {
		return Item{}, err
	}
	item := Item{Position: reply.Position, Dirty: reply.Dirty}
	if len(reply.Items) == 0 {
		return item, ErrNoKey
	}
	item.Item = reply.Items[0]
	return item, nil
}

// Scan reads the keys under a prefix in the order of their bytes; the empty
// prefix is all keys. It asks for one page after the other: each page is of
// one moment, the whole is not if writes go on meanwhile. The first error ends
// the scan.
func (s *Session) Scan(ctx context.Context, prefix string, o ScanOptions) iter.Seq2[journal.Item, error] {
	return func(yield func(journal.Item, error) bool) {
		if err := checkPrefix(prefix); err != nil {
			yield(journal.Item{}, err)
			return
		}
		left, after := o.Limit, o.After
		for {
			reply, err := s.read(ctx, o.From, frame.Read{
				Level: o.Level, Key: prefix, After: after, Bare: o.Bare,
				Limit: uint32(min(max(left, 0), frame.ScanMaxItems)),
			})
			if err != nil {
				yield(journal.Item{}, err)
				return
			}
			for _, item := range reply.Items {
				after = item.Key
				if !yield(item, nil) {
					return
				}
				if left--; left == 0 {
					return
				}
			}
			if !reply.More || len(reply.Items) == 0 {
				return
			}
		}
	}
}

// read asks once.
func (s *Session) read(ctx context.Context, from journal.NodeID, request frame.Read) (frame.ReadReply, error) {
	answer, err := s.ask(ctx, from, request)
	if err != nil {
		return frame.ReadReply{}, err
	}
	reply, ok := answer.(frame.ReadReply)
	if !ok {
		return frame.ReadReply{}, unexpected(answer)
	}
	return reply, nil
}
