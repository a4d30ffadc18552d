package disk

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/core/journal"
)

// modes are all there are, for tests of what they have in common.
var modes = []Fsync{Always, Interval, Never}

// kill ends a disk as the end of its process does: nothing is marked, and what
// the operating system has been given it keeps.
func (d *Disk) kill() {
	d.mu.Lock()
	d.closed = true
	close(d.stop)
	d.mu.Unlock()
	d.running.Wait()
	if d.lock != nil {
		if err := d.lock.Close(); err != nil {
			panic(err)
		}
	}
}

func TestADiskKeepsTheContractOfStorage(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			hosttest.Storage(t, func(t *testing.T) func() (host.Storage, error) {
				dir := t.TempDir()
				return func() (host.Storage, error) {
					return Open(Config{Dir: dir, Fsync: mode, SegmentBytes: 100_000})
				}
			})
		})
	}
}

func TestADiskOverMemoryKeepsTheContractOfStorage(t *testing.T) {
	hosttest.Storage(t, func(*testing.T) func() (host.Storage, error) {
		dir := journal.NewMemoryDirectory()
		return func() (host.Storage, error) { return newDisk(dir, Config{}), nil }
	})
}

func TestACopyOnADiskSurvivesWhatItCanAndSaysWhatItCannot(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			hosttest.Survival(t, func(t *testing.T) hosttest.Wreck {
				dir := t.TempDir()
				files, err := OpenFolder(dir)
				if err != nil {
					t.Fatal(err)
				}
				return wreck(files, func() (host.Storage, error) { return Open(Config{Dir: dir, Fsync: mode}) })
			})
		})
	}
}

func TestACopyInMemoryFilesSurvivesAlike(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			hosttest.Survival(t, func(*testing.T) hosttest.Wreck {
				files := journal.NewMemoryDirectory()
				return wreck(files, func() (host.Storage, error) { return newDisk(files, Config{Fsync: mode}), nil })
			})
		})
	}
}

func wreck(files journal.Directory, open func() (host.Storage, error)) hosttest.Wreck {
	return hosttest.Wreck{Open: open, Files: files, Kill: func(s host.Storage) { s.(*Disk).kill() }}
}

func TestADiskSaysWhetherItsCopySurvives(t *testing.T) {
	for _, mode := range modes {
		d := mustOpen(t, Config{Dir: t.TempDir(), Fsync: mode})
		want := map[Fsync]string{Always: "files", Interval: "files/interval", Never: "files/never"}[mode]
		if d.Name() != want || d.Durable() != (mode == Always) {
			t.Errorf("with %v: %s, durable %v", mode, d.Name(), d.Durable())
		}
		mustClose(t, d)
		if got, err := ParseFsync(mode.String()); err != nil || got != mode {
			t.Errorf("%v is read as %v, %v", mode, got, err)
		}
	}
	for _, text := range []string{"", "often", "Always", "Fsync(3)"} {
		if got, err := ParseFsync(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestAConfigThatCannotWorkIsRefusedByName(t *testing.T) {
	for want, config := range map[string]Config{
		"Dir":          {},
		"Fsync(3)":     {Dir: t.TempDir(), Fsync: 3},
		"SegmentBytes": {Dir: t.TempDir(), SegmentBytes: -1},
	} {
		if _, err := Open(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want an error that names %s", config, err, want)
		}
	}
}
