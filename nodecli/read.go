package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// readFlags say how fresh a read must be and whose copy answers it.
type readFlags struct {
	Read string `placeholder:"LEVEL" enum:",local,committed,session,latest" default:"" help:"How fresh: local (what the copy has), committed (what no clean failover takes back), session (what the copy has, from --after on) or latest (the newest there is). Default: latest, and committed with --from."`
	From string `placeholder:"WHO" help:"Whose copy: any, master, replica, or a node's name or the beginning of its id. Default: the master's."`
}

// options says how to read, and chooses the copy.
func (f readFlags) options(ctx context.Context, room *host.Client) (host.ReadOptions, error) {
	name := f.Read
	switch {
	case name == "" && f.From == "":
		name = "latest"
	case name == "":
		name = "committed"
	case name == "latest" && f.From != "" && f.From != "master":
		return host.ReadOptions{}, misused("--read latest is answered by the master, not by --from %s", f.From)
	}
	level, _ := frame.ParseLevel(name) // the grammar lists them
	options := host.ReadOptions{Level: level}
	var err error
	switch f.From {
	case "", "master": // a client asks the master unless told otherwise
	case "any":
		options.From, err = nearest(ctx, room, func(host.NodeStatus) bool { return true })
	case "replica":
		options.From, err = nearest(ctx, room, func(n host.NodeStatus) bool { return n.Report.Role == frame.RoleReplica })
	default:
		var member memberName
		member, err = findNode(ctx, room, f.From)
		options.From = member.Node
	}
	return options, err
}

// surveyTimeout is how long the choice of a copy may take: a node that does not
// answer by then is not the one to read from.
const surveyTimeout = 500 * time.Millisecond

// nearest chooses by chance among the copies that lag least.
func nearest(ctx context.Context, room *host.Client, fits func(host.NodeStatus) bool) (journal.NodeID, error) {
	survey, cancel := context.WithTimeout(ctx, surveyTimeout)
	defer cancel()
	status, err := room.Status(survey)
	if err != nil {
		return journal.NodeID{}, err
	}
	nodes := slices.DeleteFunc(status.Nodes, func(n host.NodeStatus) bool {
		readable := n.Report.Role == frame.RoleReplica || n.Report.Role == frame.RoleMaster
		return n.Err != nil || !readable || !fits(n)
	})
	if len(nodes) == 0 {
		text := "no such copy answers"
		if why := status.WhyNoMaster(); why != "" {
			text += "; " + why
		}
		return journal.NodeID{}, &exitError{status: exitNobody, err: errors.New(text),
			hint: "understudy status shows the copies; understudy node makes one more"}
	}
	newest := slices.MaxFunc(nodes, func(a, b host.NodeStatus) int {
		return a.Report.Commit.Compare(b.Report.Commit)
	}).Report.Commit
	nodes = slices.DeleteFunc(nodes, func(n host.NodeStatus) bool { return n.Report.Commit != newest })
	return nodes[rand.N(len(nodes))].Member.Node, nil
}
