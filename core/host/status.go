package host

import (
	"context"
	"sync"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/register"
)

// RoomStatus is how a room stands: what the relay says, and what each node with
// a copy says of itself.
type RoomStatus struct {
	Room     string
	Register register.Register
	Seated   bool              // the registered master is there and holds its seat
	Members  []register.Member // everybody connected, clients too, by NodeID
	Waiting  frame.Waiting     // whom the room waits for, if it has no master
	Nodes    []NodeStatus      // the members with a copy, by NodeID
}

// NodeStatus is one node with a copy.
type NodeStatus struct {
	Member register.Member
	InSync bool
	Report frame.Report // zero if Err is not nil
	Err    error        // why the node gave no report: [ErrTimeout], or that it left
}

// probeTimeout is how long one node may take to say how it stands.
const probeTimeout = 2 * time.Second

// Presence is Status without asking anybody: what the relay has told. No node
// in it has a Report.
func (s *Session) Presence(ctx context.Context) (RoomStatus, error) {
	view, err := s.runner.view(ctx)
	if err != nil {
		return RoomStatus{}, err
	}
	status := RoomStatus{Room: s.room, Register: view.Register, Seated: view.Seated, Members: view.Members, Waiting: view.Waiting}
	for _, m := range view.Members {
		if m.HasCopy() {
			status.Nodes = append(status.Nodes, NodeStatus{Member: m, InSync: view.Register.IsInSync(m.Node)})
		}
	}
	return status, nil
}

// Status asks every node with a copy how it stands, all at once, each for at
// most two seconds. A node that does not answer has an Err and spoils nothing.
func (s *Session) Status(ctx context.Context) (RoomStatus, error) {
	status, err := s.Presence(ctx)
	if err != nil {
		return RoomStatus{}, err
	}
	probing, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	var asking sync.WaitGroup
	for i := range status.Nodes {
		asking.Go(func() { s.probe(probing, &status.Nodes[i]) })
	}
	asking.Wait()
	// Whom a room waits for the relay says behind its Welcome, so that one who has
	// just come may not know it at first. The nodes' answers come behind that.
	if later, err := s.Presence(ctx); err == nil && later.Register.Version == status.Register.Version {
		status.Waiting = later.Waiting
	}
	return status, nil
}

func (s *Session) probe(ctx context.Context, n *NodeStatus) {
	answer, err := s.ask(ctx, n.Member.Node, frame.Probe{})
	if err != nil {
		n.Err = err
		return
	}
	report, ok := answer.(frame.Report)
	if !ok {
		n.Err = unexpected(answer)
		return
	}
	n.Report = report
}
