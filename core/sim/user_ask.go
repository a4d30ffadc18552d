package sim

import (
	"bytes"
	"fmt"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// The keys that users write. k0 is a counter and the others of k hold what was
// set: none of them has a deadline, and Porcupine checks them. t0 is a counter
// too, and all of t come and go with their deadlines.
const (
	keyCount  = 5
	mayExpire = 3
)

func (u *user) key() string {
	if n := u.chance.IntN(keyCount + mayExpire); n < mayExpire {
		return fmt.Sprintf("t%d", n)
	}
	return fmt.Sprintf("k%d", u.chance.IntN(keyCount))
}

// nextRead makes up a read.
func (u *user) nextRead() frame.Read {
	u.peer.ids++
	f := frame.Read{
		ID: u.peer.ids, Key: u.key(), Exact: true,
		Level: pick(u.chance, frame.LevelLatest, frame.LevelLatest, frame.LevelCommitted, frame.LevelLocal, frame.LevelSession, frame.LevelSession),
	}
	if f.Level == frame.LevelSession || f.Level != frame.LevelLatest && u.chance.hit(200) {
		u.inSession(&f)
	}
	if u.chance.hit(150) {
		f.Key, f.Exact = pick(u.chance, "", "k", "t"), false
	}
	return f
}

// nextWrite makes up a write. Values are never used twice.
func (u *user) nextWrite() frame.Write {
	u.peer.seq++
	w := frame.Write{
		Origin: journal.Origin{Seq: u.peer.seq},
		Ack:    pick(u.chance, journal.AckAsync, journal.AckAsync, journal.AckOne, journal.AckAll, journal.AckAll, journal.Ack(2), journal.AckRoom),
		Wait:   u.chance.between(time.Second, 6*time.Second),
	}
	if u.chance.hit(100) {
		w.Wait = u.chance.between(50*time.Millisecond, 400*time.Millisecond)
	}
	w.Degrade = u.chance.hit(150)
	key, value := fmt.Sprintf("k%d", 1+u.chance.IntN(keyCount-1)), u.value()
	switch n := u.chance.IntN(100); {
	case n < 37:
		w.Ops = []frame.Op{frame.Set{Key: key, Value: value}}
	case n < 57:
		w.Ops = []frame.Op{frame.Increment{Key: "k0", By: 1 + u.chance.Int64N(9)}}
	case n < 64:
		w.Ops = []frame.Op{frame.Delete{Key: key}}
	case n < 74:
		w.Conditions = []frame.Condition{u.condition(key)}
		w.Ops = []frame.Op{frame.Set{Key: key, Value: value}}
	case n < 82:
		w.Ops = []frame.Op{
			frame.Set{Key: key, Value: value}, frame.Increment{Key: "k0", By: 1},
			frame.Set{Key: "k1", Value: value},
		}
	case n < 86:
		w.Ops = []frame.Op{frame.Append{Key: key, Value: []byte(u.name)}}
	default:
		u.passing(&w, value)
	}
	return w
}

func (u *user) value() []byte {
	value := fmt.Appendf(nil, "%s.%d.%d", u.name, len(u.calls), u.peer.seq)
	return append(value, bytes.Repeat([]byte("-"), u.chance.IntN(u.w.options.MaxValue))...)
}

// passing makes up a write of keys that do not last.
func (u *user) passing(w *frame.Write, value []byte) {
	key := fmt.Sprintf("t%d", 1+u.chance.IntN(mayExpire-1))
	switch u.chance.IntN(8) {
	case 0, 1:
		w.Ops = []frame.Op{frame.Set{Key: key, Value: value, TTL: u.lifetime()}}
	case 2:
		w.Ops = []frame.Op{frame.Increment{Key: "t0", By: 1}, frame.Expire{Key: "t0", TTL: u.lifetime()}}
	case 3:
		w.Ops = []frame.Op{frame.Increment{Key: "t0", By: 1}}
	case 4:
		w.Ops = []frame.Op{frame.Append{Key: key, Value: []byte(u.name)}}
	case 5:
		w.Ops = []frame.Op{frame.Expire{Key: key, TTL: pick(u.chance, 0, u.lifetime())}, frame.Delete{Key: "t0"}}
	case 6:
		w.Conditions = []frame.Condition{u.condition(key)}
		w.Ops = []frame.Op{frame.Set{Key: key, Value: value, TTL: u.lifetime()}, frame.Append{Key: key, Value: []byte("+")}}
	default:
		w.Conditions = []frame.Condition{{Key: key, Absent: true}}
		w.Ops = []frame.Op{frame.Set{Key: key, Value: value}}
	}
}

// nextSettings changes some of the room's settings.
func (u *user) nextSettings() frame.Configure {
	u.peer.ids++
	r := u.w.relay.stored
	f := frame.Configure{Request: u.peer.ids, Version: r.Version, Settings: r.Settings}
	if u.chance.hit(100) {
		f.Version-- // somebody was faster
	}
	switch u.chance.IntN(4) {
	case 0:
		f.Settings.Ack.Given = u.chance.hit(800)
		f.Settings.Ack.Ack = 0
		if f.Settings.Ack.Given {
			f.Settings.Ack.Ack = pick(u.chance, journal.AckAsync, journal.AckOne, journal.AckAll)
		}
	case 1:
		f.Settings.LagLimit = pick(u.chance, 0, register.MinLagLimit, time.Second, time.Hour)
	case 2:
		f.Settings.NoVolatile = u.chance.hit(300)
	default:
		f.Settings.MinInSync = uint16(u.chance.IntN(len(u.w.nodes) + 1))
	}
	return f
}

// lifetime is how long a key lasts: often not as long as a failover takes.
func (u *user) lifetime() time.Duration {
	return u.chance.between(time.Millisecond, pick(u.chance, 200*time.Millisecond, 2*time.Second, 20*time.Second))
}

func (u *user) condition(key string) frame.Condition {
	if v, ok := u.w.god.states.at(key, journal.Index(len(u.w.god.commits))); ok && u.chance.hit(800) {
		if u.chance.hit(500) {
			return frame.Condition{Key: key, Revision: v.from}
		}
		return frame.Condition{Key: key, HasValue: true, Value: v.value}
	}
	return frame.Condition{Key: key, Absent: true}
}
