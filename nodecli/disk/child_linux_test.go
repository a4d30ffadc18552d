package disk

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
)

func childTasks() map[string]func(dir string) error {
	return map[string]func(string) error{
		"hold": hold(Always), "hold lazily": hold(Interval),
		"fill a small file system": fillFileSystem, "reach the file size limit": reachSizeLimit,
		"open what is read-only": openReadOnly,
	}
}

// TestAFullDiskLosesNothingAcknowledged fills a small file system, where the
// system lets us mount one, and meets a limit of the size of files everywhere:
// both end a write in its middle.
func TestAFullDiskLosesNothingAcknowledged(t *testing.T) {
	t.Run("a small file system", func(t *testing.T) {
		cmd := child(t, "fill a small file system", t.TempDir())
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
		said, err := cmd.CombinedOutput()
		if errors.Is(err, syscall.EPERM) || strings.HasPrefix(string(said), errNoMount) {
			t.Logf("no file system can be mounted here: %s %v", said, err)
			return // the other one runs everywhere
		}
		if err != nil || !strings.HasSuffix(string(said), "done\n") {
			t.Fatalf("the child said %q, %v", said, err)
		}
		t.Logf("%s", said)
	})
	t.Run("a limit for files", func(t *testing.T) {
		mustDo(t, child(t, "reach the file size limit", t.TempDir()))
	})
}

const errNoMount = "can't mount: "

// fillFileSystem runs in a mount namespace of its own, which ends with it.
func fillFileSystem(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		return fmt.Errorf(errNoMount+"%w", err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err != nil {
		return err
	}
	return fill(filepath.Join(dir, "copy"), syscall.ENOSPC, func() error { return os.Remove(ballast) })
}

func reachSizeLimit(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		return err
	}
	limited := before
	limited.Cur = 2<<20 + 300
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited); err != nil {
		return err
	}
	return fill(dir, syscall.EFBIG, func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) })
}

// fill writes until that error, makes room, and looks at what is there.
func fill(dir string, want error, makeRoom func() error) error {
	d, err := Open(Config{Dir: dir})
	if err != nil {
		return err
	}
	if err := writeSome(d, 1, 0); err != nil {
		return err
	}
	acknowledged := journal.Index(0)
	for err == nil {
		err = d.Write(background(), []core.Record{core.Append{Entries: []journal.Entry{testEntry(acknowledged + 1)}}})
		if err == nil {
			acknowledged++
		}
	}
	if !errors.Is(err, want) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "write") {
		return fmt.Errorf("not %w with operation and file, but %w", want, err)
	}
	fmt.Printf("%d entries, then: %v\n", acknowledged, err)
	if again := d.Write(background(), nil); !errors.Is(again, want) {
		return fmt.Errorf("a write after the failed one: %w", again)
	}
	if err := d.Close(); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	// While it is full, the copy is opened or is not, and loses nothing by it.
	if d, err = Open(Config{Dir: dir}); err == nil {
		if _, err = d.Load(background()); err != nil {
			fmt.Printf("opened while full: %v\n", err)
		}
		if err := d.Close(); err != nil {
			return fmt.Errorf("close while full: %w", err)
		}
	}
	if err := makeRoom(); err != nil {
		return err
	}
	return reopen(dir, acknowledged)
}

// reopen wants the copy back whole, as the same node's, and able to go on.
func reopen(dir string, acknowledged journal.Index) error {
	d, err := Open(Config{Dir: dir})
	if err != nil {
		return err
	}
	stored, err := d.Load(background())
	if err != nil {
		return err
	}
	if stored.Meta.Node != testMeta.Node {
		return fmt.Errorf("the copy came back as that of %v", stored.Meta.Node)
	}
	if err := holdsAll(stored, acknowledged); err != nil {
		return err
	}
	next := testEntry(journal.Index(len(stored.Entries)) + 1)
	if err := d.Write(background(), []core.Record{core.Append{Entries: []journal.Entry{next}}}); err != nil {
		return err
	}
	return d.Close()
}

func TestAFolderThatCannotBeWrittenIsRefusedByName(t *testing.T) {
	mustDo(t, child(t, "open what is read-only", t.TempDir()))
}

// openReadOnly gives up being root, whom no permission stops.
func openReadOnly(dir string) error {
	if err := os.Chdir(dir); err != nil {
		return err
	}
	for _, name := range []string{"empty", "copy"} {
		if err := os.Mkdir(name, 0o777); err != nil {
			return err
		}
	}
	d, err := Open(Config{Dir: "copy"})
	if err != nil {
		return err
	}
	if err := errors.Join(writeSome(d, 1, 1), d.Close()); err != nil {
		return err
	}
	for _, name := range []string{"empty", "copy", "."} {
		if err := os.Chmod(name, 0o555); err != nil {
			return err
		}
	}
	if os.Getuid() == 0 {
		const nobody = 65534
		if err := syscall.Setuid(nobody); err != nil {
			return err
		}
	}
	for _, name := range []string{"empty", "copy", "new"} {
		d, err := Open(Config{Dir: name})
		if err == nil {
			_, err = d.Load(background())
			err = errors.Join(err, d.Close())
		}
		if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), name) {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Println(err)
	}
	return nil
}
