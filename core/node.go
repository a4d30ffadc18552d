package core

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
)

// Node is one copy of a room and its part in keeping it. Make one with [New];
// it is not safe for concurrent use.
type Node struct {
	cfg    Config
	now    journal.Instant // of the current step
	copy   *localCopy
	chance *rand.Rand
	lobby  lobby
	outbox outbox
	out    outlet

	errands errands

	differs    bool            // this copy's state is not the master's: see compareState
	differed   uint64          // how often a difference was found
	strandedAt journal.Instant // since when nobody is left to mend this copy; 0 for not
	replica    replica         // how this copy stands with the master it follows
	mastership *mastership     // nil unless this node is master or on the way there
	candidacy  candidacy
	feeds      []*feed  // snapshots being sent
	brokenOff  *feed    // the newest that did not come to its end; nil if none
	install    *install // a snapshot being received; nil if none
	watches    watchBook
	reads      waitingReads
	answered   answered
	departure  *departure // nil unless leaving

	wakeAt journal.Instant // asked for by the newest WakeAt; 0 for none
	ended  bool
}

// New returns the node that stored describes, or a new one where stored is
// zero. A copy that may have forgotten something comes without its NodeID: what
// is left of it then goes on under a new one. Its first effects come with the
// first step.
func New(cfg Config, stored Stored) (*Node, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	if stored.Meta.Node.IsZero() {
		stored.Meta.Node, stored.Meta.Incarnation = cfg.Member.Node, 0
	}
	stored.Meta.Incarnation++
	c, err := newLocalCopy(stored, cfg.KeepBytes)
	if err != nil {
		return nil, err
	}
	c.saveMeta()
	n := &Node{cfg: cfg, copy: c, outbox: outbox{client: cfg.Client}}
	n.chance = rand.New(rand.NewPCG(cfg.Seed, electionStream))
	n.answered.before = stored.Meta.Accepted.Number
	n.lobby.register = stored.Meta.Register
	return n, nil
}

func (n *Node) id() journal.NodeID { return n.copy.meta.Node }

// Step takes one input at one moment and returns what the host must now do.
// It panics only if the host broke the contract of [Input].
func (n *Node) Step(now journal.Instant, in Input) []Effect {
	if n.ended {
		return nil
	}
	slept := now.Sub(n.now)
	n.now = now
	if n.lobby.connected && slept >= n.lobby.deadAfter {
		n.onSlept(slept)
	}
	if batch, ok := in.(Batch); ok {
		for _, in := range batch.Inputs {
			n.act(in)
		}
	} else {
		n.act(in)
	}
	n.flush()
	return n.out.take()
}

func (n *Node) act(in Input) {
	if n.ended {
		return
	}
	switch in := in.(type) {
	case Connected:
		n.onConnected(in)
	case Disconnected:
		n.onDisconnected(in)
	case Received:
		n.onReceived(in)
	case Persisted:
		n.onPersisted(in)
	case StoreFailed:
		n.stop(fmt.Errorf("storage: %w", in.Err))
	case Wake:
		n.wakeAt = 0
	case Asked:
		n.onAsked(in)
	case Forget:
		n.onForget(in)
	case Appeared:
		n.onAppeared(in)
	case Leave:
		n.onLeave(in)
	case Batch:
		panic("core: a Batch in a Batch")
	default:
		panic(fmt.Sprintf("core: unknown input %T", in))
	}
}

// flush ends a step: what came up in it is done together, so that many inputs
// make one append and one frame.
func (n *Node) flush() {
	if n.ended {
		return // nothing is stored or said any more
	}
	n.keepTime()
	if n.mastership != nil {
		n.superviseMastership()
	}
	n.vacateSeat()
	n.leaveStranded()
	if n.ended {
		return
	}
	n.judge()
	n.routeRequests()
	n.sendErrands()
	n.showProgress()
	n.acknowledge()
	n.progressDeparture()
	n.compact()
	if news := n.copy.orphans.takeNews(); len(news) > 0 {
		n.out.do(Orphaned{Orphans: news})
	}
	if store := n.copy.flush(); store != nil {
		// Before the frames of this step: the disk is the slower one.
		n.out.effects = append([]Effect{store}, n.out.effects...)
	}
	n.askToBeWoken()
}

