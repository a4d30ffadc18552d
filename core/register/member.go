package register

import "github.com/understudy-dev/understudy/core/journal"

// Kind says what is behind a connection.
type Kind uint8

// The kinds of connection. A client has no copy: it is never a candidate,
// never in sync and gets no entries.
const (
	KindProcess Kind = 1
	KindTab     Kind = 2
	KindClient  Kind = 3
)

// String returns the word people see.
func (k Kind) String() string {
	switch k {
	case KindProcess:
		return "process"
	case KindTab:
		return "tab"
	case KindClient:
		return "client"
	}
	return "unknown"
}

// Member is one connected node or client as the relay presents it to all.
type Member struct {
	Node        journal.NodeID
	Incarnation journal.Incarnation
	Name        string // for people; need not be unique
	Kind        Kind
	Candidate   bool // may become master
	Priority    int32
	Durable     bool // keeps its copy through a restart
	Visible     bool // a process, or a tab that is on screen
}

// HasCopy reports whether the member holds a copy of the room.
func (m Member) HasCopy() bool { return m.Kind != KindClient }
