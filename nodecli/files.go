package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// announce writes a line to a file by renaming a finished one: whoever waits
// for the file never sees half of it. An empty name announces nothing.
func announce(flag, name, line string) error {
	if name == "" {
		return nil
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".ready-*")
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	_, err = file.WriteString(line + "\n")
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", flag, errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

// withdraw removes a file that an earlier run announced itself by, so that
// nobody takes it for this one's.
func withdraw(flag, name string) error {
	if name == "" {
		return nil
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: %w", flag, err)
	}
	return nil
}

// dataDir is where this user's programs keep their data.
func dataDir() (string, error) {
	var base string
	switch runtime.GOOS {
	case "windows":
		base = os.Getenv("LocalAppData")
	case "darwin":
		if home, err := os.UserHomeDir(); err == nil {
			base = filepath.Join(home, "Library", "Application Support")
		}
	default:
		base = os.Getenv("XDG_DATA_HOME")
		if home, err := os.UserHomeDir(); base == "" && err == nil {
			base = filepath.Join(home, ".local", "share")
		}
	}
	if base == "" || !filepath.IsAbs(base) {
		return "", errors.New("this user has no data directory: give --dir")
	}
	return filepath.Join(base, "understudy"), nil
}
