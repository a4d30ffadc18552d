package site

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var (
	samplePage = fstest.MapFS{
		"index.html":     {Data: []byte("<!doctype html>" + strings.Repeat("<p>understudy", 100))},
		"page.js":        {Data: []byte("export {}")},
		"parts/dots.css": {Data: []byte("circle{}")},
		"notes.md":       {Data: []byte("not for browsers")},

		"page/icons/icon.svg": {Data: []byte("<svg/>")},
	}
	sampleBuilt = fstest.MapFS{
		"manifest.json":         {Data: []byte(`{"wasm":"understudy-0f.wasm","go":"go1.26"}`)},
		"understudy-0f.wasm":    {Data: []byte("\x00asm plain")},
		"understudy-0f.wasm.br": {Data: []byte("br")},
		"understudy-0f.wasm.gz": {Data: []byte("gz")},
		"understudy.js":         {Data: []byte("export const openRoom = 1")},
		"README.md":             {Data: []byte("for people")},
	}
)

// get asks a site for one path with pairs of header name and value.
func get(t *testing.T, built fstest.MapFS, method, path string, headers ...string) *http.Response {
	t.Helper()
	s, err := newServer(samplePage, built)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEachFileHasTheTypeABrowserInsistsOn(t *testing.T) {
	for path, want := range map[string]string{
		"/":                       "text/html; charset=utf-8",
		"/index.html":             "text/html; charset=utf-8",
		"/page.js":                "text/javascript; charset=utf-8",
		"/parts/dots.css":         "text/css; charset=utf-8",
		"/sdk/understudy.js":      "text/javascript; charset=utf-8",
		"/sdk/understudy-0f.wasm": "application/wasm",
		"/page/icons/icon.svg":    "image/svg+xml",
		"/favicon.ico":            "image/svg+xml",
	} {
		r := get(t, sampleBuilt, "GET", path)
		if got := r.Header.Get("Content-Type"); r.StatusCode != 200 || got != want {
			t.Errorf("%s: %d %s, want 200 %s", path, r.StatusCode, got, want)
		}
	}
}

func TestUnknownPathsAreText404AndNeverThePage(t *testing.T) {
	for _, path := range []string{
		"/nothing", "/sdk", "/sdk/", "/sdk/understudy.wasm", "/sdk/understudy-0f.wasm.br",
		"/notes.md", "/sdk/README.md", "/parts/", "/built/manifest.json",
	} {
		r := get(t, sampleBuilt, "GET", path)
		if r.StatusCode != 404 || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %s, want 404 as plain text", path, r.StatusCode, r.Header.Get("Content-Type"))
		}
	}
}

func TestTheBestAcceptedEncodingIsSent(t *testing.T) {
	const wasm = "/sdk/understudy-0f.wasm"
	for accept, want := range map[string]string{
		"":                        "",
		"gzip, deflate, br, zstd": "br",
		"gzip":                    "gzip",
		"GZIP;q=0.5":              "gzip",
		"br;q=0, gzip":            "gzip",
		"br;q=0,gzip;q=0":         "",
		"*":                       "br",
		"*;q=0":                   "",
		"brotli":                  "",
	} {
		r := get(t, sampleBuilt, "GET", wasm, "Accept-Encoding", accept)
		content := map[string]string{"": "\x00asm plain", "br": "br", "gzip": "gz"}[want]
		if got := r.Header.Get("Content-Encoding"); got != want || body(t, r) != content {
			t.Errorf("accepting %q: sent as %q, want %q", accept, got, want)
		}
		if r.Header.Get("Vary") != "Accept-Encoding" || r.Header.Get("Content-Type") != "application/wasm" {
			t.Errorf("accepting %q: %v", accept, r.Header)
		}
	}
}

func TestThePageIsCompressedWithoutABuildStep(t *testing.T) {
	r := get(t, sampleBuilt, "GET", "/", "Accept-Encoding", "gzip, br")
	if got := r.Header.Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("sent as %q, want gzip", got)
	}
	plain, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(plain)
	if err != nil || !bytes.Equal(text, samplePage["index.html"].Data) {
		t.Errorf("unpacked to %d bytes (%v), want the page", len(text), err)
	}
}

func TestOnlyTheHashedNameIsKeptForEver(t *testing.T) {
	for path, want := range map[string]string{
		"/":                       "no-cache",
		"/sdk/understudy.js":      "no-cache",
		"/sdk/manifest.json":      "no-cache",
		"/sdk/understudy-0f.wasm": "public, max-age=31536000, immutable",
		"/nothing":                "no-store",
	} {
		if got := get(t, sampleBuilt, "GET", path).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestAnUnchangedFileIsNotSentAgain(t *testing.T) {
	first := get(t, sampleBuilt, "GET", "/page.js")
	again := get(t, sampleBuilt, "GET", "/page.js", "If-None-Match", first.Header.Get("ETag"))
	if again.StatusCode != 304 || body(t, again) != "" {
		t.Errorf("%d, want 304 without a body", again.StatusCode)
	}
	br := get(t, sampleBuilt, "GET", "/sdk/understudy-0f.wasm", "Accept-Encoding", "br")
	plain := get(t, sampleBuilt, "GET", "/sdk/understudy-0f.wasm")
	if br.Header.Get("ETag") == plain.Header.Get("ETag") {
		t.Error("two encodings of a file have one ETag: a cache would mix them up")
	}
}

func TestEveryAnswerIsUnderThePolicy(t *testing.T) {
	for _, path := range []string{"/", "/sdk/understudy.js", "/nothing"} {
		h := get(t, sampleBuilt, "GET", path).Header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "'wasm-unsafe-eval'", "connect-src 'self' ws: wss:", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "'unsafe-inline'") || strings.Contains(csp, "http") {
			t.Errorf("%s: policy %q allows inline code or another origin", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: types may be guessed", path)
		}
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	if r := get(t, sampleBuilt, "POST", "/"); r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, want 405", r.StatusCode)
	}
	if r := get(t, sampleBuilt, "HEAD", "/"); r.StatusCode != 200 || body(t, r) != "" {
		t.Errorf("HEAD: %d, want 200 without a body", r.StatusCode)
	}
}

func TestAnUnbuiltSiteSaysHowToBuildIt(t *testing.T) {
	for _, path := range []string{"/", "/sdk/worker.js"} {
		r := get(t, fstest.MapFS{"README.md": {}}, "GET", path)
		if text := body(t, r); r.StatusCode != 503 || !strings.Contains(text, "go run ./site/build") {
			t.Errorf("%s: %d %q", path, r.StatusCode, text)
		}
	}
}

func TestADamagedManifestIsAnError(t *testing.T) {
	if _, err := newServer(samplePage, fstest.MapFS{"manifest.json": {Data: []byte("{")}}); err == nil {
		t.Error("a damaged build is served")
	}
}

func TestTheEmbeddedSiteIsServed(t *testing.T) {
	h, err := Handler(Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	want := http.StatusServiceUnavailable
	if IsBuilt() {
		want = http.StatusOK
	}
	if w.Code != want || !strings.Contains(w.Body.String(), "<!doctype html>") {
		t.Errorf("%d, want %d and a page", w.Code, want)
	}
}
