package wire

import (
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// checkEntries says whether entries follow prev and each other.
func checkEntries(prev journal.Position, entries []journal.Entry) error {
	if err := first(checkPosition("prev", prev), checkList(len(entries))); err != nil {
		return err
	}
	beyond := 0
	for i := range entries {
		e := &entries[i]
		if e.Position.Index != prev.Index+1 || e.Position.Epoch.Compare(prev.Epoch) < 0 {
			return wrong("entries", "%s does not follow %s", e.Position, prev)
		}
		if i > 0 && e.Time < entries[i-1].Time {
			return wrong("entries", "the time of %s is before that of %s", e.Position, prev)
		}
		if err := checkEntry(e); err != nil {
			return err
		}
		if i > 0 {
			beyond += e.SizeBytes()
		}
		prev = e.Position
	}
	return atMost(nameReplicate, frame.ReplicateMaxBytes, beyond)
}

func checkEntry(e *journal.Entry) error {
	if err := checkMastership("entries", e.Position.Epoch); err != nil {
		return err
	}
	if err := first(checkAck(e.Ack), checkOrigin(e.Origin, true)); err != nil {
		return err
	}
	if err := atMost(nameOps, frame.EntryMaxChanges, max(len(e.Changes), len(e.Results))); err != nil {
		return err
	}
	for i := range e.Changes {
		c := &e.Changes[i]
		if err := checkChange("entries", c.Key, c.Value, c.Deleted); err != nil {
			return err
		}
		if c.Deadline < 0 || c.Deleted && c.Deadline != 0 {
			return wrong("entries", "a deadline below 0, or of a deleted key")
		}
	}
	return nil
}

func checkChange(name, key string, value []byte, deleted bool) error {
	if err := checkKey(name, key); err != nil {
		return err
	}
	if err := checkValue(value); err != nil {
		return err
	}
	return that(!deleted || len(value) == 0, name, "a deleted key with a value")
}

// checkOrigin wants a write's name: without a client, where nobody may stand
// for the master itself, there is no number either.
func checkOrigin(o journal.Origin, mayBeNobody bool) error {
	if o.Client.IsZero() {
		own := o == journal.Origin{} || o == journal.Origin{Seq: journal.ExpirySeq}
		return that(mayBeNobody && own, "origin", "the zero client with a number of nobody, or where there must be one")
	}
	return that(o.Seq > 0 && o.Floor <= o.Seq, "origin", "seq 0, or a floor above seq")
}

// checkHistory says whether a journal with this history may end at last.
func checkHistory(h journal.History, last journal.Position) error {
	if err := first(checkPosition("last", last), checkList(len(h))); err != nil {
		return err
	}
	for i := range h {
		if err := checkMastership("history", h[i].Epoch); err != nil {
			return err
		}
		if i > 0 && (h[i].Epoch.Compare(h[i-1].Epoch) <= 0 || h[i].First <= h[i-1].First) {
			return wrong("history", "epoch %s from %d follows epoch %s from %d", h[i].Epoch, h[i].First, h[i-1].Epoch, h[i-1].First)
		}
	}
	if len(h) == 0 {
		return that(last.IsZero(), "history", "empty, but the journal is not")
	}
	end := h[len(h)-1]
	return first(
		that(h[0].First > 0, "history", "an epoch from index 0"),
		that(end.Epoch == last.Epoch && end.First <= last.Index, "history", "does not end in the epoch of the last entry"),
	)
}

func checkSealed(f frame.Sealed) error {
	return first(that(f.Incarnation > 0, "incarnation", "incarnation 0"), checkHistory(f.History, f.Last))
}

func checkBehind(f frame.Behind) error { return checkSealed(frame.Sealed(f)) }

func checkFetch(f frame.Fetch) error { return checkPosition("after", f.After) }

func checkSupply(f frame.Supply) error {
	return first(
		checkEntries(f.Prev, f.Entries),
		checkPosition("last", f.Last),
		that(!f.Refused || len(f.Entries) == 0, "refused", "refused, but with entries"),
	)
}

func checkDiffers(f frame.Differs) error {
	return first(checkAcked(f.Incarnation, "at", f.At), that(!f.At.IsZero(), "at", "no position"))
}

func checkElect(f frame.Elect) error {
	return first(
		that(f.Number > 0, "number", "epoch 0"),
		that(f.Kind >= frame.ElectCall && f.Kind <= frame.ElectDeny, "kind", "a kind that is none"),
		checkID("node", f.Node),
		checkPosition("last", f.Last),
	)
}

func checkReplicate(f frame.Replicate) error { return checkEntries(f.Prev, f.Entries) }

func checkAcked(incarnation journal.Incarnation, key string, p journal.Position) error {
	return first(that(incarnation > 0, "incarnation", "incarnation 0"), checkPosition(key, p))
}

func checkAcks(f frame.Ack) error { return checkAcked(f.Incarnation, "match", f.Match) }

func checkChunkAck(f frame.ChunkAck) error {
	return first(checkAcked(f.Incarnation, "at", f.At), that(!f.At.IsZero(), "at", "no position"))
}

func checkChunk(f frame.Chunk) error {
	if err := first(checkEntryPosition("at", f.At), checkList(len(f.Items)), checkItems(f.Items)); err != nil {
		return err
	}
	if err := atMost(nameChunk, frame.ChunkMaxBytes, beyondFirstBytes(f.Items)); err != nil {
		return err
	}
	if err := atMost(nameClients, frame.DedupeMaxClients, len(f.Clients)); err != nil {
		return err
	}
	if err := each(f.Clients, checkClient); err != nil {
		return err
	}
	if f.Done {
		return checkHistory(f.History, f.At)
	}
	early := f.Time != 0 || f.Hash != 0 || f.Evicted != 0 || len(f.History) > 0 || f.Commit != 0
	return that(!early, "done", "what comes with the last part only")
}

// beyondFirstBytes counts the keys and values behind the first item, which may
// be as big as one can be.
func beyondFirstBytes(items []journal.Item) int {
	size := 0
	for i := 1; i < len(items); i++ {
		size += len(items[i].Key) + len(items[i].Value)
	}
	return size
}

func checkItems(items []journal.Item) error {
	for i := range items {
		item := &items[i]
		if err := checkChange("items", item.Key, item.Value, false); err != nil {
			return err
		}
		if i > 0 && item.Key <= items[i-1].Key {
			return wrong("items", "key %.40q behind %.40q", item.Key, items[i-1].Key)
		}
		if item.Deadline < 0 {
			return wrong("items", "key %.40q has a deadline below 0", item.Key)
		}
		if item.Revision == 0 {
			return wrong("items", "key %.40q of revision 0", item.Key)
		}
	}
	return nil
}

func checkClient(c *journal.ClientRecord) error {
	if err := first(checkList(len(c.Done)), checkList(len(c.Kept))); err != nil {
		return err
	}
	if c.Client.IsZero() || c.Last == 0 {
		return wrong("clients", "the zero client, or one without an entry")
	}
	for i, s := range c.Done {
		if s.From == 0 || s.To < s.From || (i > 0 && s.From <= c.Done[i-1].To) {
			return wrong("clients", "a span from %d to %d that is none, or not behind the one before", s.From, s.To)
		}
	}
	for i := range c.Kept {
		k := &c.Kept[i]
		if k.Seq == 0 || (i > 0 && k.Seq <= c.Kept[i-1].Seq) {
			return wrong("clients", "the kept answers are not in the order of seq")
		}
		if err := first(checkEntryPosition("clients", k.Position), atMost(nameOps, frame.EntryMaxChanges, len(k.Results))); err != nil {
			return err
		}
	}
	return nil
}
