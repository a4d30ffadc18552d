package sim

import "testing"

func TestFaultsAreReadAsTheyAreWritten(t *testing.T) {
	for i, kind := range FaultKinds() {
		if set, err := ParseFaults(kind); err != nil || set != Faults(0).With(Fault(i)) {
			t.Errorf("%s: %b, %v", kind, set, err)
		}
	}
	for _, c := range []struct {
		text string
		want Faults
	}{
		{"all", AllFaults}, {"none", 0}, {"crash, half-open", Faults(0).With(Crash).With(HalfOpen)},
	} {
		if set, err := ParseFaults(c.text); err != nil || set != c.want {
			t.Errorf("%s: %b, %v", c.text, set, err)
		}
	}
	for _, bad := range []string{"", "half open", "crash,", "fire"} {
		if set, err := ParseFaults(bad); err == nil {
			t.Errorf("%q is %b", bad, set)
		}
	}
}
