package compare

import (
	"fmt"
	"syscall"
	"testing"
)

// magic are the file systems people have, by the numbers of statfs(2).
var magic = map[int64]string{
	0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x2fc12fc1: "zfs", 0xf2f52010: "f2fs", 0x794c7630: "overlay",
	0x01021994: "tmpfs, where a sync costs nothing and a figure says nothing",
}

// fileSystem names what a folder is on.
func fileSystem(tb testing.TB, dir string) string {
	tb.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		tb.Fatal(err)
	}
	if name, ok := magic[int64(s.Type)]; ok {
		return name
	}
	return fmt.Sprintf("type %#x", s.Type)
}
