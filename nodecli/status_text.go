package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
)

// writeStatus writes the register's line and a row per node.
func writeStatus(w io.Writer, s host.RoomStatus) error {
	var text strings.Builder
	fmt.Fprintf(&text, "room %s  register %d  epoch %v  %s\n",
		word(s.Room), s.Register.Version, s.Register.Epoch, masterText(s))
	if len(s.Waiting.For) > 0 {
		fmt.Fprintln(&text, waitingText(s))
	} else if why := s.WhyNoMaster(); why != "" {
		if s.WayOn() == "" {
			why += "; understudy takeover makes one of them master"
		}
		fmt.Fprintln(&text, why)
	}
	if chosen := chosenText(s.Register.Settings); chosen != "" {
		fmt.Fprintf(&text, "settings  %s\n", chosen)
	}
	for _, loss := range s.Register.Losses {
		fmt.Fprintln(&text, lossText(s, loss))
	}
	if len(s.Nodes) == 0 {
		fmt.Fprintln(&text, "no node is here: understudy node starts one")
	} else {
		writeRows(&text, s)
	}
	for _, n := range s.Nodes {
		if n.Report.Differed > 0 {
			fmt.Fprintf(&text, "%v has differed from another copy %d times: see its log, and its disk\n",
				nameOf(s, n.Member.Node), n.Report.Differed)
		}
	}
	_, err := io.WriteString(w, text.String())
	if err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

func masterText(s host.RoomStatus) string {
	switch {
	case s.Register.IsZero():
		return "nobody has been master yet"
	case s.Register.Epoch.Master.IsZero():
		return "no master"
	}
	master := nameOf(s, s.Register.Epoch.Master).String()
	if !isPresent(s, s.Register.Epoch.Master) {
		return fmt.Sprintf("no master: %s is gone  in sync %d", master, len(s.Register.InSync))
	}
	return fmt.Sprintf("master %s  in sync %d", master, len(s.Register.InSync))
}

func waitingText(s host.RoomStatus) string {
	names := make([]string, len(s.Waiting.For))
	for i, id := range s.Waiting.For {
		names[i] = nameOf(s, id).String()
	}
	text := "the room waits for " + eachOf(s.Waiting) + strings.Join(names, ", ")
	if on := s.WayOn(); on != "" {
		text += "; " + on
	}
	return text
}

func writeRows(w io.Writer, s host.RoomStatus) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tNODE\tKIND\tROLE\tIN SYNC\tLAST\tCOMMIT\tLAG\tSTORAGE")
	for _, n := range s.Nodes {
		m, r := n.Member, n.Report
		inSync := "no"
		if n.InSync {
			inSync = "yes"
		}
		name := m.Name
		if name == m.Node.String() {
			name = "-"
		}
		fmt.Fprintf(table, "%s\t%v\t%v\t", field(name), m.Node, m.Kind)
		if n.Err != nil {
			fmt.Fprintf(table, "silent\t%s\t?\t?\t?\t?\n", inSync)
			continue
		}
		lag := "?"
		if behind, known := lagOf(s, n); known {
			lag = fmt.Sprint(behind)
		}
		fmt.Fprintf(table, "%s\t%s\t%v\t%v\t%s\t%s\n", roleText(n), inSync, r.Last, r.Commit, lag, r.Storage)
	}
	// Whoever is in the list and not here matters most to one who looks for it.
	for _, seat := range s.Register.InSync {
		if !isPresent(s, seat.Node) {
			fmt.Fprintf(table, "-\t%v\t?\tabsent\tyes\t?\t?\t?\t?\n", seat.Node)
		}
	}
	_ = table.Flush() // into memory
}

// roleText is what a node is, and what sets it apart when a master is found.
func roleText(n host.NodeStatus) string {
	switch {
	case !n.Member.Candidate:
		return fmt.Sprintf("%v, no candidate", n.Report.Role)
	case n.Member.Priority != 0:
		return fmt.Sprintf("%v, priority %d", n.Report.Role, n.Member.Priority)
	}
	return n.Report.Role.String()
}

// lagOf returns how many entries a node is behind the master, where both have
// said how they stand.
func lagOf(s host.RoomStatus, n host.NodeStatus) (journal.Index, bool) {
	for _, m := range s.Nodes {
		if m.Member.Node == s.Register.Epoch.Master && m.Err == nil && n.Err == nil {
			return max(m.Report.Last.Index, n.Report.Last.Index) - n.Report.Last.Index, true
		}
	}
	return 0, false
}

func nameOf(s host.RoomStatus, id journal.NodeID) memberName {
	for _, m := range s.Members {
		if m.Node == id {
			return memberName{id, m.Name}
		}
	}
	return memberName{Node: id}
}

func isPresent(s host.RoomStatus, id journal.NodeID) bool {
	for _, m := range s.Members {
		if m.Node == id {
			return true
		}
	}
	return false
}

// isTerminal reports whether people see what is written to w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
