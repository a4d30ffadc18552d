package main

import (
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// roomJSON is what status --json prints. Nodes are named by the eight
// characters that people see everywhere.
type roomJSON struct {
	Room       string       `json:"room"`
	Register   registerJSON `json:"register"`
	Waiting    []string     `json:"waiting"`    // whom the room waits for
	WaitingAll bool         `json:"waitingAll"` // for each of them, not only for one
	Nodes      []nodeJSON   `json:"nodes"`
}

type registerJSON struct {
	Version register.Version    `json:"version"`
	Epoch   journal.EpochNumber `json:"epoch"`
	Master  *string             `json:"master"` // null without one
	InSync  []string            `json:"inSync"`
	Losses  []lossJSON          `json:"losses"` // the newest last

	Settings roomSettingsJSON `json:"settings"`
}

// nodeJSON is one node with a copy. What a node that does not answer would have
// said is null.
type nodeJSON struct {
	Node    string         `json:"node"`
	Name    string         `json:"name"`
	Kind    string         `json:"kind"`
	Role    *string        `json:"role"`
	InSync  bool           `json:"inSync"`
	Last    *string        `json:"last"`
	Commit  *string        `json:"commit"`
	Lag     *journal.Index `json:"lag"` // entries behind the master
	Storage *string        `json:"storage"`

	// Differed counts how often its state was not what another copy had made of
	// the same entries.
	Differed *uint64 `json:"differed"`

	Candidate bool  `json:"candidate"` // may become master
	Priority  int32 `json:"priority"`
}

func statusJSON(s host.RoomStatus) roomJSON {
	room := roomJSON{
		Room: s.Room, Waiting: []string{}, Nodes: []nodeJSON{},
		Register: registerJSON{
			Version: s.Register.Version, Epoch: s.Register.Epoch.Number, InSync: []string{}, Losses: lossesJSON(s.Register.Losses),
			Settings: settingsJSON(s.Register.Settings),
		},
		WaitingAll: s.Waiting.All,
	}
	if master := s.Register.Epoch.Master; !master.IsZero() && isPresent(s, master) {
		room.Register.Master = text(master.String())
	}
	for _, seat := range s.Register.InSync {
		room.Register.InSync = append(room.Register.InSync, seat.Node.String())
	}
	for _, id := range s.Waiting.For {
		room.Waiting = append(room.Waiting, id.String())
	}
	for _, n := range s.Nodes {
		node := nodeJSON{
			Node: n.Member.Node.String(), Name: n.Member.Name, Kind: n.Member.Kind.String(), InSync: n.InSync,
			Candidate: n.Member.Candidate, Priority: n.Member.Priority,
		}
		if n.Err == nil {
			node.Role, node.Storage = text(n.Report.Role.String()), text(n.Report.Storage)
			node.Last, node.Commit = text(n.Report.Last.String()), text(n.Report.Commit.String())
			node.Differed = &n.Report.Differed
		}
		if lag, known := lagOf(s, n); known {
			node.Lag = &lag
		}
		room.Nodes = append(room.Nodes, node)
	}
	return room
}

func text(s string) *string { return &s }
