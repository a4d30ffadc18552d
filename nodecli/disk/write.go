package disk

import (
	"encoding/base32"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

var fileNames = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// FileName encodes a name people gave, such as that of a room, as one that no
// file system takes for another one or for something else: of the bytes, in
// base32. The names of rooms and nodes stay below 255 characters.
func FileName(name string) string { return fileNames.EncodeToString([]byte(name)) }

// FolderName is a name for a folder of what has a name that people gave. It is
// that name where every file system tells it from others, so that people find
// it; any other is encoded by [FileName], behind a character the former lack.
func FolderName(name string) string {
	const readable = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if name == "" || strings.Trim(name, readable) != "" || isDevice(name) {
		return "_" + FileName(name)
	}
	return name
}

// isDevice reports whether Windows takes a name for a device's.
func isDevice(name string) bool {
	switch name {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(name) == 4 && (name[:3] == "com" || name[:3] == "lpt") && name[3] >= '0' && name[3] <= '9'
}

// MakeFolder makes a folder that only this user can look into, and those above
// it that are missing, so that they are still there after a power cut.
func MakeFolder(dir string) error {
	var made []string // each has a new name in the folder above it
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		made = append(made, at)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, at := range made {
		if err := SyncFolder(filepath.Dir(at)); err != nil {
			return err
		}
	}
	return nil
}

// SyncFolder makes durable which files a folder has, and by which names.
// Windows has no such thing: a rename there is in the file system's own journal.
func SyncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	opened, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

// ReplaceFile gives a file new content: written aside, synced, renamed, and the
// folder synced. A crash leaves the old file or the new one.
func ReplaceFile(path string, content []byte) error {
	aside := path + ".new"
	if err := writeSynced(aside, content); err != nil {
		return err
	}
	if err := os.Rename(aside, path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

func writeSynced(path string, content []byte) error {
	opened, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = opened.Write(content)
	if err == nil {
		err = opened.Sync()
	}
	return errors.Join(err, opened.Close())
}
