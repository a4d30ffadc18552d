package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Orphan is a write that a failover rolled back, and who keeps it.
type Orphan struct {
	journal.Orphan
	Nodes []journal.NodeID // that keep it, of those that were asked; rising
}

// OrphanOptions say which orphans to list. The zero OrphanOptions list those
// that all present nodes keep and that are still to be resolved.
type OrphanOptions struct {
	Node journal.NodeID   // ask this node alone; zero: every node that is present
	At   journal.Position // only these; the epoch may be given by number alone. Zero: all
	All  bool             // superseded ones too: their write was applied by a retry
}

// ReplayOptions change one replay. The zero ReplayOptions replay where each key
// is as the orphan's writer met it, with the room's default ack.
type ReplayOptions struct {
	Force   bool // whatever stands there now
	Ack     Ack
	Degrade bool // as of [WriteOptions]
}

// Orphans lists the orphans that nodes keep, by position: one that several keep
// is listed once. It is answered by every node that is connected, also while the
// room has no master. A node that does not answer in time is named by the
// error, and what the others keep is listed all the same; for a single Node the
// error is its own.
func (s *Session) Orphans(ctx context.Context, o OrphanOptions) ([]Orphan, error) {
	if !o.Node.IsZero() {
		list, err := s.orphansOf(ctx, o.Node, o)
		return collapse([]journal.NodeID{o.Node}, [][]journal.Orphan{list}), err
	}
	status, err := s.Presence(ctx)
	if err != nil {
		return nil, err
	}
	lists, errs := make([][]journal.Orphan, len(status.Nodes)), make([]error, len(status.Nodes))
	nodes := make([]journal.NodeID, len(status.Nodes))
	asking, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	var all sync.WaitGroup
	for i, n := range status.Nodes {
		nodes[i] = n.Member.Node
		all.Go(func() {
			var err error
			if lists[i], err = s.orphansOf(asking, nodes[i], o); err != nil {
				errs[i] = fmt.Errorf("%v: %w", nodes[i], err)
			}
		})
	}
	all.Wait()
	return collapse(nodes, lists), errors.Join(errs...)
}

// orphansOf asks one node, page by page.
func (s *Session) orphansOf(ctx context.Context, node journal.NodeID, o OrphanOptions) ([]journal.Orphan, error) {
	var list []journal.Orphan
	request := frame.ListOrphans{Only: o.At, All: o.All}
	for {
		answer, err := s.ask(ctx, node, request)
		if err != nil {
			return list, err
		}
		page, ok := answer.(frame.OrphanList)
		if !ok {
			return list, unexpected(answer)
		}
		list = append(list, page.Orphans...)
		if !page.More || len(page.Orphans) == 0 {
			return list, nil
		}
		request.After = list[len(list)-1].Entry.Position
	}
}

// collapse makes one list of those of several nodes. What one of them knows of
// an orphan holds for all.
func collapse(nodes []journal.NodeID, lists [][]journal.Orphan) []Orphan {
	var merged []Orphan
	for i, list := range lists {
		for _, o := range list {
			at, found := slices.BinarySearchFunc(merged, o.Entry.Position, func(m Orphan, p journal.Position) int {
				return m.Entry.Position.Compare(p)
			})
			if !found {
				merged = slices.Insert(merged, at, Orphan{Orphan: o})
			}
			m := &merged[at]
			m.Nodes = append(m.Nodes, nodes[i])
			m.Acked, m.Superseded = m.Acked || o.Acked, m.Superseded || o.Superseded
			if o.HasBefore && !m.HasBefore {
				m.Before, m.HasBefore = o.Before, true
			}
		}
	}
	return merged
}

// Replay makes the changes of an orphan again, as a new write. It does so once:
// where the orphan was replayed before, by anybody, the receipt is that replay's.
// [ErrConflict] says why it was not made: a key has changed since (the text has
// both values), the orphan was discarded, or its write was applied by a retry.
// With any other error than [ErrOutcomeUnknown] nothing was written either, and
// after that one asking again is safe.
func (s *Session) Replay(ctx context.Context, orphan journal.Orphan, o ReplayOptions) (Receipt, error) {
	write, failure := core.Replay(orphan, o.Force)
	if failure != nil {
		return Receipt{}, failure
	}
	write.Ack, write.Degrade = o.Ack.onWire(), o.Degrade
	written, err := s.resolve(ctx, write)
	if err != nil {
		return Receipt{}, err
	}
	if len(written.Results) == 1 && len(write.Ops) > 1 {
		return written.Receipt, resolvedAlready("discarded", orphan, written.Receipt)
	}
	return written.Receipt, nil
}

// Discard ends an orphan without making its changes: no node lists it any more,
// nor does one that comes back with it. It is done when every in-sync node has
// it, and may be asked again. [ErrConflict] says that it was replayed before.
func (s *Session) Discard(ctx context.Context, orphan journal.Orphan) error {
	write := core.Discard(orphan)
	write.Ack = journal.AckAll
	written, err := s.resolve(ctx, write)
	if err == nil && len(written.Results) > 1 {
		return resolvedAlready("replayed", orphan, written.Receipt)
	}
	return err
}

func (s *Session) resolve(ctx context.Context, write frame.Write) (frame.Written, error) {
	write.Wait = waitOf(ctx)
	answer, err := s.ask(ctx, journal.NodeID{}, write)
	if err != nil {
		return frame.Written{}, err
	}
	written, ok := answer.(frame.Written)
	if !ok {
		return frame.Written{}, unexpected(answer)
	}
	return written, nil
}

func resolvedAlready(how string, o journal.Orphan, r Receipt) error {
	return &frame.Failure{
		Code: frame.CodeConflict,
		Text: fmt.Sprintf("orphan %v was %s before, at %v", o.Entry.Position, how, r.Position),
	}
}
