package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/understudy-dev/understudy/core/journal"
)

// The names of the files. Any other file in the directory is somebody else's.
const (
	stateName       = "state"
	segmentSuffix   = ".journal"
	snapshotSuffix  = ".snapshot"
	asideSuffix     = ".new"     // being written; a crash leaves it, and it means nothing
	damagedSuffix   = ".damaged" // kept for people to look at
	fileNumberChars = 10
)

func segmentName(n uint64) string  { return numbered(n, segmentSuffix) }
func snapshotName(n uint64) string { return numbered(n, snapshotSuffix) }

func numbered(n uint64, suffix string) string {
	return fmt.Sprintf("%0*d%s", fileNumberChars, n, suffix)
}

// numberOf is the number in a name that numbered makes.
func numberOf(name, suffix string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	if !ok || len(digits) < fileNumberChars {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil && numbered(n, suffix) == name
}

// isNamed reports whether a file with that head has its own name. Its kind was
// checked.
func isNamed(name string, h journal.Head) bool {
	_, isSegment := numberOf(name, segmentSuffix)
	_, isSnapshot := numberOf(name, snapshotSuffix)
	return !isSegment && !isSnapshot || name == segmentName(h.Number) || name == snapshotName(h.Number)
}

// contents is what stands in a directory.
type contents struct {
	segments  []uint64 // rising
	snapshots []uint64 // rising
	asides    []string
	highest   uint64 // number of any segment, kept damaged ones included
	hasState  bool
}

func list(dir journal.Directory) (contents, error) {
	names, err := dir.List()
	if err != nil {
		return contents{}, fmt.Errorf("list the files: %w", err)
	}
	c := contents{}
	for _, name := range names {
		if name == stateName {
			c.hasState = true
		}
		if n, ok := numberOf(name, segmentSuffix); ok {
			c.segments = append(c.segments, n)
			c.highest = max(c.highest, n)
		}
		if n, ok := numberOf(name, snapshotSuffix); ok {
			c.snapshots = append(c.snapshots, n)
		}
		if base, ok := strings.CutSuffix(name, asideSuffix); ok && isOurs(base) {
			c.asides = append(c.asides, name)
		}
		if base, _, ok := strings.Cut(name, damagedSuffix); ok {
			if n, ok := numberOf(base, segmentSuffix); ok {
				c.highest = max(c.highest, n)
			}
		}
	}
	slices.Sort(c.segments)
	slices.Sort(c.snapshots)
	return c, nil
}

func isOurs(name string) bool {
	_, segment := numberOf(name, segmentSuffix)
	_, snapshot := numberOf(name, snapshotSuffix)
	return segment || snapshot || name == stateName
}

func (c *contents) isEmpty() bool { return len(c.segments)+len(c.snapshots) == 0 }

// lastSnapshot is the highest number of a snapshot; 0 if there is none.
func (c *contents) lastSnapshot() uint64 {
	if len(c.snapshots) == 0 {
		return 0
	}
	return c.snapshots[len(c.snapshots)-1]
}
