package sim

import (
	"maps"
	"slices"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// answers is a bug in what a node answers, to its own application or to others.
func answers(change func(frame.Frame) frame.Frame) bug {
	return bug{does: func(e core.Effect) core.Effect {
		switch e := e.(type) {
		case core.Replied:
			e.Frame = change(e.Frame)
			return e
		case core.Send:
			e.Frame = change(e.Frame)
			return e
		case core.Store, core.Orphaned, core.Refuse, core.WakeAt, core.Disconnect, core.Alarm, core.Stop, core.Gone:
		}
		return e
	}}
}

// changes is a bug in what watches are sent.
func changes(change func(frame.Changes) frame.Changes) bug {
	return answers(func(f frame.Frame) frame.Frame {
		if c, ok := f.(frame.Changes); ok {
			return change(c)
		}
		return f
	})
}

// registers is a bug in what a node makes of the register.
func registers(change func(*register.Settings)) bug {
	return bug{hears: func(f frame.Frame) frame.Frame {
		switch f := f.(type) {
		case frame.Changed:
			change(&f.Register.Settings)
			return f
		case frame.Welcome:
			change(&f.Register.Settings)
			return f
		}
		return f
	}}
}

// verdicts is a bug in what is said of receipts.
func verdicts(right, wrong frame.Verdict) bug {
	return answers(func(f frame.Frame) frame.Frame {
		if v, ok := f.(frame.Verified); ok && v.Verdict == right {
			v.Verdict = wrong
			return v
		}
		return f
	})
}

// hashes is a bug in the hash that a replica is told.
func hashes(change func(uint64) uint64) bug {
	return bug{hears: func(f frame.Frame) frame.Frame {
		if r, ok := f.(frame.Replicate); ok {
			r.Hash = change(r.Hash)
			return r
		}
		return f
	}}
}

var nodeBugs = map[string]struct {
	bug   bug
	check string
}{
	"the last event of several is left out": {changes(func(c frame.Changes) frame.Changes {
		if n := len(c.Events); n > 1 {
			c.Events = c.Events[:n-1]
		}
		return c
	}), "watch"},
	"what was cut is not taken back": {changes(func(c frame.Changes) frame.Changes {
		if len(c.Events) > 0 && c.Events[0].Retracted {
			c.Events = nil
		}
		return c
	}), "watch"},
	"a watch goes on behind a gap and does not say so": {changes(func(c frame.Changes) frame.Changes {
		c.Gap, c.Items = false, nil
		return c
	}), "watch"},
	"a key of the state behind a gap is left out": {changes(func(c frame.Changes) frame.Changes {
		if n := len(c.Items); n > 0 {
			c.Items = c.Items[:n-1]
		}
		return c
	}), "watch"},
	"an event is sent twice": {changes(func(c frame.Changes) frame.Changes {
		if n := len(c.Events); n > 0 {
			c.Events = append(c.Events[:n:n], c.Events[n-1])
		}
		return c
	}), "watch"},
	"a read does not wait for what its session has written": {bug{hears: func(f frame.Frame) frame.Frame {
		if r, ok := f.(frame.Read); ok {
			r.Least = journal.Position{}
			return r
		}
		return f
	}}, "session"},
	"a receipt counts a copy too many": {answers(func(f frame.Frame) frame.Frame {
		if w, ok := f.(frame.Written); ok && w.Failure == nil {
			w.Receipt.Copies++
			return w
		}
		return f
	}), "ack"},
	"a write makes do with less though nobody has said so": {bug{hears: func(f frame.Frame) frame.Frame {
		if w, ok := f.(frame.Write); ok {
			w.Degrade = true
			return w
		}
		return f
	}}, "ack"},
	"min-in-sync is ignored": {registers(func(s *register.Settings) { s.MinInSync = 0 }), "ack"},
	"a key is given no deadline": {bug{hears: func(f frame.Frame) frame.Frame {
		w, ok := f.(frame.Write)
		if !ok {
			return f
		}
		w.Ops = slices.Clone(w.Ops)
		for i := range w.Ops {
			if s, ok := w.Ops[i].(frame.Set); ok {
				s.TTL = 0
				w.Ops[i] = s
			}
		}
		return w
	}}, "entries"},
	"a copy takes a key for gone before its time": {answers(func(f frame.Frame) frame.Frame {
		if r, ok := f.(frame.ReadReply); ok {
			r.Items = slices.DeleteFunc(slices.Clone(r.Items), func(i journal.Item) bool { return i.Deadline != 0 })
			return r
		}
		return f
	}), "reads"},
	"what is not decided yet is called kept":     {verdicts(frame.VerdictUnknown, frame.VerdictKept), "receipts"},
	"what is not decided yet is called orphaned": {verdicts(frame.VerdictUnknown, frame.VerdictOrphaned), "receipts"},
	"what is kept is called orphaned":            {verdicts(frame.VerdictKept, frame.VerdictOrphaned), "receipts"},
	"no copy compares its state":                 {hashes(func(uint64) uint64 { return 0 }), "state hash"},
	"an alarm is raised where all is well": {hashes(func(h uint64) uint64 {
		if h%512 == 0 {
			h++
		}
		return h
	}), "state hash"},
	"an orphan is dropped once it is final": {bug{does: func(e core.Effect) core.Effect {
		s, ok := e.(core.Store)
		if !ok {
			return e
		}
		for i, r := range s.Records {
			if o, ok := r.(core.SaveOrphans); ok && o.Orphans[0].Final {
				s.Records[i] = core.DropOrphans{Positions: []journal.Position{o.Orphans[0].Entry.Position}}
			}
		}
		return s
	}}, "orphans"},
}

func TestABugOfANodeIsFoundBySeeds(t *testing.T) {
	most := uint64(300)
	for _, name := range slices.Sorted(maps.Keys(nodeBugs)) {
		b := nodeBugs[name]
		t.Run(name, func(t *testing.T) {
			for seed := uint64(1); seed <= most; seed++ {
				r := Run(Options{Seed: seed, bug: b.bug})
				if r.Failure == nil {
					continue
				}
				if r.Failure.Check != b.check {
					t.Errorf("it should be found by %q", b.check)
				}
				t.Logf("seed %d: %s: %.300s", seed, r.Failure.Check, r.Failure.Text)
				return
			}
			t.Errorf("no seed of %d finds it", most)
		})
	}
}

// TestATakeoverIsCheckedByWhoIsThere gives the check of takeovers what no relay
// should grant.
func TestATakeoverIsCheckedByWhoIsThere(t *testing.T) {
	taken := held(3, 2, 'c')
	taken.Losses = []register.Loss{{Epoch: taken.Epoch, Missing: []journal.NodeID{{'a'}, {'b'}}, Taken: true}}
	silent := taken
	silent.Losses = []register.Loss{{Epoch: taken.Epoch, Missing: []journal.NodeID{{'a'}}, Taken: true}}
	for name, c := range map[string]struct {
		present   byte // a node in sync; 0 for none
		candidate bool
		next      register.Register
		fails     bool
	}{
		"nobody in sync is there":                {next: taken},
		"one in sync is there":                   {'b', true, taken, true},
		"one is there that is no candidate":      {'b', false, taken, false},
		"the loss record leaves one missing out": {next: silent, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(Options{Seed: 1}, true)
			if c.present != 0 {
				w.relay.order = []*conn{{
					peer: w.addClient("b"), greeted: true,
					member: register.Member{Node: journal.NodeID{c.present}, Kind: register.KindProcess, Candidate: c.candidate, Durable: true},
				}}
			}
			w.god.checkGranted(w.relay, held(2, 1, 'a', 'b'), c.next)
			if (w.failure != nil) != c.fails {
				t.Errorf("got %+v", w.failure)
			}
		})
	}
}
