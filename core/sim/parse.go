package sim

import (
	"fmt"
	"strings"
)

// ParseFaults reads a set of faults: "all", "none", or kinds separated by
// commas, each as [Fault.String] writes it with hyphens for the spaces.
func ParseFaults(text string) (Faults, error) {
	switch text {
	case "all":
		return AllFaults, nil
	case "none":
		return 0, nil
	}
	var set Faults
	for _, name := range strings.Split(text, ",") {
		f, ok := parseFault(strings.TrimSpace(name))
		if !ok {
			return 0, fmt.Errorf("%q is none of the kinds %s; all and none stand alone", name, strings.Join(FaultKinds(), ", "))
		}
		set = set.With(f)
	}
	return set, nil
}

func parseFault(name string) (Fault, bool) {
	for i, kind := range FaultKinds() {
		if kind == name {
			return Fault(i), true
		}
	}
	return 0, false
}

// FaultKinds returns the names of all kinds of fault as [ParseFaults] reads
// them, in the order of their numbers.
func FaultKinds() []string {
	kinds := make([]string, faultCount)
	for i, name := range faultNames {
		kinds[i] = strings.ReplaceAll(name, " ", "-")
	}
	return kinds
}
