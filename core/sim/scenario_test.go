package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// TestScenarios plays the files of testdata/core. Rewrite their output with
// -rewrite, and then read it: it is the documentation of the protocol.
func TestScenarios(t *testing.T) {
	datadriven.Walk(t, "../../testdata/core", func(t *testing.T, path string) {
		s := newStage()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if err := command(s, d); err != nil {
				return s.script.take() + "error: " + err.Error() + "\n"
			}
			s.w.now++ // no two commands happen at one moment
			return cmp.Or(s.script.take(), "ok\n")
		})
		if s.w.failure != nil {
			t.Errorf("%s: %s", s.w.failure.Check, s.w.failure.Text)
		}
	})
}

// command does one command of a scenario.
func command(s *stage, d *datadriven.TestData) error {
	var words []string
	for _, a := range d.CmdArgs {
		words = append(words, a.String())
	}
	if do, ok := worldCommands[d.Cmd]; ok {
		return do(s, words)
	}
	do, ok := nodeCommands[d.Cmd]
	if !ok {
		do, ok = diskCommands[d.Cmd]
	}
	if !ok {
		do, ok = askCommands[d.Cmd]
	}
	if !ok {
		return fmt.Errorf("unknown command %q", d.Cmd)
	}
	if len(words) == 0 {
		return fmt.Errorf("%s: which node?", d.Cmd)
	}
	n, err := s.node(words[0])
	if err != nil {
		return err
	}
	if err := do(s, n, words[1:]); err != nil {
		return err
	}
	s.due()
	return nil
}

// worldCommands concern no one node.
var worldCommands = map[string]func(*stage, []string) error{
	// nodes a b c [volatile=c] [lazy=c] [spectator=c] [keep=BYTES] [segment=BYTES] starts nodes
	// and lets them come together.
	"nodes": startNodes,
	// join NODE... starts more nodes, and leaves the rest to deliver.
	"join": func(s *stage, words []string) error {
		for _, name := range words {
			s.w.addNode(name, true).start()
		}
		s.due()
		return nil
	},
	// advance 3s lets time pass.
	"advance": func(s *stage, words []string) error {
		d, err := time.ParseDuration(strings.Join(words, ""))
		s.advance(d)
		return err
	},
	// deliver [NODE [COUNT]] hands over the frames that wait for a node, or all until quiet.
	"deliver": func(s *stage, words []string) error {
		if len(words) == 0 {
			s.settle()
			return nil
		}
		n, err := s.node(words[0])
		if err != nil {
			return err
		}
		count := -1
		if len(words) > 1 {
			if count, err = strconv.Atoi(words[1]); err != nil {
				return err
			}
		}
		if s.deliver(n, count) == 0 {
			return fmt.Errorf("nothing waits for %s", n.name)
		}
		return nil
	},
	// register shows the register on the relay's disk.
	"register": showRegister,
	// status shows every node in a line.
	"status": func(s *stage, _ []string) error {
		for _, n := range s.w.nodes {
			s.script.say(statusLine(s, n))
		}
		return nil
	},
	"relay-restart": restartRelay,
	// second-relay NODE... is where those nodes connect to from now on: another
	// relay, which begins without a register.
	"second-relay": func(s *stage, words []string) error {
		if s.second == nil {
			s.second = newRelay(s.w)
			s.second.view.amnesiac = true
		}
		for _, name := range words {
			n, err := s.node(name)
			if err != nil {
				return err
			}
			n.other = s.second
		}
		return nil
	},
	// replay NAME delivers a frame that was kept.
	"replay": func(s *stage, words []string) error { return s.replay(strings.Join(words, " ")) },
}

func showRegister(s *stage, _ []string) error {
	s.script.say(string(s.script.text.reset().register(s.w.relay.stored).buf))
	return nil
}

// relay-restart [register=none|VERSION] restarts the relay with its register,
// without one, or with one of earlier: every connection is cut.
func restartRelay(s *stage, words []string) error {
	for _, n := range s.w.nodes {
		s.cut(n, true, false)
	}
	r := s.w.relay
	_, which, given := strings.Cut(strings.Join(words, " "), "=")
	switch {
	case !given:
		r.restart(0)
		return nil
	case which == "none":
		r.regress(register.Register{}, 0)
		return nil
	}
	for _, value := range r.past {
		if strconv.FormatUint(uint64(value.Version), 10) == which {
			r.regress(value, 0)
			return nil
		}
	}
	return fmt.Errorf("the register never had version %s", which)
}

func startNodes(s *stage, words []string) error {
	var nodes []*node
	volatile, lazy, spectators := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, w := range words {
		switch name, value, isOption := strings.Cut(w, "="); {
		case !isOption:
			nodes = append(nodes, s.w.addNode(name, true))
		case name == "volatile":
			namesIn(volatile, value)
		case name == "lazy":
			namesIn(lazy, value)
		case name == "spectator":
			namesIn(spectators, value)
		case name == "segment":
			s.w.plan.segment, _ = strconv.ParseInt(value, 10, 64)
		case name == "keep":
			s.w.options.KeepBytes, _ = strconv.Atoi(value)
		default:
			return fmt.Errorf("unknown option %q", name)
		}
	}
	for _, n := range nodes {
		n.durable = !volatile[n.name] && !volatile["all"]
		n.spectator = spectators[n.name]
		n.disk.options.Lazy = lazy[n.name] || lazy["all"]
		n.started = func() { s.seq[n] = 0 }
	}
	if err := s.start(nodes); err != nil {
		return err
	}
	return showRegister(s, nil)
}

