package crashtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fullBytes is what the disk of these tests holds at first: less than one file
// of a journal may take.
const fullBytes = 6 << 20

// limited is a place for one node's folder that is full after some megabytes.
type limited struct {
	name string
	why  string // what the system says then

	// place returns the folder. limit makes it small for a node that runs, or is
	// to be started; room makes room again.
	place func(t *testing.T) string
	limit func(t *testing.T, n *node)
	room  func(t *testing.T, n *node)
}

// limitedPlaces are the ways to a full disk that this user has: a file system
// of its own needs root.
func limitedPlaces() []limited {
	places := []limited{{
		name: "file size limit", why: "file too large",
		place: func(t *testing.T) string { return filepath.Join(t.TempDir(), "limited") },
		limit: func(t *testing.T, n *node) {
			t.Helper()
			limit := exec.CommandContext(t.Context(), "prlimit", "--pid", fmt.Sprint(n.PID()), fmt.Sprintf("--fsize=%d", fullBytes))
			if out, err := limit.CombinedOutput(); err != nil {
				t.Fatalf("prlimit: %v: %s", err, out)
			}
		},
		room: func(*testing.T, *node) {}, // the next process has no limit
	}}
	if os.Geteuid() != 0 {
		return places
	}
	return append(places, limited{
		name: "small file system", why: "no space left on device",
		place: func(t *testing.T) string {
			t.Helper()
			dir := t.TempDir()
			if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", fullBytes)); err != nil {
				t.Fatalf("mount: %v", err)
			}
			t.Cleanup(func() {
				if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
					t.Errorf("unmount: %v", err)
				}
			})
			return filepath.Join(dir, "copy")
		},
		limit: func(*testing.T, *node) {},
		room: func(t *testing.T, n *node) {
			t.Helper()
			if err := syscall.Mount("tmpfs", filepath.Dir(n.dir), "tmpfs", syscall.MS_REMOUNT, "size=1g"); err != nil {
				t.Fatalf("remount: %v", err)
			}
		},
	})
}

func TestANodeWhoseDiskIsFullStopsAndComesBackAsItselfOnceThereIsRoom(t *testing.T) {
	t.Parallel()
	for _, place := range limitedPlaces() {
		for _, as := range []string{"replica", "master"} {
			t.Run(place.name+", "+as, func(t *testing.T) { testFull(t, place, as == "master") })
		}
	}
}

func testFull(t *testing.T, place limited, asMaster bool) {
	r := openRoom(t)
	n := r.newNode(t, "full", place.place(t))
	n.start(t, r)
	r.nodes = append(r.nodes, n)
	r.waitWhole(t)
	if asMaster {
		for _, m := range r.presence(t).Members {
			if m.Name != n.name {
				continue
			}
			if _, err := r.client.HandOver(t.Context(), m.Node); err != nil {
				t.Fatal(err)
			}
		}
		r.waitWhole(t)
	}
	w := startWriters(t, r, newLedger())
	w.ledger.waitMore(t, 50)
	if got := r.master(t) == n; got != asMaster {
		t.Errorf("%s is master %t, want %t", n.name, got, asMaster)
	}
	place.limit(t, n)
	r.addBallast(t, n.HasEnded)
	if n.Status() != 1 {
		t.Errorf("a node whose disk was full ended with %d", n.Status())
	}
	said := n.log.Since(n.begun)
	for _, part := range []string{"understudy: node: ", place.why, "hint: "} {
		if !strings.Contains(said, part) {
			t.Errorf("a node whose disk was full does not say %q", part)
		}
	}
	r.waitInSync(t, len(r.nodes)-1)
	w.ledger.waitMore(t, 100)
	place.room(t, n)
	n.start(t, r)
	endOf(t, r, w) // waits for it, under the id it had
}
