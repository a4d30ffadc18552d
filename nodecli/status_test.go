package main

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func TestStatusTellsOfCopiesThatDiffered(t *testing.T) {
	wren, lark := register.Member{Node: journal.NodeID{1}, Name: "wren"}, register.Member{Node: journal.NodeID{2}, Name: "lark"}
	s := host.RoomStatus{Room: "main", Members: []register.Member{wren, lark}, Nodes: []host.NodeStatus{
		{Member: wren, Report: frame.Report{Node: wren.Node, Differed: 2}},
		{Member: lark, Report: frame.Report{Node: lark.Node}},
	}}
	var out strings.Builder
	if err := writeStatus(&out, s); err != nil {
		t.Fatal(err)
	}
	contains(t, "status", out.String(), "wren (", ") has differed from another copy 2 times: see its log, and its disk\n")
	if strings.Contains(out.String(), "differed from another copy 0") {
		t.Errorf("status is\n%s", out.String())
	}
	nodes := statusJSON(s).Nodes
	if got := nodes[0].Differed; got == nil || *got != 2 {
		t.Errorf("in JSON it is %v", got)
	}
}
