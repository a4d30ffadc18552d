package room

import (
	"errors"
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// ask is what must wait while a value is on its way to the disk: a request that
// would change the register, or a hello that offers another one.
type ask struct {
	conn    uint64
	arrived *Arrived // nil for a request

	request uint64 // the number its Answer names
	claim   bool   // the mastership goes to whoever asks, on this connection only
	anybody bool   // it need not come from the master: held means by whomever
	rule    rule
	expel   []journal.NodeID // with an Amend: whose connections end once it is made
}

// rule is one of the register's rules with its arguments.
type rule func(register.Register, register.Scene) (register.Register, error)

func claim(conn uint64, node journal.NodeID, f frame.Claim) ask {
	return ask{conn: conn, request: f.Request, claim: true, rule: func(r register.Register, s register.Scene) (register.Register, error) {
		return register.Claim(r, s, node, f.Number)
	}}
}

func amend(conn uint64, f frame.Amend) ask {
	a := register.Amendment{Version: f.Version, Epoch: f.Epoch, Remove: f.Remove, Settled: f.Settled}
	for _, add := range f.Add {
		a.Add = append(a.Add, register.Addition(add))
	}
	wish := ask{conn: conn, request: f.Request, rule: func(r register.Register, s register.Scene) (register.Register, error) {
		return register.Amend(r, s, a)
	}}
	if f.Expel {
		wish.expel = f.Remove
	}
	return wish
}

func handover(conn uint64, f frame.Handover) ask {
	p := register.Passing{Version: f.Version, Epoch: f.Epoch, Successor: f.Successor}
	return ask{conn: conn, request: f.Request, rule: func(r register.Register, s register.Scene) (register.Register, error) {
		return register.Handover(r, s, p)
	}}
}

func configure(conn uint64, f frame.Configure) ask {
	return ask{conn: conn, request: f.Request, anybody: true, rule: func(r register.Register, s register.Scene) (register.Register, error) {
		return register.Configure(r, s, f.Version, f.Settings)
	}}
}

func takeOver(conn uint64, f frame.TakeOver) ask {
	return ask{conn: conn, request: f.Request, anybody: true, rule: func(r register.Register, s register.Scene) (register.Register, error) {
		return register.TakeOver(r, s, f.Version, f.Successor)
	}}
}

// onRequest judges a request, at once or when the change under way is stored.
func (r *Room) onRequest(a ask) {
	if r.change == nil {
		r.decide(a)
		return
	}
	waiting := 0
	for _, other := range r.held {
		if other.conn == a.conn {
			waiting++
		}
	}
	if waiting >= requestsMax {
		r.answer(a, frame.CodeBusy, fmt.Sprintf("%d requests of this connection wait, of at most %d", waiting, requestsMax))
		return
	}
	r.held = append(r.held, a)
}

// decide applies the register's rules to a request.
func (r *Room) decide(a ask) {
	held := r.master == a.conn
	if a.claim || a.anybody {
		held = r.master != 0
	}
	next, err := a.rule(r.value, register.Scene{
		Now: r.now, Present: r.Members(), Held: held, OpenIn: r.openIn(), Absent: r.absences(),
	})
	if err == nil {
		c := &change{next: next, ask: &a, claim: a.claim}
		for _, node := range a.expel {
			if r.value.IsInSync(node) {
				c.expel = append(c.expel, node)
			}
		}
		r.begin(c)
		return
	}
	var refusal *register.Refusal
	if !errors.As(err, &refusal) {
		panic(err) // the rules refuse with nothing else
	}
	r.send(a.conn, frame.Answer{
		Request: a.request, Code: codes[refusal.Reason], Text: refusal.Text,
		Version: r.value.Version, After: refusal.After,
	})
}

// onConfirm answers at once, also while a change is being stored: until that is
// in force its mastership has not begun, so the old one has not ended.
func (r *Room) onConfirm(l *link, f frame.Confirm) {
	a := ask{conn: l.conn, request: f.Request}
	if r.master == l.conn && f.Epoch == r.value.Epoch {
		r.answer(a, frame.CodeOK, "")
		return
	}
	r.answer(a, frame.CodeStale, fmt.Sprintf("epoch %v of %v is not held by who asks; the register is at epoch %v of %v",
		f.Epoch, f.Epoch.Master, r.value.Epoch, r.value.Epoch.Master))
}

func (r *Room) answer(a ask, code frame.Code, text string) {
	r.send(a.conn, frame.Answer{Request: a.request, Code: code, Text: text, Version: r.value.Version})
}