// namesIn notes the names of a list: one, or several as (a, b).
func namesIn(set map[string]bool, list string) {
	for _, name := range strings.Split(strings.Trim(list, "()"), ",") {
		set[strings.TrimSpace(name)] = true
	}
}

func statusLine(s *stage, n *node) string {
	if !n.isUp() {
		return n.name + ": down"
	}
	st := n.core.Status()
	line := fmt.Sprintf("%s: %v, last %v, commit %v", s.w.names.of(n.id), st.Role, st.Last, st.Commit)
	if st.Orphans > 0 {
		line += fmt.Sprintf(", %d orphans", st.Orphans)
	}
	if len(st.Waiting.For) > 0 {
		line += ", " + string(s.script.text.reset().frame(journal.Epoch{}, st.Waiting).buf)
	}
	return line
}

// nodeCommands concern the node that is named first.
var nodeCommands = map[string]func(*stage, *node, []string) error{
	// start NODE starts a node again; connect NODE makes a connection.
	"start":   func(_ *stage, n *node, _ []string) error { n.start(); return nil },
	"connect": func(s *stage, n *node, _ []string) error { s.w.net.dial(&n.peer); return nil },
	// cut NODE [unnoticed] [by-relay-only] ends its connection; one end may not notice.
	"cut": func(s *stage, n *node, words []string) error {
		s.cut(n, !slices.Contains(words, "by-relay-only"), !slices.Contains(words, "unnoticed"))
		return nil
	},
	// clone NODE NAME starts a second process with a copy of a node's disk.
	"clone": func(s *stage, n *node, words []string) error {
		twin := s.w.addNode(words[0], true)
		twin.id, twin.lives, twin.disk.platter = n.id, 1, n.disk.platter.clone(s.w.diskChance)
		twin.start()
		return nil
	},
	"crash": func(s *stage, n *node, _ []string) error {
		s.w.crash(n)
		s.due()
		return nil
	},
	// clock NODE 1h sets its clock forward, clock NODE -1h back. Back only while
	// it is down: a host's clock never falls.
	"clock": func(_ *stage, n *node, words []string) error {
		d, err := time.ParseDuration(strings.Join(words, ""))
		if d < 0 && n.isUp() {
			return fmt.Errorf("%s runs: its clock does not fall", n.name)
		}
		n.setClock(d)
		return err
	},
	"pause":  func(_ *stage, n *node, _ []string) error { n.pausedByHand = true; return nil },
	"resume": func(_ *stage, n *node, _ []string) error { n.pausedByHand = false; n.resume(); return nil },
	// hold-disk NODE makes what it stores wait; persist NODE lets it be durable.
	"hold-disk": func(_ *stage, n *node, _ []string) error { n.disk.held = true; return nil },
	"persist": func(_ *stage, n *node, _ []string) error {
		n.disk.held = false
		n.planDisk()
		return nil
	},
	// hold NODE makes what it sends wait before the relay; release NODE lets it go.
	"hold":    func(s *stage, n *node, _ []string) error { s.hold(n, true); return nil },
	"release": func(s *stage, n *node, _ []string) error { s.hold(n, false); return nil },
	// handover NODE TO asks a master to pass the mastership on.
	"handover": func(s *stage, n *node, words []string) error {
		to, err := s.node(words[0])
		n.ids++
		s.ask(n, frame.Yield{ID: n.ids, Successor: to.id})
		return err
	},
	"leave": func(_ *stage, n *node, words []string) error {
		n.step(core.Leave{Now: slices.Contains(words, "now")})
		return nil
	},
	"verify": func(s *stage, n *node, words []string) error {
		p, err := s.position(words[0])
		n.ids++
		s.ask(n, frame.Verify{ID: n.ids, Position: p})
		return err
	},
	// keep NODE NAME copies the next frame that waits for a node.
	"keep": func(s *stage, n *node, words []string) error { return s.keep(words[0], n) },
	"log": func(s *stage, n *node, _ []string) error {
		for _, k := range s.w.god.copies[n.id].mem.log {
			s.script.say(string(s.script.text.reset().entry(&k.entry).buf))
		}
		return nil
	},
	"orphans": func(s *stage, n *node, _ []string) error {
		for _, o := range s.w.god.copies[n.id].mem.orphans {
			s.script.say(string(s.script.text.reset().orphan(o).buf))
		}
		return nil
	},
	"waiting": func(s *stage, n *node, _ []string) error {
		if n.conn != nil {
			for _, p := range n.conn.down.waiting {
				s.script.say(string(s.script.text.reset().input(core.Received{Head: p.head, Frame: p.frame}).buf))
			}
		}
		return nil
	},
}
