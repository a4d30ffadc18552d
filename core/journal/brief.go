package journal

import (
	"strings"
	"time"
)

// Brief returns a time span as people write it: 1h, where its own String is
// 1h0m0s.
func Brief(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = text[:len(text)-2]
	}
	if strings.HasSuffix(text, "h0m") {
		text = text[:len(text)-2]
	}
	return text
}
