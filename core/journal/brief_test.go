package journal_test

import (
	"testing"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
)

func TestABriefSpanSaysNoZeros(t *testing.T) {
	for span, want := range map[time.Duration]string{
		0:                            "0s",
		3 * time.Second:              "3s",
		10 * time.Second:             "10s",
		10 * time.Minute:             "10m",
		time.Hour:                    "1h",
		10 * time.Hour:               "10h",
		time.Hour + time.Minute:      "1h1m",
		time.Hour + time.Second:      "1h0m1s",
		876000 * time.Hour:           "876000h",
		876000*time.Hour + 1:         "876000h0m0.000000001s",
		-time.Hour:                   "-1h",
		1500 * time.Millisecond:      "1.5s",
		100 * time.Microsecond:       "100µs",
		20*time.Minute + time.Second: "20m1s",
	} {
		if got := journal.Brief(span); got != want {
			t.Errorf("%v is %q, not %q", span, got, want)
		}
		if back, err := time.ParseDuration(journal.Brief(span)); back != span || err != nil {
			t.Errorf("%v is read back as %v, %v", span, back, err)
		}
	}
}
