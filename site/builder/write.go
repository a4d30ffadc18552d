package builder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// write puts the files of a build into dir, with the manifest last, and removes
// those of earlier builds.
func write(dir string, files map[string][]byte, made Manifest) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, ManifestName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := clean(dir, files); err != nil {
		return err
	}
	for name, content := range files {
		if err := WriteFile(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	text, err := manifest(made)
	if err != nil {
		return err
	}
	return WriteFile(filepath.Join(dir, ManifestName), text)
}

// clean removes what earlier builds left: other hashes, and compressed forms
// that no longer fit.
func clean(dir string, files map[string][]byte) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		plain := strings.TrimSuffix(strings.TrimSuffix(entry.Name(), ".br"), ".gz")
		_, known := files[plain]
		ours := strings.HasSuffix(plain, ".wasm") || known && plain != entry.Name()
		if !ours {
			continue
		}
		if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// WriteFile writes a file by way of a temporary one beside it: whoever reads
// meanwhile sees the old content or the new.
func WriteFile(name string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return err
}
