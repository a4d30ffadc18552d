package site

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"time"
)

// Options says what to serve. The zero Options serve what is embedded.
type Options struct {
	// Built holds what the builder made. Default: embedded, which is nothing
	// in a binary that was compiled from a clean checkout; see [IsBuilt].
	Built fs.FS
}

// Where the SDK is served: a page elsewhere on the origin imports
// /sdk/understudy.js.
const sdkPrefix = "/sdk/"

// iconPath is the page's icon. It is served as /favicon.ico, too, where a
// browser looks for other pages of the origin and complains if there is none.
const iconPath = "/page/icons/icon.svg"

// Handler serves the page at / and the SDK below /sdk/. Files are read once,
// now. Where the tab's part has not been built, both are answered by a page
// that says how to build it.
func Handler(o Options) (http.Handler, error) {
	if o.Built == nil {
		o.Built = embeddedBuilt()
	}
	return newServer(embeddedPage(), o.Built)
}

func newServer(page, built fs.FS) (*server, error) {
	s := &server{assets: map[string]*asset{}}
	made, err := readManifest(built)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.unbuilt = newAsset("index.html", unbuiltPage)
		return s, nil
	case err != nil:
		return nil, err
	}
	if err := s.add("/", page, ""); err != nil {
		return nil, err
	}
	if err := s.add(sdkPrefix, built, made.Wasm); err != nil {
		return nil, err
	}
	if icon := s.assets[iconPath]; icon != nil {
		s.assets["/favicon.ico"] = icon
	}
	return s, nil
}

// server answers from memory: a site is a few files, each wanted often.
type server struct {
	assets  map[string]*asset // by path
	unbuilt *asset            // nil where everything is there
}

// add takes all files of a folder that a browser may want; forever names the
// one whose name changes with its content.
func (s *server) add(prefix string, folder fs.FS, forever string) error {
	return fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || contentTypes[path.Ext(name)] == "" {
			return err
		}
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		a := newAsset(name, content)
		if err := a.compressed(folder, name); err != nil {
			return err
		}
		a.forever = name == forever
		s.assets[prefix+name] = a
		if name == "index.html" {
			s.assets[prefix] = a
		}
		return nil
	})
}

// ServeHTTP serves one file.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are allowed here", http.StatusMethodNotAllowed)
		return
	}
	secure(w.Header())
	if s.unbuilt != nil {
		w.Header().Set("Content-Type", contentTypes[".html"])
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusServiceUnavailable)
		if r.Method == http.MethodGet {
			// The reader has gone if this fails.
			_, _ = w.Write(s.unbuilt.forms[""].content)
		}
		return
	}
	a := s.assets[r.URL.Path]
	if a == nil {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "nothing is here: "+r.URL.Path, http.StatusNotFound)
		return
	}
	encoding, form := a.choose(r.Header.Get("Accept-Encoding"))
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", a.cacheControl())
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", form.etag)
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(form.content))
}

// policy allows the page its own files, WebAssembly, and a relay anywhere;
// nothing from elsewhere and nothing inline. It stands on the worker's script
// too, where it governs the worker.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
	"img-src 'self' data:; manifest-src 'self'; connect-src 'self' ws: wss:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}