// vacateSeat gives back a seat that this node holds without being master, be it
// that two relays serve the room: else the room would wait for it for ever.
func (n *Node) vacateSeat() {
	if n.mastership == nil && n.departure == nil && n.lobby.master() == n.id() && !n.ended {
		n.dropConnection("this node holds the mastership of an epoch that it has left")
		n.candidacy.notBefore = n.now.Add(claimAgainAfter)
	}
}

// onSlept deals with a step that comes so late that the relay has given this
// node up: the tab was frozen, the process stopped, the machine asleep. What it
// believed may be long untrue, so it starts again as a new incarnation before
// it acts on anything.
func (n *Node) onSlept(slept time.Duration) {
	n.endMastership("this node slept for " + slept.String())
	n.copy.meta.Incarnation++
	n.copy.saveMeta()
	n.dropConnection("slept for " + slept.String())
}

// dropConnection closes the connection; the host makes a new one.
func (n *Node) dropConnection(reason string) {
	n.out.do(Disconnect{Reason: reason})
	n.loseConnection()
}

func (n *Node) onConnected(in Connected) {
	if in.Conn <= n.lobby.conn {
		return
	}
	if n.lobby.connected {
		n.loseConnection()
	}
	n.lobby.onConnected(n.now, in.Conn, n.copy.meta.Incarnation)
	member := n.cfg.Member
	member.Node, member.Incarnation = n.copy.meta.Node, n.copy.meta.Incarnation
	n.send(frame.ToRelay(), frame.Hello{
		VersionMin: frame.VersionMin, VersionMax: frame.VersionMax,
		Room: n.cfg.Room, Member: member, Register: n.copy.meta.Register,
	})
}

func (n *Node) onDisconnected(in Disconnected) {
	if in.Conn == n.lobby.conn && n.lobby.connected {
		n.loseConnection()
	}
}

// loseConnection ends everything that hung on the connection.
func (n *Node) loseConnection() {
	n.endMastership("the connection to the relay is gone")
	n.lobby.onDisconnected(n.now)
	n.out.held = nil
	n.candidacy = candidacy{}
	n.replica.disconnect()
	n.endFeeds()
	n.outbox.unsend()
	n.answerAll(n.outbox.lose(func(id journal.NodeID) bool { return id != n.id() }, "the connection to the relay is gone"))
	n.answerAll(n.errands.lose())
	n.watches.keepOnly(n.id())
	n.reads.keepIf(func(asker journal.NodeID) bool { return asker == n.id() })
}

func (n *Node) answerAll(answers []frame.Frame) {
	for _, f := range answers {
		n.out.do(Replied{Frame: f})
	}
}

func (n *Node) onPersisted(in Persisted) {
	n.copy.onPersisted(in.Seq)
	n.out.release(n.copy.stored)
}

func (n *Node) onAppeared(in Appeared) {
	if n.cfg.Member.Visible == in.Visible {
		return
	}
	n.cfg.Member.Visible = in.Visible
	if n.lobby.welcome {
		n.send(frame.ToRelay(), frame.Appear{Visible: in.Visible})
	}
}

// stop ends the node for good.
func (n *Node) stop(err error) {
	n.endMastership(err.Error())
	n.answerAll(n.outbox.lose(func(journal.NodeID) bool { return true }, err.Error()))
	n.answerAll(n.outbox.abandon(err.Error()))
	n.answerAll(n.errands.abandon(err.Error()))
	n.out.do(Stop{Err: err})
	n.ended = true
}
