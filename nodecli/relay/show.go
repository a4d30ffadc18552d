package relay

import (
	"time"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
	"github.com/understudy-dev/understudy/core/room"
)

// roomJSON is what /rooms/NAME answers. Nodes are named by their whole ids.
type roomJSON struct {
	Room       string       `json:"room"`
	Register   registerJSON `json:"register"`
	Nodes      []memberJSON `json:"nodes"`      // everybody connected, clients included
	Waiting    []string     `json:"waiting"`    // whom the room waits for
	WaitingAll bool         `json:"waitingAll"` // for each of them, not only for one
	Barred     []string     `json:"barred"`     // where nobody is waited for and there is no master: who is in sync and here, but may not be one
}

type registerJSON struct {
	Version  register.Version    `json:"version"`
	Epoch    journal.EpochNumber `json:"epoch"`
	Master   *string             `json:"master"` // null while the seat is vacant
	InSync   []seatJSON          `json:"inSync"`
	Awaiting bool                `json:"awaiting"`
	Losses   []lossJSON          `json:"losses"`
	Settings settingsJSON        `json:"settings"`
}

// settingsJSON has every setting as it is in force, in the words of room set.
type settingsJSON struct {
	Election  string `json:"election"`
	MinInSync int    `json:"minInSync"`
	Ack       string `json:"ack"`
	Volatile  string `json:"volatile"`
	LagLimit  string `json:"lagLimit"`
}

type seatJSON struct {
	Node        string              `json:"node"`
	Volatile    bool                `json:"volatile"`
	Incarnation journal.Incarnation `json:"incarnation,omitempty"`
}

type lossJSON struct {
	Epoch   journal.EpochNumber `json:"epoch"`
	Master  string              `json:"master"`
	At      string              `json:"at"` // RFC 3339
	Missing []string            `json:"missing"`
	Taken   bool                `json:"taken"` // somebody asked for it; else the room reopened by itself
}

type memberJSON struct {
	Node        string `json:"node"`
	Name        string `json:"name"`
	Kind        string `json:"kind"`
	Incarnation uint64 `json:"incarnation"`
	InSync      bool   `json:"inSync"`
	Candidate   bool   `json:"candidate"`
	Priority    int32  `json:"priority"`
	Durable     bool   `json:"durable"`
	Visible     bool   `json:"visible"`
}

func showRoom(name string, r *room.Room) roomJSON {
	value, waiting := r.Register(), r.Waiting()
	shown := roomJSON{
		Room: name, Nodes: []memberJSON{}, Waiting: full(waiting.For), WaitingAll: waiting.All,
		Register: registerJSON{
			Version: value.Version, Epoch: value.Epoch.Number, Awaiting: value.Awaiting,
			InSync: []seatJSON{}, Losses: []lossJSON{}, Settings: showSettings(value.Settings),
		},
	}
	shown.Barred = []string{}
	if node, _, ok := r.Master(); ok {
		text := node.Full()
		shown.Register.Master = &text
	} else if len(waiting.For) == 0 {
		shown.Barred = full(value.Barred(r.Members()))
	}
	for _, seat := range value.InSync {
		shown.Register.InSync = append(shown.Register.InSync, seatJSON{seat.Node.Full(), seat.Volatile, seat.Incarnation})
	}
	for _, loss := range value.Losses {
		at := time.Unix(0, int64(loss.At)).UTC().Format(time.RFC3339Nano)
		shown.Register.Losses = append(shown.Register.Losses, lossJSON{loss.Epoch.Number, loss.Epoch.Master.Full(), at, full(loss.Missing), loss.Taken})
	}
	for _, m := range r.Members() {
		shown.Nodes = append(shown.Nodes, memberJSON{
			Node: m.Node.Full(), Name: m.Name, Kind: m.Kind.String(), Incarnation: uint64(m.Incarnation),
			InSync: value.IsInSync(m.Node), Candidate: m.Candidate, Priority: m.Priority, Durable: m.Durable, Visible: m.Visible,
		})
	}
	return shown
}

func showSettings(s register.Settings) settingsJSON {
	return settingsJSON{
		Election: s.Election.String(), MinInSync: s.MinInSyncOrDefault(), Ack: s.AckOr(journal.AckRoom).String(),
		Volatile: s.VolatileWord(), LagLimit: s.LagLimitOrDefault().String(),
	}
}

func full(nodes []journal.NodeID) []string {
	texts := make([]string, len(nodes))
	for i, n := range nodes {
		texts[i] = n.Full()
	}
	return texts
}
