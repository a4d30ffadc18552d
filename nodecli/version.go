package main

import (
	"runtime"
	"runtime/debug"

	"github.com/understudy-dev/understudy/core/frame"
)

type versionCommand struct{}

// Help returns an example.
func (versionCommand) Help() string {
	return `Example:

    understudy version --json`
}

// Run prints version, protocol range and Go version.
func (versionCommand) Run(sh *shell) error {
	if sh.JSON {
		return sh.printJSON(struct {
			Version  string       `json:"version"`
			Protocol protocolJSON `json:"protocol"`
			Go       string       `json:"go"`
		}{buildVersion(), protocolJSON{frame.VersionMin, frame.VersionMax}, runtime.Version()})
	}
	return sh.print("understudy %s, protocol %d-%d, %s\n",
		buildVersion(), frame.VersionMin, frame.VersionMax, runtime.Version())
}

// protocolJSON is the range of protocol versions this binary speaks.
type protocolJSON struct {
	Min uint16 `json:"min"`
	Max uint16 `json:"max"`
}

// buildVersion is the module's version as the go command stamped it: a tag, or
// a commit in a checkout.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
