package store_test

import (
	"strings"
	"testing"

	"github.com/understudy-dev/understudy/core/store"
)

// A disk that writes to a wrong place puts the whole and sound beginning of one
// file over that of another. What is left behind it no longer bears out that it
// was durable, so nothing but the name tells.
func TestAFileUnderAnothersNameIsDamage(t *testing.T) {
	for _, killed := range []bool{false, true} {
		whole := life(t, killed)
		var segments []string
		for _, name := range names(t, whole) {
			if strings.HasSuffix(name, ".journal") {
				segments = append(segments, name)
			}
		}
		if len(segments) < 2 {
			t.Fatalf("only %v", segments)
		}
		for _, name := range segments[1:] {
			for _, size := range []int{512, 1 << 20} {
				dir := clone(t, whole)
				other, b := content(t, dir, segments[0]), content(t, dir, name)
				if size < len(b) {
					copy(b, other[:min(size, len(other))])
				} else {
					b = other
				}
				put(t, dir, name, b)
				_, got, report := open(t, dir, store.Options{})
				if len(report.Damage) == 0 || !got.Meta.Node.IsZero() {
					t.Errorf("%d bytes of %s in place of %s (killed: %v) are taken for it: %s",
						size, segments[0], name, killed, text(got))
				}
			}
		}
	}
}
