package disk

import (
	"os"
	"path/filepath"
)

// StartBytes returns how many free bytes are enough for a start in a folder, or
// for a new copy there: for zeros ahead of the journal, small files, and a copy
// of the journal, which a start makes where it does not trust the files.
func StartBytes(dir string) int64 {
	sum := int64(2 * aheadBytes)
	journals, _ := filepath.Glob(filepath.Join(dir, "*.journal")) // a bad pattern finds none
	for _, name := range journals {
		if info, err := os.Stat(name); err == nil {
			sum += info.Size()
		}
	}
	return sum
}
