package sim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/understudy-dev/understudy/core/journal"
)

// diskCommands do something to the disk of the node that is named first.
var diskCommands = map[string]func(*stage, *node, []string) error{
	// power-cut NODE [keep=PERMILLE] ends its machine: what was not synced is lost,
	// but for that many sectors of a thousand.
	"power-cut": func(s *stage, n *node, words []string) error {
		keep := keeper{chance: s.w.diskChance}
		if text, ok := strings.CutPrefix(strings.Join(words, ""), "keep="); ok {
			var err error
			if keep.permille, err = strconv.Atoi(text); err != nil {
				return err
			}
		}
		s.w.cutPower(n, keep)
		return nil
	},
	// die NODE COUNT kills it before the operation of its disk that comes after so
	// many more; of a write some bytes are done.
	"die": func(_ *stage, n *node, words []string) error {
		after, err := strconv.Atoi(strings.Join(words, ""))
		n.disk.platter.stress.killAt = n.disk.platter.done + after
		return err
	},
	// work NODE [COUNT] lets its store do so many pieces of what can wait, or all.
	"work": work,
	// files NODE lists what is on its disk.
	"files": func(s *stage, n *node, _ []string) error {
		for _, name := range n.disk.platter.list() {
			s.script.say(fmt.Sprintf("%s %d", name, len(n.disk.platter.names[name].live)))
		}
		return nil
	},
	// flip, blank NODE FILE BYTE turns a bit, or makes a sector zeros.
	"flip":  func(_ *stage, n *node, words []string) error { return spoil(n, n.disk.platter.flip, words) },
	"blank": func(_ *stage, n *node, words []string) error { return spoil(n, n.disk.platter.blank, words) },
	// shorten NODE FILE SIZE cuts a file; lose NODE FILE takes it away; wipe NODE all.
	"shorten": func(_ *stage, n *node, words []string) error {
		return spoil(n, func(name string, size int64) (bool, error) { return true, n.disk.platter.shorten(name, size) }, words)
	},
	"lose": func(_ *stage, n *node, words []string) error {
		n.disk.damaged = true
		return n.disk.platter.lose(strings.Join(words, " "))
	},
	"wipe": func(s *stage, n *node, _ []string) error {
		n.disk.replace(newPlatter(s.w.diskChance))
		return nil
	},
	// fill-disk NODE [BYTES] leaves so much room; free-disk NODE ends that.
	"fill-disk": func(_ *stage, n *node, words []string) error {
		free, err := strconv.Atoi("0" + strings.Join(words, ""))
		n.disk.platter.stress.room = n.disk.platter.bytes() + int64(free)
		return err
	},
	"free-disk": func(_ *stage, n *node, _ []string) error { n.disk.relieve(); return nil },
	// fail-sync NODE lets its next sync fail, and lose what it was to make durable.
	"fail-sync": func(_ *stage, n *node, _ []string) error { n.disk.platter.stress.syncs = 1; return nil },
	// lie NODE lets its syncs say that all is well, and do nothing.
	"lie": func(_ *stage, n *node, _ []string) error { n.disk.platter.stress.lying = true; return nil },
	// alter NODE KEY=VALUE lets its disk give back another value at its next start,
	// with a checksum that is right.
	"alter": func(_ *stage, n *node, words []string) error {
		key, value, _ := strings.Cut(strings.Join(words, " "), "=")
		n.altered = append(n.altered, journal.Change{Key: key, Value: []byte(value)})
		return nil
	},
	// back-up NODE NAME copies its disk; restore NODE NAME puts the copy in its place.
	"back-up": func(s *stage, n *node, words []string) error {
		s.backups[strings.Join(words, " ")] = n.disk.platter.clone(s.w.diskChance)
		return nil
	},
	"restore": func(s *stage, n *node, words []string) error {
		p, ok := s.backups[strings.Join(words, " ")]
		if !ok {
			return fmt.Errorf("no disk %v was backed up", words)
		}
		n.disk.replace(p.clone(s.w.diskChance))
		return nil
	},
}

func work(s *stage, n *node, words []string) error {
	count, err := strconv.Atoi("0" + strings.Join(words, ""))
	if err != nil {
		return err
	}
	for done := 1; ; done++ {
		more, err := n.disk.store.Work()
		switch {
		case errors.Is(err, errKilled):
			s.script.say(n.name, " dies at its work")
			s.w.crash(n)
			return nil
		case err != nil:
			n.diskFailed(err)
			return nil
		case !more:
			s.script.say("nothing is left to do")
			return nil
		case done == count:
			return nil
		}
	}
}

// spoil does damage at a byte of a file.
func spoil(n *node, do func(name string, at int64) (bool, error), words []string) error {
	if len(words) != 2 {
		return errors.New("which file, and which byte?")
	}
	at, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return err
	}
	n.disk.damaged = true
	changed, err := do(words[0], at)
	if err == nil && !changed {
		err = errors.New("nothing was changed")
	}
	return err
}
