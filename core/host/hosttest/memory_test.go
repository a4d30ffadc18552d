package hosttest_test

import (
	"testing"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/core/journal"
)

func TestMemoryKeepsTheContractOfStorage(t *testing.T) {
	hosttest.Storage(t, func(*testing.T) func() (host.Storage, error) {
		memory := host.NewMemory()
		return func() (host.Storage, error) { return memory, nil }
	})
	if host.NewMemory().Durable() {
		t.Error("memory says that it survives its process")
	}
}

func TestADirectoryInMemoryKeepsTheContractOfDirectories(t *testing.T) {
	hosttest.Directory(t, func(*testing.T) func() (journal.Directory, error) {
		dir := journal.NewMemoryDirectory()
		return func() (journal.Directory, error) { return dir, nil }
	})
}
