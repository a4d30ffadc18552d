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
	reply, err := s.read(ctx, o, frame.Read{Key: key, Exact: true, Limit: 1})
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
			reply, err := s.read(ctx, o.ReadOptions, frame.Read{
				Key: prefix, After: after, Bare: o.Bare,
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

// read asks, and notes what the session has seen. At level session it first
// makes sure of what the session has seen in earlier masterships.
func (s *Session) read(ctx context.Context, o ReadOptions, request frame.Read) (frame.ReadReply, error) {
	if err := checkLevel(o); err != nil {
		return frame.ReadReply{}, err
	}
	request.Level = o.Level
	isBehind := false // the copy is to come to the newest of these before it is asked for others
	for {
		own, isLast := journal.Position{}, true
		if o.Level == frame.LevelSession {
			own, isLast = s.token.next(isBehind)
		}
		isOwn := !isLast || own.Compare(o.Least) > 0
		request.Least, request.Wait = o.Least, 0
		if isOwn {
			request.Least = own
		}
		if !request.Least.IsZero() {
			request.Wait = waitOf(ctx)
		}
		reply, err := s.readOnce(ctx, o.From, request)
		shared, isCut := cutAt(err)
		switch {
		case isCut && isOwn && !s.token.cut(own, shared):
			// Another read has told it: this one goes on with what is left.
		case err != nil:
			return frame.ReadReply{}, err
		case !isLast && isBehind:
			isBehind = false
		case !isLast:
			isBehind = !s.token.covered(own, reply.Position)
		default:
			s.token.note(reply.Position)
			return reply, nil
		}
	}
}

func checkLevel(o ReadOptions) error {
	if o.Level > frame.LevelSession {
		return invalid("level %d is none of a read", o.Level)
	}
	if !o.Least.IsZero() && (o.Least.Index == 0 || o.Least.Epoch.Master.IsZero()) {
		return invalid("a read of at least %v: a position needs its index and the master of its epoch", o.Least)
	}
	return nil
}

func (s *Session) readOnce(ctx context.Context, from journal.NodeID, request frame.Read) (frame.ReadReply, error) {
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
