package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/nodecli/disk"
)

// kept returns a folder with one of the golden copies, as a node would have it.
func kept(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "testdata", "disk", name))); err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteLabel(dir, disk.Label{Room: "kitchen", Node: "wren"}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// says runs a command and returns its status and what it printed.
func says(args ...string) (status int, out, err string) {
	var stdout, stderr bytes.Buffer
	status = run(args, console{in: os.Stdin, out: &stdout, err: &stderr})
	return status, stdout.String(), stderr.String()
}

func contains(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s is\n%s\nwithout %q", what, text, want)
		}
	}
}

func TestCheckSaysWhatAStartWouldDo(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		says   []string
	}{
		"v1-closed": {exitDone, []string{
			"node      aaaaaaaa, incarnation 2\n", "accepted  epoch 3\n", "snapshot  3/15, 6 keys\n", "entries   3/16 to 3/34\n",
			"orphans   2, of which 1 are final\n", "closed    in good order\n", "start     as aaaaaaaa again\n", "verdict   whole\n",
		}},
		"v1-killed":   {exitDone, []string{"closed    no: its process was ended\n", "torn      40 bytes at the end", "start     as aaaaaaaa again\n", "whole\n"}},
		"v1-lazy":     {exitDone, []string{"start     under a new id, not as aaaaaaaa: it was not closed, and not every write of it was synced\n", "whole\n"}},
		"v1-suspect":  {exitDone, []string{"start     under a new id, not as aaaaaaaa: its disk has failed to sync\n"}},
		"v1-reset":    {exitDone, []string{"snapshot  3/30, ", "entries   3/31 to 3/33\n"}},
		"v1-imported": {exitDone, []string{"start     under a new id: it has not been started yet\n"}},
		"v1-damaged":  {exitFailed, []string{"start     under a new id, not as aaaaaaaa: it is damaged\n", "damage    0000000010.journal is damaged at byte ", "verdict   damaged\n"}},
	} {
		status, out, _ := says("check", kept(t, name))
		if status != c.status {
			t.Errorf("%s: status %d, want %d", name, status, c.status)
		}
		contains(t, name, out, c.says...)
	}
}

func TestWhatCannotBeReadIsLeftAlone(t *testing.T) {
	for name, why := range map[string]string{
		"v999-refused":  "has format 999; this program knows formats up to 1",
		"v1-unfinished": "the import of a copy into it was not finished",
	} {
		dir := kept(t, name)
		for _, command := range []string{"check", "log"} {
			status, out, err := says(command, dir)
			if status != exitFailed || out != "" {
				t.Errorf("%s %s: status %d and\n%s", command, name, status, out)
			}
			contains(t, command+" "+name, err, why, "hint: ")
		}
		file := filepath.Join(t.TempDir(), "file")
		if status, _, _ := says("export", dir, file, "--damaged"); status != exitFailed {
			t.Errorf("export %s: status %d", name, status)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("export %s made a file", name)
		}
	}
}

func TestLogSaysWhereTheJournalBegins(t *testing.T) {
	dir := kept(t, "v1-closed")
	const begins = "understudy: the journal begins behind 3/15; what is before is in the snapshot\n"
	status, out, err := says("log", dir)
	if status != exitDone || err != begins || !strings.HasPrefix(out, "3/16 set key/2 ") {
		t.Errorf("status %d, %s\n%s", status, err, out)
	}
	contains(t, "the log", out, "3/17 nothing  by=", "3/20 delete key/3  by=", "3/20 set \"\\xff\\x01 binary\" \"\\x00\\xfe\"  by=", " ack=2 at=2023-11-14T22:13:20.023Z\n")
	if status, out, err := says("log", dir, "--from", "3/33"); status != exitDone || err != "" || strings.Count(out, "\n") != 1 {
		t.Errorf("from 3/33: status %d, %s\n%s", status, err, out)
	}
	if _, _, err := says("log", dir, "--from", "1/13"); err != begins {
		t.Errorf("from below the snapshot: %s", err)
	}
	if status, _, err := says("log", dir, "--from", "2/13"); status != exitFailed || !strings.Contains(err, "--from 2/13: the copy has 1/13 by=aaaaaaaa in its place\n") {
		t.Errorf("from an epoch that was not: status %d, %s", status, err)
	}
}

func TestAGoldenArchiveIsImportedAndExportedTheSame(t *testing.T) {
	golden := filepath.Join("..", "testdata", "disk", "v1-archive.copy")
	dir := filepath.Join(t.TempDir(), "new")
	status, out, err := says("import", golden, dir)
	if status != exitDone || err != "" {
		t.Fatalf("status %d, %s", status, err)
	}
	contains(t, "import", out, "imported room kitchen up to 3/34: 8 keys, 2 orphans\n", "understudy node --dir "+dir+" --room kitchen\n")
	again := filepath.Join(t.TempDir(), "again.copy")
	if status, _, err := says("export", dir, again); status != exitDone {
		t.Fatal(err)
	}
	second := filepath.Join(t.TempDir(), "second")
	if status, out, _ := says("import", again, second); status != exitDone || !strings.HasPrefix(out, "imported room kitchen up to 3/34: 8 keys, 2 orphans\n") {
		t.Errorf("status %d\n%s", status, out)
	}
}
