package core

import (
	"fmt"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Client takes part in a room without a copy: it writes, reads and watches
// through the nodes that have one. It speaks the same inputs and effects as a
// [Node], except those about storage and mastership.
type Client struct {
	cfg    Config
	now    journal.Instant
	lobby  lobby
	outbox outbox
	out    outlet

	errands errands
	known   journal.Index // the newest committed index it has heard of
	wakeAt  journal.Instant
	ended   bool
}

// NewClient returns a client. Of cfg it uses Room, Member (whose Kind must be
// KindClient) and Client.
func NewClient(cfg Config) (*Client, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.Member.HasCopy() {
		return nil, fmt.Errorf("a client can't be of kind %v", cfg.Member.Kind)
	}
	cfg.Member.Incarnation = 1
	return &Client{cfg: cfg, outbox: outbox{client: cfg.Client}}, nil
}

// Step takes one input at one moment and returns what the host must now do.
// It panics only if the host broke the contract of [Input].
func (c *Client) Step(now journal.Instant, in Input) []Effect {
	if c.ended {
		return nil
	}
	c.now = now
	if batch, ok := in.(Batch); ok {
		for _, in := range batch.Inputs {
			c.act(in)
		}
	} else {
		c.act(in)
	}
	c.flush()
	return c.out.take()
}

// Status returns what the client knows of the room. It has no positions.
func (c *Client) Status() Status {
	role := frame.RoleOffline
	if c.lobby.welcome {
		role = frame.RoleJoining
	}
	return Status{
		Node:      c.cfg.Member.Node,
		Name:      c.cfg.Member.Name,
		Role:      role,
		Register:  c.lobby.register,
		Seated:    c.lobby.seated,
		Connected: c.lobby.welcome,
		Members:   c.lobby.members,
		Waiting:   c.lobby.waiting,
		Pending:   len(c.outbox.open) + len(c.errands.open),
	}
}

func (c *Client) act(in Input) {
	if c.ended {
		return
	}
	switch in := in.(type) {
	case Connected:
		c.onConnected(in)
	case Disconnected:
		if in.Conn == c.lobby.conn && c.lobby.connected {
			c.loseConnection()
		}
	case Received:
		c.onReceived(in)
	case Asked:
		c.onAsked(in)
	case Forget:
		c.onForget(in)
	case Wake:
		c.wakeAt = 0
	case Leave:
		c.send(frame.ToRelay(), frame.Goodbye{})
		c.answerAll(c.outbox.abandon("this client leaves"))
		c.answerAll(c.errands.abandon("this client leaves"))
		c.out.do(Gone{})
		c.ended = true
	case Persisted, StoreFailed, Appeared, Batch:
		panic(fmt.Sprintf("core: a client has no use for %T", in))
	default:
		panic(fmt.Sprintf("core: unknown input %T", in))
	}
}

func (c *Client) flush() {
	if c.ended {
		return
	}
	if c.lobby.isSilent(c.now) {
		c.out.do(Disconnect{Reason: fmt.Sprintf("the relay has been silent for %v", c.now.Sub(c.lobby.heardAt))})
		c.loseConnection()
	}
	if c.outbox.mayExpire(c.now) {
		c.answerAll(c.outbox.expire(c.now))
	}
	if c.lobby.welcome {
		for _, r := range c.outbox.due(c.now, c.lobby.master()) {
			c.send(frame.ToNode(r.to), r.frame)
		}
		for _, f := range c.errands.due(&c.lobby) {
			c.send(frame.ToRelay(), f)
		}
	}
	a := alarm{now: c.now}
	a.add(c.lobby.silentAt())
	c.outbox.addAlarms(&a)
	if a.at != 0 && (c.wakeAt == 0 || a.at < c.wakeAt) {
		c.wakeAt = a.at
		c.out.do(WakeAt{At: a.at})
	}
}

func (c *Client) send(to frame.To, f frame.Frame) {
	if c.lobby.connected {
		c.out.do(Send{Head: frame.Head{To: to, From: c.cfg.Member.Node}, Frame: f})
	}
}

func (c *Client) answerAll(answers []frame.Frame) {
	for _, f := range answers {
		c.out.do(Replied{Frame: f})
	}
}

func (c *Client) onConnected(in Connected) {
	if in.Conn <= c.lobby.conn {
		return
	}
	if c.lobby.connected {
		c.loseConnection()
	}
	c.lobby.onConnected(c.now, in.Conn, 0)
	c.send(frame.ToRelay(), frame.Hello{
		VersionMin: frame.VersionMin, VersionMax: frame.VersionMax,
		Room: c.cfg.Room, Member: c.cfg.Member,
	})
}

func (c *Client) loseConnection() {
	c.lobby.onDisconnected(c.now)
	c.outbox.unsend()
	c.answerAll(c.outbox.lose(func(journal.NodeID) bool { return true }, "the connection to the relay is gone"))
	c.answerAll(c.errands.lose())
}

func (c *Client) onReceived(in Received) {
	if in.Conn != c.lobby.conn || !c.lobby.connected {
		return
	}
	c.lobby.heardAt = c.now
	if in.Head.From.IsZero() {
		c.onRelayFrame(in.Frame)
		return
	}
	switch f := in.Frame.(type) {
	case frame.Written, frame.ReadReply, frame.Changes, frame.Report, frame.Verified, frame.Yielded, frame.OrphanList:
		c.onAnswer(in.Head.From, f)
	default:
		c.refuse(in.Head.From, f)
	}
}

func (c *Client) refuse(from journal.NodeID, f frame.Frame) {
	c.out.do(Refuse{From: from, Frame: f, Err: fmt.Errorf("a client has no use for %T", f)})
}

func (c *Client) onRelayFrame(f frame.Frame) {
	switch f := f.(type) {
	case frame.Welcome:
		c.lobby.onWelcome(c.now, f)
		// What was asked before there was a room, of somebody who is not in it.
		c.answerAll(c.outbox.lose(func(to journal.NodeID) bool { return !c.lobby.isPresent(to) }, "it is not in the room"))
	case frame.Refused:
		c.onRefused(f)
	case frame.Joined:
		c.lobby.onJoined(c.now, f)
		if f.Again {
			c.forgetPeer(f.Member.Node, "it has connected anew")
		}
	case frame.Left:
		c.lobby.onLeft(c.now, f)
		c.forgetPeer(f.Node, "it has left the room")
	case frame.Changed:
		if f.Register.Epoch != c.lobby.register.Epoch {
			c.outbox.unsend()
		}
		c.lobby.onChanged(c.now, f)
	case frame.Waiting:
		c.lobby.waiting = f
	case frame.Ping:
		c.send(frame.ToRelay(), frame.Pong(f))
	case frame.Answer:
		c.answerAll(c.errands.answer(f))
	default:
		c.refuse(journal.NodeID{}, f)
	}
}

func (c *Client) forgetPeer(id journal.NodeID, why string) {
	c.answerAll(c.outbox.lose(func(to journal.NodeID) bool { return to == id }, why))
	if id == c.lobby.register.Epoch.Master {
		c.outbox.unsend()
	}
}

func (c *Client) onAnswer(from journal.NodeID, f frame.Frame) {
	c.known = max(c.known, committedBy(f))
	if answer := c.outbox.answer(c.now, from, f); answer != nil {
		c.out.do(Replied{Frame: answer})
	}
}

// committedBy is an index that is committed, as an answer shows; 0 if it doesn't.
// Changes do not: what a watch of level local has been sent may be cut.
func committedBy(f frame.Frame) journal.Index {
	switch f := f.(type) {
	case frame.Report:
		return f.Commit.Index
	case frame.Written:
		if f.Receipt.Ack == journal.AckAll {
			return f.Receipt.Position.Index
		}
	}
	return 0
}

func (c *Client) onRefused(f frame.Refused) {
	err := refusalError(f)
	if !isForGood(f) {
		c.out.do(Refuse{Frame: f, Err: err})
		return
	}
	c.answerAll(c.outbox.abandon(err.Error()))
	c.answerAll(c.errands.abandon(err.Error()))
	c.out.do(Stop{Err: err})
	c.ended = true
}

// onAsked takes a request of the application. Any node with a copy can answer
// most of them; where none is named the master does.
func (c *Client) onAsked(in Asked) {
	if isErrand(in.Frame) {
		c.errands.add(in.Frame)
		return
	}
	switch f := in.Frame.(type) {
	case frame.Proceed:
		if by := c.outbox.servedBy(f.ID); !by.IsZero() {
			c.send(frame.ToNode(by), f)
		}
		return
	case frame.Unwatch:
		c.onForget(Forget{Frame: frame.Watch{ID: f.ID}})
		return
	}
	if !in.To.IsZero() && c.lobby.welcome && !c.lobby.isPresent(in.To) {
		c.out.do(Replied{Frame: failed(in.Frame, &frame.Failure{
			Code: frame.CodeGone, Text: fmt.Sprintf("%v is not in the room", in.To),
		})})
		return
	}
	c.outbox.add(c.now, in, c.known)
}

func (c *Client) onForget(in Forget) {
	if isErrand(in.Frame) {
		c.errands.forget(in.Frame)
		return
	}
	to, found := c.outbox.forget(in.Frame)
	if w, ok := in.Frame.(frame.Watch); ok && found && !to.IsZero() {
		c.send(frame.ToNode(to), frame.Unwatch{ID: w.ID})
	}
}
