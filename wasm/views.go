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
func statusOf(s core.Status, reports map[journal.NodeID]frame.Report, color string, names map[journal.NodeID]string) map[string]any {
	waiting := make([]any, 0, len(s.Waiting.For))
	for _, id := range s.Waiting.For {
		name := names[id]
		if name == "" {
			name = id.String()
		}
		waiting = append(waiting, name)
	}
	master := masterNow(s)
	lag := 0
	if report, ok := reports[master]; ok && master != s.Node {
		lag = behind(report.Last, s.Last)
	}
	shown := ""
	if !master.IsZero() {
		shown = master.String()
	}
	return map[string]any{
		"node": s.Node.String(), "name": s.Name, "role": roleOf(s.Role), "open": s.Open,
		"epoch": s.Epoch.String(), "last": s.Last.String(), "commit": s.Commit.String(), "applied": s.Applied.String(),
		"lag": lag, "storage": s.Storage, "health": color, "master": shown, "waiting": waiting,
	}
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

// membersOf lists the nodes with a copy. This node is shown as it is, the
// others as they last answered.
func membersOf(s core.Status, reports map[journal.NodeID]frame.Report) []any {
	members := []any{}
	end := s.Last
	if report, ok := reports[masterNow(s)]; ok && report.Node != s.Node {
		end = report.Last
	}
	for _, m := range s.Members {
		if m.HasCopy() {
			members = append(members, memberOf(m, s, reports, end))
		}
	}
	return members
}

func memberOf(m register.Member, s core.Status, reports map[journal.NodeID]frame.Report, end journal.Position) map[string]any {
	self := m.Node == s.Node
	v := map[string]any{
		"node": m.Node.String(), "name": m.Name, "kind": m.Kind.String(), "role": roleOf(frame.RoleJoining),
		"inSync": s.Register.IsInSync(m.Node), "position": "", "commit": "", "applied": "", "hash": "",
		"lag": 0, "visible": m.Visible, "storage": "", "self": self,
	}
	if report, ok := reports[m.Node]; ok {
		v["role"] = roleOf(report.Role)
		v["position"], v["commit"], v["applied"] = report.Last.String(), report.Commit.String(), report.Applied.String()
		v["hash"] = fmt.Sprintf("%016x", report.Hash)
		v["lag"], v["storage"] = behind(end, report.Last), report.Storage
	}
	if self {
		v["role"] = roleOf(s.Role)
		v["storage"] = s.Storage
		v["lag"] = behind(end, s.Last)
	} else if v["role"] == frame.RoleMaster.String() && m.Node != masterNow(s) {
		v["role"] = roleOf(frame.RoleJoining) // it has lost the seat since it answered
	}
	if self && v["position"] == "" {
		v["position"], v["commit"], v["applied"] = s.Last.String(), s.Commit.String(), s.Applied.String()
	}
	return v
}
