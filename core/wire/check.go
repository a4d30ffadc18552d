package wire

import (
	"unicode/utf8"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// first returns the first error there is.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// that returns an error where a rule does not hold.
func that(holds bool, key, text string) error {
	if holds {
		return nil
	}
	return &FormatError{Key: key, Text: text}
}

// each checks every item of a list.
func each[T any](items []T, check func(*T) error) error {
	for i := range items {
		if err := check(&items[i]); err != nil {
			return err
		}
	}
	return nil
}

// noRule is for frames of which every value makes sense.
func noRule[F frame.Frame](F) error { return nil }

// checkHead holds the envelope to the rules that need no payload: who may speak
// to whom, and under which epoch.
func checkHead(h frame.Head, kind Kind) error {
	if err := first(checkTo(h.To), checkEpoch("epoch", h.Epoch)); err != nil {
		return err
	}
	way := codecs[kind].way
	ofRelay := way == toRelay || way == fromRelay
	if err := that(ofRelay == (h.To.Group == frame.GroupRelay), "to", "group "+groupText(h.To.Group)+" for a frame of kind "+kind.String()); err != nil {
		return err
	}
	if err := that(h.From.IsZero() == (way == fromRelay), "from", "only the relay has no id, and only its frames carry none"); err != nil {
		return err
	}
	if way == betweenCopies {
		return checkMastership("epoch", h.Epoch)
	}
	return nil
}

func groupText(g frame.Group) string {
	switch g {
	case frame.GroupRelay:
		return "relay"
	case frame.GroupNodes:
		return "nodes"
	case frame.GroupCopies:
		return "copies"
	}
	return "unknown"
}

func checkTo(to frame.To) error {
	if err := atMost(nameNodes, frame.NodesPerRoomMax, len(to.Nodes)); err != nil {
		return err
	}
	return first(
		that(to.Group <= frame.GroupCopies, "to", "a group that is none"),
		that((to.Group == frame.GroupNodes) == (len(to.Nodes) > 0), "to", "nodes without the group for them, or the group without nodes"),
		checkIDs("to", to.Nodes),
	)
}

func checkID(key string, id journal.NodeID) error {
	return that(!id.IsZero(), key, "the zero id")
}

func checkIDs(key string, ids []journal.NodeID) error {
	if err := atMost(nameNodes, frame.NodesPerRoomMax, len(ids)); err != nil {
		return err
	}
	return each(ids, func(id *journal.NodeID) error { return checkID(key, *id) })
}

// checkEpoch accepts the zero epoch, and one without a master: nobody has it.
func checkEpoch(key string, e journal.Epoch) error {
	return that(e.Number > 0 || e.Master.IsZero(), key, "a master under epoch 0")
}

// checkMastership wants the epoch of a master.
func checkMastership(key string, e journal.Epoch) error {
	return that(e.Number > 0 && !e.Master.IsZero(), key, "not the epoch of a master")
}

// checkPosition accepts the zero position; any other is whole.
func checkPosition(key string, p journal.Position) error {
	if p.IsZero() {
		return nil
	}
	return checkEntryPosition(key, p)
}

// checkEntryPosition wants the position of an entry.
func checkEntryPosition(key string, p journal.Position) error {
	return first(checkMastership(key, p.Epoch), that(p.Index > 0, key, "index 0 in an epoch"))
}

func checkKey(name, k string) error {
	if err := atMost(nameKey, frame.KeyMaxBytes, len(k)); err != nil {
		return err
	}
	return that(k != "", name, "an empty key")
}

func checkPrefix(k string) error { return atMost(nameKey, frame.KeyMaxBytes, len(k)) }

func checkValue(v []byte) error { return atMost(nameValue, frame.ValueMaxBytes, len(v)) }

func checkList(length int) error { return atMost(nameList, ListMaxItems, length) }

func checkText(key, s string) error { return checkString(key, nameText, TextMaxBytes, s) }

func checkString(key, name string, limit int, s string) error {
	if err := atMost(name, limit, len(s)); err != nil {
		return err
	}
	return that(utf8.ValidString(s), key, "text that is not UTF-8")
}

func checkAck(a journal.Ack) error {
	return that(a >= journal.AckAll && a < frame.NodesPerRoomMax, "ack", "none of async, all or 1 to 999 replicas")
}

// checkAsked is checkAck of a request, which may leave it to the room.
func checkAsked(a journal.Ack) error {
	if a == journal.AckRoom {
		return nil
	}
	return checkAck(a)
}

func checkFailure(f *frame.Failure) error {
	if f == nil {
		return nil
	}
	return first(
		that(f.Code != frame.CodeOK && isCode(f.Code), "failure", "a code that is none of a failure"),
		checkText("failure", f.Text),
		checkPosition("failure", f.Position),
	)
}
