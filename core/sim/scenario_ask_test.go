package sim

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// askCommands are requests of the application at a node.
var askCommands = map[string]func(*stage, *node, []string) error{
	"write":     write,
	"read":      read,
	"watch":     watch,
	"resolve":   resolve,
	"proceed":   func(s *stage, n *node, _ []string) error { s.ask(n, frame.Proceed{ID: n.ids}); return nil },
	"configure": configure,
	// take-over NODE SUCCESSOR asks the relay for an unclean mastership.
	"take-over": func(s *stage, n *node, words []string) error {
		to, err := s.node(words[0])
		if err != nil {
			return err
		}
		n.ids++
		s.ask(n, frame.TakeOver{Request: n.ids, Version: s.w.relay.stored.Version, Successor: to.id})
		return nil
	},
	// list-orphans NODE [all] asks for what the command orphans looks up.
	"list-orphans": func(s *stage, n *node, words []string) error {
		n.ids++
		s.ask(n, frame.ListOrphans{ID: n.ids, All: strings.Join(words, "") == "all"})
		return nil
	},
}

// resolve NODE POSITION [force | discard] replays an orphan that some node
// keeps, or discards it.
func resolve(s *stage, n *node, words []string) error {
	for _, keeper := range s.w.nodes {
		if !keeper.isUp() {
			continue
		}
		for _, o := range keeper.core.Orphans() {
			if o.Entry.Position.String() != words[0] {
				continue
			}
			w := core.Discard(o)
			how := strings.Join(words[1:], "")
			if how != "discard" {
				var failure *frame.Failure
				if w, failure = core.Replay(o, how == "force"); failure != nil {
					s.script.say("refused: ", failure.Text)
					return nil
				}
			}
			w.Wait, w.Ack = time.Minute, journal.AckAll
			s.ask(n, w)
			return nil
		}
	}
	return fmt.Errorf("no node keeps an orphan %s", words[0])
}

// write NODE [if-KEY=VALUE | if-absent=KEY] KEY=VALUE KEY+NUMBER KEY<<TEXT -KEY
// [expire=KEY/TIME] [ttl=TIME] [ack=ACK] [wait=TIME] [degrade]
//
// A ttl holds for the sets behind it.
func write(s *stage, n *node, words []string) error {
	w := frame.Write{Wait: time.Minute}
	ttl := time.Duration(0)
	for _, word := range words {
		key, value, isSet := strings.Cut(word, "=")
		var err error
		switch {
		case word == "degrade":
			w.Degrade = true
		case isSet && key == "ack" && value == "room":
			w.Ack = journal.AckRoom
		case isSet && key == "ack":
			w.Ack, err = journal.ParseAck(value)
		case isSet && key == "wait":
			w.Wait, err = time.ParseDuration(value)
		case isSet && key == "ttl":
			ttl, err = time.ParseDuration(value)
		case isSet && key == "if-absent":
			w.Conditions = append(w.Conditions, frame.Condition{Key: value, Absent: true})
		case isSet && strings.HasPrefix(key, "if-"):
			w.Conditions = append(w.Conditions, frame.Condition{Key: key[3:], HasValue: true, Value: []byte(value)})
		default:
			err = operation(&w, word, ttl)
		}
		if err != nil {
			return err
		}
	}
	s.ask(n, w)
	return nil
}

// operation reads one operation of a write.
func operation(w *frame.Write, word string, ttl time.Duration) error {
	key, value, isSet := strings.Cut(word, "=")
	number, by, isSum := strings.Cut(word, "+")
	to, text, isAppend := strings.Cut(word, "<<")
	var op frame.Op
	var err error
	switch {
	case isAppend:
		op = frame.Append{Key: to, Value: []byte(text)}
	case isSet && key == "expire":
		name, last, _ := strings.Cut(value, "/")
		e := frame.Expire{Key: name}
		e.TTL, err = time.ParseDuration(last)
		op = e
	case isSet && strings.HasPrefix(value, "*"): // that many bytes
		size, parseErr := strconv.Atoi(value[1:])
		op, err = frame.Set{Key: key, Value: bytes.Repeat([]byte("."), size), TTL: ttl}, parseErr
	case isSet:
		op = frame.Set{Key: key, Value: []byte(value), TTL: ttl}
	case isSum:
		sum, parseErr := strconv.ParseInt(by, 10, 64)
		op, err = frame.Increment{Key: number, By: sum}, parseErr
	case strings.HasPrefix(word, "-"):
		op = frame.Delete{Key: word[1:]}
	default:
		err = fmt.Errorf("%q is no part of a write", word)
	}
	w.Ops = append(w.Ops, op)
	return err
}

var levels = map[string]frame.Level{
	"local": frame.LevelLocal, "committed": frame.LevelCommitted,
	"session": frame.LevelSession, "latest": frame.LevelLatest,
}

// read NODE KEY [LEVEL] [least=POSITION] [wait=TIME]
func read(s *stage, n *node, words []string) error {
	n.ids++
	f := frame.Read{ID: n.ids, Level: frame.LevelCommitted, Key: words[0], Exact: true}
	for _, word := range words[1:] {
		level, known := levels[word]
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch {
		case known:
			f.Level = level
		case name == "least":
			f.Least, err = s.position(value)
		case name == "wait":
			f.Wait, err = time.ParseDuration(value)
		default:
			err = fmt.Errorf("%q is no part of a read", word)
		}
		if err != nil {
			return err
		}
	}
	s.ask(n, f)
	return nil
}

// watch NODE PREFIX [LEVEL] [from=POSITION] [of=NODE]
func watch(s *stage, n *node, words []string) error {
	n.ids++
	f := frame.Watch{ID: n.ids, Prefix: words[0], Level: frame.LevelCommitted}
	var to journal.NodeID
	for _, word := range words[1:] {
		level, known := levels[word]
		from, isFrom := strings.CutPrefix(word, "from=")
		of, isOf := strings.CutPrefix(word, "of=")
		var err error
		switch {
		case isOf:
			other, findErr := s.node(of)
			if err = findErr; err == nil {
				to = other.id
			}
		case known:
			f.Level = level
		case isFrom:
			f.From, err = s.position(from)
		default:
			err = fmt.Errorf("%q is no part of a watch", word)
		}
		if err != nil {
			return err
		}
	}
	s.askOf(n, to, f)
	return nil
}

// configure NODE [version=NUMBER] [election=NAME] [min-in-sync=NUMBER] [ack=ACK]
// [volatile=refuse|allow] [lag-limit=TIME] asks for other settings of the room;
// those that are not named stay as they are.
func configure(s *stage, n *node, words []string) error {
	r := s.w.relay.stored
	n.ids++
	f := frame.Configure{Request: n.ids, Version: r.Version, Settings: r.Settings}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch name {
		case "version":
			number, parseErr := strconv.ParseUint(value, 10, 64)
			f.Version, err = register.Version(number), parseErr
		case "election":
			f.Settings.Election, err = register.ParseElection(value)
		case "min-in-sync":
			number, parseErr := strconv.ParseUint(value, 10, 16)
			f.Settings.MinInSync, err = uint16(number), parseErr
		case "ack":
			f.Settings.Ack.Given = true
			f.Settings.Ack.Ack, err = journal.ParseAck(value)
		case "volatile":
			f.Settings.NoVolatile = value == "refuse"
		case "lag-limit":
			f.Settings.LagLimit, err = time.ParseDuration(value)
		default:
			err = fmt.Errorf("%q is no setting", name)
		}
		if err != nil {
			return err
		}
	}
	s.ask(n, f)
	return nil
}
