//go:build !windows

package crashtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// faultsMax is how many faults are shown: where one is there are thousands.
const faultsMax = 20

// fault fails the test.
func (a *account) fault(t *testing.T, format string, args ...any) {
	t.Helper()
	if a.faults++; a.faults <= faultsMax {
		t.Errorf(format, args...)
		return
	}
	t.Fail()
}

// judge holds every write against the history and the orphan records, and both
// against the writes.
func (a *account) judge(t *testing.T) {
	t.Helper()
	writes, cut := map[string]write{}, map[string][]journal.Orphan{}
	for _, o := range a.orphans {
		for _, c := range o.Entry.Changes {
			if strings.HasPrefix(c.Key, ballastPrefix) {
				continue
			}
			cut[c.Key] = append(cut[c.Key], o)
		}
	}
	for _, w := range a.writes {
		writes[w.key] = w
		a.judgeOne(t, w, cut[w.key])
	}
	for key, item := range a.state {
		if strings.HasPrefix(key, ballastPrefix) {
			continue
		}
		if w, made := writes[key]; !made || string(item.Value) != w.key {
			a.fault(t, "%s has value %q, which nobody has written", key, item.Value)
		}
	}
	for key, records := range cut {
		for _, o := range records {
			a.judgeRecord(t, writes, key, o)
		}
	}
}

func (a *account) judgeOne(t *testing.T, w write, cut []journal.Orphan) {
	t.Helper()
	item, kept := a.state[w.key]
	// A retry may have been applied where the first try was cut: nothing was lost.
	orphaned := slices.ContainsFunc(cut, func(o journal.Orphan) bool { return !o.Superseded })
	if kept && orphaned {
		a.fault(t, "%v is kept, and an orphan: %v", w, records(cut))
	}
	switch w.outcome {
	case acked:
		a.judgeAcked(t, w, item, kept, cut)
	case unknown:
		switch {
		case kept:
			a.unknownKept++
		case orphaned:
			a.unknownOrphaned++
		default:
			a.unknownNowhere++
		}
	case refused:
		if kept || len(cut) > 0 {
			a.fault(t, "%v, but is at %v and an orphan: %v", w, item.Revision, records(cut))
		}
	}
}

func (a *account) judgeAcked(t *testing.T, w write, item journal.Item, kept bool, cut []journal.Orphan) {
	t.Helper()
	at := w.receipt.Position
	record, recorded := a.orphans[at]
	switch verdict := a.verdicts[w.key]; {
	case kept && verdict == frame.VerdictKept && item.Revision == at.Index && !recorded:
		a.kept++
	case !kept && verdict == frame.VerdictOrphaned && recorded && !record.Superseded && w.ack != host.AckAll:
		a.orphaned++
	case kept || recorded:
		a.fault(t, "%v: %v, in the history %t (revision %d), an orphan: %v", w, verdict, kept, item.Revision, records(cut))
	default:
		a.lost++
		a.fault(t, "LOST: %v: %v, and neither in the history nor an orphan", w, verdict)
	}
}

// records says what people need of orphan records.
func records(cut []journal.Orphan) string {
	var text strings.Builder
	for _, o := range cut {
		fmt.Fprintf(&text, "[%v final=%t superseded=%t]", o.Entry.Position, o.Final, o.Superseded)
	}
	return text.String()
}

// judgeRecord holds one orphan record against its write.
func (a *account) judgeRecord(t *testing.T, writes map[string]write, key string, o journal.Orphan) {
	t.Helper()
	_, kept := a.state[key]
	w, made := writes[key]
	switch at := o.Entry.Position; {
	case !made || len(o.Entry.Changes) != 1 || string(o.Entry.Changes[0].Value) != w.key:
		a.fault(t, "an orphan that nobody has written: %s at %v", key, at)
	case !o.Final:
		a.fault(t, "the orphan at %v is still pending, although another entry is committed there", at)
	case o.Superseded && !kept:
		a.fault(t, "the orphan at %v of %s counts as applied elsewhere, and is not", at, key)
	case w.outcome == acked && w.receipt.Position != at && !o.Superseded:
		a.fault(t, "%s was acknowledged at %v, and its first try at %v is an orphan of its own", key, w.receipt.Position, at)
	}
}
