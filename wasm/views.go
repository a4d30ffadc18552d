//go:build js && wasm

package main

import (
	"fmt"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// statusOf is a node's status as understudy.d.ts has it.
func statusOf(s core.Status, reports map[journal.NodeID]frame.Report, color string, names map[journal.NodeID]string) object {
	master := masterNow(s)
	lag := 0
	if report, ok := reports[master]; ok && master != s.Node {
		lag = behind(report.Last, s.Last)
	}
	shown := ""
	if !master.IsZero() {
		shown = master.String()
	}
	return newObject().text("node", s.Node.String()).text("name", s.Name).text("role", roleOf(s.Role)).flag("open", s.Open).
		text("epoch", s.Epoch.String()).text("last", s.Last.String()).text("commit", s.Commit.String()).
		text("applied", s.Applied.String()).int("lag", lag).text("storage", s.Storage).text("health", color).text("master", shown).
		int("orphans", s.Orphans).object("settings", settingsOf(s.Register.Settings)).
		texts("waiting", len(s.Waiting.For), func(i int) string { return nameIn(names, s.Waiting.For[i]) }).
		list("losses", len(s.Register.Losses), func(i int) object { return lossOf(s.Register.Losses[i], names) })
}

// nameIn is how people know a node: by its name, or by its id if it was never
// seen.
func nameIn(names map[journal.NodeID]string, id journal.NodeID) string {
	if name := names[id]; name != "" {
		return name
	}
	return id.String()
}

// masterNow is who holds the mastership, open or not; zero for nobody.
func masterNow(s core.Status) journal.NodeID {
	if !s.Seated || !s.Connected {
		return journal.NodeID{}
	}
	return s.Register.Epoch.Master
}

// roleOf is a role in the words of the page: it makes no difference there
// whether a node is on its way to be a replica or the master.
func roleOf(r frame.Role) string {
	if r == frame.RoleClaiming {
		return frame.RoleJoining.String()
	}
	return r.String()
}

// behind is how many entries a log that ends at last lacks of one that ends at
// end.
func behind(end, last journal.Position) int {
	if last.Index >= end.Index {
		return 0
	}
	return int(end.Index - last.Index)
}

// putMembers lists the nodes with a copy.
func putMembers(to object, s core.Status, reports map[journal.NodeID]frame.Report) object {
	var copies []register.Member
	for _, m := range s.Members {
		if m.HasCopy() {
			copies = append(copies, m)
		}
	}
	end := s.Last
	if report, ok := reports[masterNow(s)]; ok && report.Node != s.Node {
		end = report.Last
	}
	return to.list("members", len(copies), func(i int) object {
		report, answered := reports[copies[i].Node]
		return memberOf(copies[i], s, report, answered, end)
	})
}

// memberOf is one node as understudy.d.ts has it: this one as it is, the others
// as they last answered. The log of the master ends at end.
func memberOf(m register.Member, s core.Status, report frame.Report, answered bool, end journal.Position) object {
	self := m.Node == s.Node
	if self && !answered {
		report.Last, report.Commit, report.Applied = s.Last, s.Commit, s.Applied
	}
	if self {
		report.Orphans = uint32(s.Orphans)
	}
	role, last, storage := report.Role, report.Last, report.Storage
	switch {
	case self:
		role, last, storage = s.Role, s.Last, s.Storage
	case !answered, role == frame.RoleMaster && m.Node != masterNow(s):
		role = frame.RoleJoining // or it has lost the seat since it answered
	}
	v := newObject().text("node", m.Node.String()).text("name", m.Name).text("kind", m.Kind.String()).
		text("role", roleOf(role)).flag("inSync", s.Register.IsInSync(m.Node)).flag("visible", m.Visible).
		text("storage", storage).flag("self", self)
	lag, hash := 0, ""
	if answered {
		hash = fmt.Sprintf("%016x", report.Hash)
	}
	if answered || self {
		lag = behind(end, last)
		v.text("position", report.Last.String()).text("commit", report.Commit.String()).text("applied", report.Applied.String())
	} else {
		v.text("position", "").text("commit", "").text("applied", "")
	}
	return v.int("lag", lag).text("hash", hash).int("orphans", int(report.Orphans))
}
