package disk

import (
	"errors"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func TestASecondProcessIsToldWhoHoldsTheFolder(t *testing.T) {
	dir := t.TempDir()
	holder, stdin := startHolding(t, "hold", dir)
	_, err := Open(Config{Dir: dir, Room: "main", Node: "bob"})
	held, ok := errors.AsType[*HeldError](err)
	if !ok || held.PID != holder.Process.Pid || held.Name != "node alice" {
		t.Errorf("a folder that process %d has: %v", holder.Process.Pid, err)
	}
	if label, err := ReadLabel(dir); err != nil || label.Node != "alice" {
		t.Errorf("the second process has changed the label to %+v, %v", label, err)
	}
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := holder.Wait(); err != nil {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, Config{Dir: dir}))
}

func TestAKilledProcessLeavesItsFolderAndWhatItHadAcknowledged(t *testing.T) {
	for task, node := range map[string]journal.NodeID{"hold": testMeta.Node, "hold lazily": {}} {
		t.Run(task, func(t *testing.T) {
			dir := t.TempDir()
			holder, _ := startHolding(t, task, dir)
			if err := holder.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := holder.Wait(); err == nil {
				t.Error("the child ended by itself")
			}
			said := &lines{}
			d := mustOpen(t, Config{Dir: dir, Logger: said.log})
			stored, err := d.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if stored.Meta.Node != node {
				t.Errorf("the copy came back as that of %v, want %v", stored.Meta.Node, node)
			}
			if err := holdsAll(stored, 100); err != nil {
				t.Error(err)
			}
			if renewed := said.has("new id"); renewed != node.IsZero() {
				t.Errorf("the log says %q", said.all)
			}
			mustClose(t, d)
		})
	}
}
