package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// contentTypes lists what is served, by the ending of a file's name. A browser
// compiles wasm while it loads only as application/wasm, and runs a module
// only as JavaScript; the system's own list often lacks both.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".ts":          "text/plain; charset=utf-8",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
}

// asset is one file in the forms it is sent in.
type asset struct {
	contentType string
	forever     bool            // its name changes with its content
	forms       map[string]form // by Content-Encoding; "" is always there
}

type form struct {
	content []byte
	etag    string
}

func newAsset(name string, content []byte) *asset {
	return &asset{
		contentType: contentTypes[path.Ext(name)],
		forms:       map[string]form{"": newForm(content)},
	}
}

func newForm(content []byte) form {
	sum := sha256.Sum256(content)
	return form{content: content, etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
}

// compressed adds what the build made beside the file. A text without that is
// compressed now; a wasm without is for the same machine, and sent as it is.
func (a *asset) compressed(folder fs.FS, name string) error {
	for ending, encoding := range map[string]string{".br": "br", ".gz": "gzip"} {
		content, err := fs.ReadFile(folder, name+ending)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		a.forms[encoding] = newForm(content)
	}
	if len(a.forms) == 1 && strings.HasPrefix(a.contentType, "text/") {
		return a.zip()
	}
	return nil
}

func (a *asset) zip() error {
	var to bytes.Buffer
	w := gzip.NewWriter(&to)
	if _, err := w.Write(a.forms[""].content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if to.Len() < len(a.forms[""].content) {
		a.forms["gzip"] = newForm(to.Bytes())
	}
	return nil
}

func (a *asset) cacheControl() string {
	if a.forever {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache" // asked again each time, and mostly answered 304
}

// choose returns the smallest form that the header of a request accepts, and
// its Content-Encoding. Brotli comes before gzip where both are welcome.
func (a *asset) choose(accept string) (string, form) {
	for _, encoding := range []string{"br", "gzip"} {
		if f, ok := a.forms[encoding]; ok && accepts(accept, encoding) {
			return encoding, f
		}
	}
	return "", a.forms[""]
}

// accepts reports whether an Accept-Encoding header names an encoding, or any
// other by "*", with a weight above 0 (RFC 9110, section 12.5.3).
func accepts(header, encoding string) bool {
	any := false
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != encoding && name != "*" {
			continue
		}
		weight, found := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		wanted := !found || err == nil && q > 0
		if name == encoding {
			return wanted
		}
		any = wanted
	}
	return any
}
