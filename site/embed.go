// Package site is the page of the demo and the SDK as a server gives them to
// browsers.
package site

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/understudy-dev/understudy/site/builder"
)

// The folder built holds only its README in a clean checkout; the site's build
// fills it.
//
//go:embed built
var built embed.FS

//go:embed index.html page
var page embed.FS

// unbuiltPage is what a binary without the tab's part shows.
//
//go:embed unbuilt.html
var unbuiltPage []byte

func embeddedPage() fs.FS { return page }

func embeddedBuilt() fs.FS {
	sub, err := fs.Sub(built, "built")
	if err != nil {
		panic(err) // the name is a constant, and valid
	}
	return sub
}

// IsBuilt reports whether the tab's part is embedded in this binary.
func IsBuilt() bool {
	_, err := readManifest(embeddedBuilt())
	return err == nil
}

// readManifest says what a folder was built with. A folder without a finished
// build in it is fs.ErrNotExist.
func readManifest(folder fs.FS) (builder.Manifest, error) {
	var made builder.Manifest
	text, err := fs.ReadFile(folder, builder.ManifestName)
	if err != nil {
		return made, err
	}
	if err := json.Unmarshal(text, &made); err != nil {
		return made, fmt.Errorf("%s: %w", builder.ManifestName, err)
	}
	return made, nil
}
