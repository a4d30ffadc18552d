package frame

import (
	"time"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// Between a node or client and the relay. All of these have the zero To.

// Hello is the first frame of a connection, and the only one until Welcome.
type Hello struct {
	VersionMin uint16 // the protocol versions the sender speaks, both inclusive
	VersionMax uint16
	Room       string // 1 to 128 bytes
	Member     register.Member

	// Register is the newest register value the node has stored; zero for a
	// client and for a node without history. A relay with an older one adopts it.
	Register register.Register
}

// Welcome answers Hello. What it says was true when the relay handled the
// Hello; Changed, Joined and Left bring it up to date in order.
type Welcome struct {
	Version   uint16 // the protocol version to speak
	Register  register.Register
	Seated    bool              // the connection on which the mastership was granted is alive
	Members   []register.Member // everybody connected, the receiver included, by NodeID
	PingEvery time.Duration
	DeadAfter time.Duration // silence after which the relay gives a node up
}

// Refused is the relay's last frame before it closes a connection.
type Refused struct {
	Code Code
	Text string
}

// Joined tells everybody that a member has connected. A member that is listed
// already has changed (its visibility) or come back by a new connection; Again
// is true for the latter, and its earlier connection has no effect any more.
type Joined struct {
	Member register.Member
	Again  bool
}

// Left tells everybody that a member's connection is gone.
type Left struct {
	Node        journal.NodeID
	Incarnation journal.Incarnation
	Goodbye     bool   // it said so itself, and will not come back as this incarnation
	Reason      string // for people: "closed", "silent for 3s", "too slow", ...
}

// Changed tells everybody the new value of the register. It is sent after the
// value is on the relay's disk, and before the answer to the request.
type Changed struct {
	Register register.Register
	Seated   bool // the master is connected by the connection that holds the mastership
}

// Waiting tells everybody why the room has no master and cannot get one by
// itself: these in-sync nodes, of which one (or, with All, each) must return.
// An empty list ends it.
type Waiting struct {
	For []journal.NodeID
	All bool
}

// Ping asks for a Pong from the node's own loop.
type Ping struct{ Nonce uint64 }

// Pong answers Ping.
type Pong struct{ Nonce uint64 }

// Appear tells the relay that the tab came on screen or went off it.
type Appear struct{ Visible bool }

// Goodbye says that this incarnation ends now and will not come back.
type Goodbye struct{}

// Claim asks for the mastership under Number, which must be one above the
// register's.
type Claim struct {
	Request uint64
	Number  journal.EpochNumber
}

// Amend asks to add and remove in-sync nodes. Sent by the master of the current
// epoch only.
type Amend struct {
	Request uint64
	Version register.Version // the value it changes
	Epoch   journal.Epoch
	Add     []Addition
	Remove  []journal.NodeID
	Settled bool // everybody in the list as it becomes is complete: a list that was adopted awaits nobody any more
	Expel   bool // close the connections of those removed, with CodeSilent: they answer the relay but not the master
}

// Addition names a node with the incarnation that has caught up.
type Addition struct {
	Node        journal.NodeID
	Incarnation journal.Incarnation
}

// Handover asks to pass the mastership to an in-sync, connected node. With a
// zero Successor the relay takes the first in succession that is connected: a
// resignation.
type Handover struct {
	Request   uint64
	Version   register.Version
	Epoch     journal.Epoch
	Successor journal.NodeID
}

// Confirm asks whether the sender is still master. The Answer is OK if it is.
type Confirm struct {
	Request uint64
	Epoch   journal.Epoch
}

// Configure asks for other settings of the room. Any peer may. The relay
// refuses it with CodeStale where Version is not the register's, and with
// CodeInvalid where a value is out of its range.
type Configure struct {
	Request  uint64
	Version  register.Version // the value it changes
	Settings register.Settings
}

// TakeOver asks for an unclean mastership of a node, by hand: for a room whose
// in-sync copies will not come back. Any peer may ask. It is refused with
// CodeInSyncHere while an in-sync node is present that could be master, but for
// that node itself; and it leaves a loss record that names who was missing.
type TakeOver struct {
	Request   uint64
	Version   register.Version // the value it changes
	Successor journal.NodeID   // connected, with a copy; it need be neither in sync nor a candidate
}

// Answer answers Claim, Amend, Handover, Confirm, Configure and TakeOver. A change that was made
// reaches the node as Changed before its Answer.
type Answer struct {
	Request uint64
	Code    Code // CodeOK, or why not
	Text    string
	Version register.Version // the register's at that moment
	After   time.Duration    // with CodeRetry: ask again after this long
}
