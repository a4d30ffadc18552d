package journal

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// naive is a log as one would write it without a thought for speed.
type naive struct {
	all  []Entry // from the first entry of the journal
	base int     // how many of them are no longer at hand
}

func (n *naive) last() Position { return n.at(Index(len(n.all))) }

func (n *naive) at(i Index) Position {
	if i == 0 || int(i) > len(n.all) {
		return Position{}
	}
	return n.all[i-1].Position
}

func (n *naive) size() int {
	size := 0
	for _, e := range n.all[n.base:] {
		size += e.SizeBytes()
	}
	return size
}

func positions(entries []Entry) []Position {
	var list []Position
	for _, e := range entries {
		list = append(list, e.Position)
	}
	return list
}

func TestALogDoesWhatANaiveOneDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var log Log
		var model naive
		number := EpochNumber(1)
		index := func(name string) Index { return Index(rapid.IntRange(0, len(model.all)+1).Draw(t, name)) }
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				number += EpochNumber(rapid.IntRange(0, 1).Draw(t, "epochs on"))
				e := Entry{
					Position: at(number, Index(len(model.all)+1)),
					Changes:  []Change{{Key: "k", Value: make([]byte, rapid.IntRange(0, 200).Draw(t, "value"))}},
				}
				log.Append(e)
				model.all = append(model.all, e)
			},
			"cut": func(t *rapid.T) {
				i := max(index("behind"), Index(model.base))
				keep := min(int(i), len(model.all))
				removed := log.Cut(i)
				if want := positions(model.all[keep:]); !slices.Equal(positions(removed), want) {
					t.Fatalf("cut behind %d removed %v, wanted %v", i, positions(removed), want)
				}
				model.all = slices.Clone(model.all[:keep])
				number = max(number, model.last().Epoch.Number)
			},
			"compact": func(t *rapid.T) {
				i := index("to")
				log.Compact(i)
				model.base = max(model.base, min(int(i), len(model.all)))
			},
			"begin anew": func(t *rapid.T) {
				model.base = len(model.all)
				log = NewLog(model.last(), log.History())
			},
			"": func(t *rapid.T) { compare(t, &log, &model, index("at")) },
		})
	})
}

// compare looks at everything a log can be asked.
func compare(t *rapid.T, log *Log, model *naive, i Index) {
	if log.Last() != model.last() || log.Base() != model.at(Index(model.base)) || log.SizeBytes() != model.size() {
		t.Fatalf("from %v to %v in %d bytes, wanted %v to %v in %d",
			log.Base(), log.Last(), log.SizeBytes(), model.at(Index(model.base)), model.last(), model.size())
	}
	if got, want := log.History(), historyOf(positions(model.all)); !slices.Equal(got, want) {
		t.Fatalf("history %v, wanted %v", got, want)
	}
	if got := log.At(i); got != model.at(i) {
		t.Fatalf("at %d is %v, wanted %v", i, got, model.at(i))
	}
	if p := model.at(i); !log.Contains(p) || log.Contains(at(99, i)) {
		t.Fatalf("contains %v: %v, and 99/%d: %v", p, log.Contains(p), i, log.Contains(at(99, i)))
	}
	e, found := log.Entry(i)
	if want := int(i) > model.base && int(i) <= len(model.all); found != want || (found && e.Position != model.at(i)) {
		t.Fatalf("entry %d: %v, %v", i, e.Position, found)
	}
	limit := rapid.IntRange(0, 600).Draw(t, "limit")
	entries, ok := log.After(i, limit)
	if want := int(i) >= model.base; ok != want {
		t.Fatalf("after %d reaches back: %v", i, ok)
	}
	if ok {
		checkPart(t, entries, model.all[min(int(i), len(model.all)):], limit)
	}
	to := Index(rapid.IntRange(0, len(model.all)+1).Draw(t, "to"))
	between, ok := log.Between(i, to)
	if ok {
		end := min(int(to), len(model.all))
		if want := positions(model.all[min(int(i), end):end]); !slices.Equal(positions(between), want) {
			t.Fatalf("between %d and %d is %v, wanted %v", i, to, positions(between), want)
		}
	}
}

// checkPart wants as many of the entries as fit, and one if there is any.
func checkPart(t *rapid.T, got, all []Entry, limit int) {
	want, size := 0, 0
	for want < len(all) {
		size += all[want].SizeBytes()
		if want > 0 && size > limit {
			break
		}
		want++
	}
	if !slices.Equal(positions(got), positions(all[:want])) {
		t.Fatalf("within %d bytes %v, wanted %v", limit, positions(got), positions(all[:want]))
	}
}

func TestALogRefusesWhatDoesNotFollow(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(*Log)
	}{
		{"a gap", func(l *Log) { l.Append(Entry{Position: at(2, 5)}) }},
		{"an entry twice", func(l *Log) { l.Append(Entry{Position: at(2, 3)}) }},
		{"an older epoch", func(l *Log) { l.Append(Entry{Position: at(1, 4)}) }},
		{"a cut below the base", func(l *Log) { l.Compact(2); l.Cut(1) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l Log
			for i := Index(1); i <= 3; i++ {
				l.Append(Entry{Position: at(2, i)})
			}
			defer func() {
				if recover() == nil {
					t.Error("taken")
				}
			}()
			test.do(&l)
		})
	}
}

func TestEntriesHandedOutSurviveACut(t *testing.T) {
	var l Log
	for i := Index(1); i <= 3; i++ {
		l.Append(Entry{Position: at(1, i)})
	}
	out, _ := l.After(0, 1<<20)
	l.Cut(1)
	l.Append(Entry{Position: at(2, 2)})
	if out[1].Position != at(1, 2) {
		t.Errorf("the second entry handed out has become %v", out[1].Position)
	}
}

func TestPositionsAndAcksHaveOneText(t *testing.T) {
	for text, p := range map[string]Position{"0": {}, "3/7": at(3, 7)} {
		if p.String() != text {
			t.Errorf("%+v is %q, wanted %q", p, p.String(), text)
		}
	}
	for _, text := range []string{"async", "one", "all", "2", "999"} {
		if a, err := ParseAck(text); err != nil || a.String() != text {
			t.Errorf("ack %q becomes %v, %v", text, a, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "1000", "two"} {
		if a, err := ParseAck(text); err == nil {
			t.Errorf("ack %q is taken for %v", text, a)
		}
	}
	id := NodeID{1, 2, 3}
	if back, err := ParseNodeID(id.Full()); err != nil || back != id {
		t.Errorf("%s becomes %v, %v", id.Full(), back, err)
	}
}

func TestANewerEpochBeatsALongerLog(t *testing.T) {
	if at(2, 1).Compare(at(1, 9)) <= 0 || at(1, 9).Compare(at(1, 8)) <= 0 || at(1, 1).Compare(Position{}) <= 0 {
		t.Error("positions are not ordered by epoch, then by index")
	}
}
