package main

import (
	"fmt"
	"os/exec"
	"strings"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/site/builder"
)

// invite prints the page's address and what to try.
func (cmd *demoCommand) invite(sh *shell, at, page string, nodes []*host.Node) error {
	names := make([]string, len(nodes))
	for i, node := range nodes {
		names[i] = node.State().Name
	}
	who := "Each tab you open there is a node."
	switch len(names) {
	case 0:
	case 1:
		who = fmt.Sprintf("Each tab you open there is a node, and so is %s in this process.", names[0])
	default:
		last := len(names) - 1
		who = fmt.Sprintf("Each tab you open there is a node, and so are %s and %s in this process.",
			strings.Join(names[:last], ", "), names[last])
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Understudy is at %s\n\n%s\n", page, who)
	fmt.Fprintf(&text, "Write in one and read in another; then close the master, and see who takes over.\n\n")
	fmt.Fprintf(&text, "From another terminal:\n")
	if at != defaultAddress {
		fmt.Fprintf(&text, "  export UNDERSTUDY_RELAY=ws://%s/ws\n", at)
	}
	if sh.Room != defaultRoom {
		fmt.Fprintf(&text, "  export UNDERSTUDY_ROOM='%s'\n", strings.ReplaceAll(sh.Room, "'", `'\''`))
	}
	for _, line := range []string{"set colour blue", "watch", "status --watch", "node", "handover"} {
		fmt.Fprintf(&text, "  %s %s\n", ourselves(), line)
	}
	kept := "Everything is in memory and ends with it; --dir keeps it."
	if cmd.Dir != "" {
		kept = fmt.Sprintf("What you write is kept in %s.", cmd.Dir)
	}
	fmt.Fprintf(&text, "\nCtrl-C ends the demo. %s\n", kept)
	return sh.print("%s", text.String())
}

// ourselves is how to call this program from the folder one is in.
func ourselves() string {
	if _, err := exec.LookPath("understudy"); err == nil {
		return "understudy"
	}
	if _, err := builder.Root("."); err == nil {
		return "go run ./nodecli"
	}
	return "understudy"
}
