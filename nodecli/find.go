package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// memberName is what people call a node.
type memberName struct {
	Node journal.NodeID
	Name string
}

// String returns NAME (ID), or the id alone where the node has no name of its
// own.
func (m memberName) String() string {
	if m.Name == "" || m.Name == m.Node.String() {
		return m.Node.String()
	}
	return fmt.Sprintf("%s (%v)", m.Name, m.Node)
}

// findNode returns the node of the room that text means: its name, or the
// beginning of its id.
func findNode(ctx context.Context, room *host.Client, text string) (memberName, error) {
	status, err := room.Presence(ctx)
	if err != nil {
		return memberName{}, err
	}
	nodes := slices.DeleteFunc(slices.Clone(status.Members), func(m register.Member) bool { return !m.HasCopy() })
	return matchNode(nodes, text)
}

// findSuccessor is findNode for a change of master: to nobody it is refused as
// one to a node that may not be master is, and nothing is done.
func findSuccessor(ctx context.Context, room *host.Client, text string) (memberName, error) {
	found, err := findNode(ctx, room, text)
	var missing noNodeError
	if errors.As(err, &missing) {
		err = withHint(err, exitRefused, "understudy status lists the nodes")
	}
	return found, err
}

// noNodeError is a name, or the beginning of an id, that no node has.
type noNodeError string

func (e noNodeError) Error() string { return fmt.Sprintf("no node %.40q is in the room", string(e)) }

// matchNode chooses among nodes. A name goes before an id: it was given by
// somebody.
func matchNode(nodes []register.Member, text string) (memberName, error) {
	var named, begun []memberName
	for _, m := range nodes {
		if m.Name == text {
			named = append(named, memberName{m.Node, m.Name})
		}
		if text != "" && strings.HasPrefix(m.Node.Full(), strings.ToLower(text)) {
			begun = append(begun, memberName{m.Node, m.Name})
		}
	}
	found := named
	if len(found) == 0 {
		found = begun
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return memberName{}, &exitError{status: exitFailed, err: noNodeError(text),
			hint: "understudy status lists the nodes"}
	}
	return memberName{}, &exitError{status: exitMisuse, hint: "give more of the id",
		err: fmt.Errorf("%.40q means %d nodes: %s", text, len(found), list(found))}
}

func list(names []memberName) string {
	slices.SortFunc(names, func(a, b memberName) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), a.Node.Compare(b.Node))
	})
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.String()
	}
	return strings.Join(texts, ", ")
}
